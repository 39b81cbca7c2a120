//! A consultation as the API shows it.

use model::address::Address;
use model::clock::Instant;
use model::count::tally::Results;
use model::debate::attribute::{self, Given};
use model::debate::consultation::{Ballots, Consultation, Phase};
use model::debate::forum::Forum;
use model::debate::text::{self, Text};
use model::debate::{lock, pin};
use model::error::Result;
use model::people::actor::{self, Actor};
use model::store::Conn;
use serde::Serialize;
use utoipa::ToSchema;

use super::attachment::Attached;
use super::shape::{self, Asks, Brief, Choice, Electorate, Person};
use super::text::Article;

/// A consultation.
#[derive(Serialize, ToSchema)]
#[schema(as = Consultation)]
pub(super) struct Shown {
    /// Its name in addresses.
    slug: String,
    /// Its address.
    url: String,
    /// The slug of its forum.
    forum: String,
    /// In whose name it is published.
    author: Person,
    /// Where it stands now.
    #[schema(value_type = shape::State)]
    state: Phase,
    /// The question.
    title: String,
    /// Summary, plain text.
    summary: String,
    /// The text in Markdown; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// The text as shown; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    html: Option<String>,
    /// The number of the text's version.
    text_version: i32,
    /// The SHA-256 of the text, as a ballot names it; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    text_sha256: Option<String>,
    /// The articles of the text, in order; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    articles: Option<Vec<Article>>,
    /// What it shows beside its text, the cover first; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    attachments: Option<Vec<Attached>>,
    /// What it was told of all that its forum asks; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    attributes: Option<Given>,
    /// Whether it stands first in its forum; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pinned: Option<bool>,
    /// Why a moderator closed its debate; not in lists, and not where it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    locked: Option<String>,
    /// Three lines to read first.
    brief: Brief,
    /// How it asks.
    method: Asks,
    /// What may be chosen, in order.
    choices: Vec<Choice>,
    /// When it opens; null: when published.
    #[schema(value_type = Option<String>, format = DateTime)]
    opens_at: Option<Instant>,
    /// When it closes; null: never.
    #[schema(value_type = Option<String>, format = DateTime)]
    closes_at: Option<Instant>,
    /// When an answer is promised.
    #[schema(value_type = Option<String>, format = DateTime)]
    answer_by: Option<Instant>,
    /// When results show.
    #[schema(value_type = shape::WhenResults)]
    results: Results,
    /// Who may vote.
    electorate: Electorate,
    /// Whether ballots can be changed and withdrawn.
    changeable: bool,
    /// Whether ballots name their voters.
    #[schema(value_type = shape::WhoseBallots)]
    ballots: Ballots,
    /// Its language (BCP 47).
    language: String,
    /// Tags, without `#`.
    tags: Vec<String>,
    /// Whether it is an example.
    example: bool,
    /// How many comments are visible.
    comments: i32,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
    /// When it was published.
    #[schema(value_type = Option<String>, format = DateTime)]
    published_at: Option<Instant>,
    /// When it was closed.
    #[schema(value_type = Option<String>, format = DateTime)]
    closed_at: Option<Instant>,
    /// When somebody last edited it since publishing.
    #[schema(value_type = Option<String>, format = DateTime)]
    edited_at: Option<Instant>,
}

impl Shown {
    /// Without its text, for lists.
    pub(super) fn in_list(
        it: &Consultation,
        forum: &Forum,
        author: &Actor,
        now: Instant,
        here: &Address,
    ) -> Result<Self> {
        Ok(Self {
            slug: it.slug.clone(),
            url: here.consultation(&it.slug),
            forum: forum.slug.clone(),
            author: Person::of(author, here),
            state: it.phase(now),
            title: it.title.clone(),
            summary: it.summary.clone(),
            text: None,
            html: None,
            text_version: it.text_version,
            text_sha256: None,
            articles: None,
            attachments: None,
            attributes: None,
            pinned: None,
            locked: None,
            brief: Brief::from(&it.brief.0),
            method: Asks::of(&it.method.0)?,
            choices: it.method.0.choices(&it.language).into_iter().map(Choice::from).collect(),
            opens_at: it.opens_at,
            closes_at: it.closes_at,
            answer_by: it.answer_by,
            results: it.results,
            electorate: Electorate::from(&it.electorate.0),
            changeable: it.changeable,
            ballots: it.ballots,
            language: it.language.clone(),
            tags: it.tags.0.clone(),
            example: it.example,
            comments: it.comment_count,
            created_at: it.created_at,
            published_at: it.published_at,
            closed_at: it.closed_at,
            edited_at: it.edited_at,
        })
    }

    /// With its text.
    pub(super) async fn whole(
        conn: &mut Conn,
        it: &Consultation,
        forum: &Forum,
        now: Instant,
        here: &Address,
    ) -> Result<Self> {
        let author = actor::by_id(conn, it.author_id).await?;
        let Text { markdown, html, sha256, articles, .. } = text::version(conn, it.id, it.text_version).await?;
        Ok(Self {
            text: Some(markdown),
            html: Some(html),
            text_sha256: Some(sha256),
            articles: Some(articles.0.iter().map(Article::from).collect()),
            attachments: Some(Attached::all(conn, it.id, here).await?),
            attributes: Some(attribute::shown(conn, it).await?),
            pinned: Some(pin::of(conn, it.id).await?.is_some()),
            locked: lock::of(conn, it.id).await?.map(|lock| lock.reason),
            ..Self::in_list(it, forum, &author, now, here)?
        })
    }

    /// Some of a list, in their order.
    pub(super) async fn all(
        conn: &mut Conn,
        all: &[Consultation],
        forums: &[Forum],
        now: Instant,
        here: &Address,
    ) -> Result<Vec<Self>> {
        let authors: Vec<_> = all.iter().map(|it| it.author_id).collect();
        let authors = actor::by_ids(conn, &authors).await?;
        let shown = all.iter().filter_map(|it| {
            let forum = forums.iter().find(|forum| forum.id == it.forum_id)?;
            let author = authors.iter().find(|author| author.id == it.author_id)?;
            Some(Self::in_list(it, forum, author, now, here))
        });
        shown.collect()
    }
}

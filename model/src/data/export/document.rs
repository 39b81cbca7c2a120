//! A consultation as one JSON document: what it asks, each version of its text, its results and its ballots as anybody may
//! see them, what was said and thought. [`crate::data::import::document`] reads it back.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Serialize;
use serde_json::{Value, json};

use super::standing;
use super::tables::{self, Hidden};
use super::{BALLOTS, PAGE, more};
use crate::address::Address;
use crate::clock::Instant;
use crate::count::ballot::Ballot;
use crate::count::electorate::Tier;
use crate::count::log::tile::{Level, split};
use crate::count::log::{self, Place, entry::to_the_hour};
use crate::count::pseudonym::{self, Person, Pseudonyms, Voters};
use crate::count::tally::{self, Viewer};
use crate::data::import::{Attached, Became, Changed, Chosen, Earlier, Thought, Words};
use crate::debate::comment::{self, Comment, Version};
use crate::debate::consultation::Consultation;
use crate::debate::{attachment, attribute, change, forum, outcome, text};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::people::actor::{Actor, Kind};
use crate::store::schema::comment_versions;
use crate::store::{Conn, Json, on};

/// Bundles of the log that are read at once.
const BUNDLES: usize = 16;

/// A document being written: ask for its next bytes until there are none.
pub struct Document {
    here: Address,
    on: Consultation,
    pseudonyms: Pseudonyms,
    voters: Voters,
    hidden: Hidden,
    /// How many entries of the log are shown; `None` while results are hidden.
    shown: Option<u64>,
    step: Step,
    /// Whether something stands in the list that is being written.
    any: bool,
}

enum Step {
    Head(String),
    Comments(Option<(Instant, Id<Comment>)>),
    Votes(Option<(Id<Comment>, Id<Actor>)>),
    Ballots(Option<Id<Ballot>>),
    Log(usize),
    End,
}

/// Who reads a document, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// Anybody, a page at a time while life goes on: ballots and log once they are final.
    Public,
    /// Who runs the node, from one snapshot: hidden comments too, and ballots and log as far as results may be seen.
    Whole,
}

/// Begins the document of a consultation.
///
/// # Errors
/// When the database fails.
pub async fn document(
    conn: &mut Conn,
    now: Instant,
    here: &Address,
    on: Consultation,
    reading: Reading,
) -> Result<Document> {
    let results = tally::results(conn, &on, now, Viewer::Anybody).await?;
    // Ballots that come in between two pages would not be those of the log.
    let settled = reading == Reading::Whole || results.is_final;
    let shown = results
        .log
        .as_ref()
        .filter(|_| settled)
        .map(|log| u64::try_from(log.size))
        .transpose()
        .map_err(Error::store)?;
    let mut head = about(conn, now, here, &on, &results).await?.to_string();
    // The lists follow within the same object.
    head.pop();
    let pseudonyms = pseudonym::of(conn, on.id).await?;
    let voters = Voters::of(conn, &on, here).await?;
    let hidden = if reading == Reading::Whole { Hidden::Shown } else { Hidden::LeftOut };
    Ok(Document { here: here.clone(), on, pseudonyms, voters, hidden, shown, step: Step::Head(head), any: false })
}

async fn about(
    conn: &mut Conn,
    now: Instant,
    here: &Address,
    on: &Consultation,
    results: &tally::Document,
) -> Result<Value> {
    let forum = forum::by_id(conn, on.forum_id).await?;
    let text = text::version(conn, on.id, on.text_version).await?;
    let texts = super::texts(conn, on.id).await?.into_iter();
    let texts = texts.map(|text| Words {
        version: text.version,
        text: text.markdown,
        sha256: text.sha256,
        created: text.created_at,
    });
    let became = outcome::of(conn, on.id).await?.map(Became::from);
    let changes: Vec<Changed> = change::list(conn, on.id).await?.into_iter().map(Changed::from).collect();
    let attributes = attribute::shown(conn, on).await?;
    let attachments: Vec<Attached> = attachment::list(conn, on.id).await?.into_iter().map(Attached::of).collect();
    Ok(json!({
        "id": on.id, "slug": on.slug, "url": here.consultation(&on.slug), "forum": forum.slug, "title": on.title,
        "summary": on.summary, "brief": on.brief, "text": text.markdown, "text_sha256": text.sha256,
        "texts": texts.collect::<Vec<_>>(), "method": on.method, "choices": on.method.0.choices(&on.language),
        "electorate": on.electorate, "results_visible": on.results, "ballots_named": on.ballots,
        "changeable": on.changeable, "language": on.language, "tags": on.tags, "state": on.phase(now),
        "opens_at": on.opens_at, "closes_at": on.closes_at, "answer_by": on.answer_by, "created_at": on.created_at,
        "published_at": on.published_at, "opened_at": on.opened_at, "closed_at": on.closed_at,
        "edited_at": on.edited_at, "locked_at": on.locked_at.map(to_the_hour), "example": on.example, "source": on.source,
        "outcome": became, "changes": changes, "attributes": attributes, "attachments": attachments, "results": results,
    }))
}

impl Document {
    /// The next bytes; `None` after the last.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next(&mut self, conn: &mut Conn) -> Result<Option<Vec<u8>>> {
        match std::mem::replace(&mut self.step, Step::End) {
            Step::Head(head) => {
                self.step = Step::Comments(None);
                Ok(Some(format!("{head},\n\"comments\":[").into_bytes()))
            }
            Step::Comments(after) => self.comments(conn, after).await.map(Some),
            Step::Votes(after) => self.votes(conn, after).await.map(Some),
            Step::Ballots(after) => self.ballots(conn, after).await.map(Some),
            Step::Log(from) => self.log(conn, from).await.map(Some),
            Step::End => Ok(None),
        }
    }

    /// Adds one element to the list that is being written.
    fn add(&mut self, bytes: &mut Vec<u8>, it: &(impl Serialize + ?Sized)) -> Result<()> {
        bytes.extend_from_slice(if std::mem::replace(&mut self.any, true) { b",\n" } else { b"\n" });
        serde_json::to_writer(bytes, it).map_err(Error::store)
    }

    /// Goes on with another list.
    fn turn(&mut self, bytes: &mut Vec<u8>, name: &str, to: Step) {
        self.any = false;
        self.step = to;
        bytes.extend_from_slice(format!("],\n\"{name}\":[").as_bytes());
    }

    fn end(&mut self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(b"]}\n");
    }

    async fn comments(&mut self, conn: &mut Conn, after: Option<(Instant, Id<Comment>)>) -> Result<Vec<u8>> {
        let rows = comment::list(conn, self.on.id, after, PAGE).await?;
        let (mut bytes, hidden) = (Vec::new(), self.hidden);
        let edited = rows.iter().filter(|(comment, _)| comment.updated_at.is_some());
        let mut histories = histories(conn, edited.map(|(comment, _)| comment.id).collect()).await?;
        for (comment, author) in rows.iter().filter(|(comment, _)| hidden.admits(comment.state)) {
            let mut shown = self.shown(comment, author);
            if let Some(history) = histories.remove(&comment.id) {
                shown["history"] = json!(history);
            }
            self.add(&mut bytes, &shown)?;
        }
        match rows.last().filter(|_| more(rows.len())) {
            Some((last, _)) => self.step = Step::Comments(Some((last.published_at, last.id))),
            None => self.turn(&mut bytes, "votes", Step::Votes(None)),
        }
        Ok(bytes)
    }

    fn shown(&self, comment: &Comment, author: &Actor) -> Value {
        let own = || self.here.comment(&self.on.slug, comment.id);
        let kept = |name: &str| {
            let kept = author.document.as_ref().filter(|_| author.kind == Kind::Imported)?;
            Some(kept.0[name].clone()).filter(|value| !value.is_null())
        };
        let uri = author.uri(&self.here).map(Value::from).or_else(|| kept("uri"));
        let by = json!({
            "name": author.handle(&self.here), "uri": uri, "fullname": author.display_name,
            "participant": kept("participant"),
        });
        json!({
            "id": comment.id, "uri": comment.uri.clone().unwrap_or_else(own), "author": by,
            "text": comment.markdown, "html": comment.html, "stance": comment.stance, "parent": comment.parent_id,
            "official": comment.official, "language": comment.language, "published": comment.published_at,
            "updated": comment.updated_at, "agrees": comment.agrees, "disagrees": comment.disagrees,
            "passes": comment.passes, "state": comment.state, "reason": comment.reason, "article": comment.article, "source": comment.source,
        })
    }

    async fn votes(&mut self, conn: &mut Conn, after: Option<(Id<Comment>, Id<Actor>)>) -> Result<Vec<u8>> {
        let (rows, next) = tables::votes(conn, self.on.id, &self.pseudonyms, after).await?;
        let (mut bytes, hidden) = (Vec::new(), self.hidden);
        for vote in rows.iter().filter(|vote| hidden.admits(vote.state)) {
            let (comment, voter) = (vote.reaction.comment_id, vote.voter.clone());
            let at = if vote.imported { vote.reaction.at } else { to_the_hour(vote.reaction.at) };
            self.add(&mut bytes, &Thought { comment, voter, vote: vote.reaction.value, at })?;
        }
        match (next, self.shown) {
            (Some(next), _) => self.step = Step::Votes(Some(next)),
            (None, Some(_)) => self.turn(&mut bytes, "ballots", Step::Ballots(None)),
            (None, None) => self.end(&mut bytes),
        }
        Ok(bytes)
    }

    async fn ballots(&mut self, conn: &mut Conn, after: Option<Id<Ballot>>) -> Result<Vec<u8>> {
        let events = tally::of(conn, &self.on).await?.size;
        let rows = standing::named_page(conn, &self.on, after, events).await?;
        let mut bytes = Vec::new();
        for ((_, voter, tier, Json(choice), cast, changed), name) in &rows {
            let Some((name, host, kind)) = name else { continue };
            let chosen = Chosen {
                voter: self.voters.name(Person { id: *voter, name, host: host.as_deref(), kind: *kind }),
                tier: *tier,
                node: host.clone().filter(|_| *tier == Tier::Partner),
                choice: choice.clone(),
                cast: to_the_hour(*cast),
                changed: to_the_hour(*changed),
            };
            self.add(&mut bytes, &chosen)?;
        }
        match rows.last().filter(|_| rows.len() == BALLOTS) {
            Some(((last, ..), _)) => self.step = Step::Ballots(Some(*last)),
            None => self.turn(&mut bytes, "log", Step::Log(0)),
        }
        Ok(bytes)
    }

    async fn log(&mut self, conn: &mut Conn, from: usize) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let places: Vec<Place> = Place::all(Level::Entries, self.shown.unwrap_or(0)).skip(from).take(BUNDLES).collect();
        for place in &places {
            let bundle = log::tile(conn, self.on.id, *place).await?;
            for line in split(&bundle).ok_or_else(|| Error::store("a bundle that is cut off"))? {
                let line: &serde_json::value::RawValue = serde_json::from_slice(line).map_err(Error::store)?;
                self.add(&mut bytes, line)?;
            }
        }
        match places.len() == BUNDLES {
            true => self.step = Step::Log(from + BUNDLES),
            false => self.end(&mut bytes),
        }
        Ok(bytes)
    }
}

/// What these comments said before each edit, the earliest first.
async fn histories(conn: &mut Conn, of: Vec<Id<Comment>>) -> Result<HashMap<Id<Comment>, Vec<Earlier>>> {
    let mut histories: HashMap<Id<Comment>, Vec<Earlier>> = HashMap::new();
    if of.is_empty() {
        return Ok(histories);
    }
    let rows: Vec<Version> = on!(conn, |c| comment_versions::table
        .filter(comment_versions::comment_id.eq_any(of))
        .order((comment_versions::comment_id, comment_versions::version))
        .select(Version::as_select())
        .load(c)
        .await)?;
    for Version { comment_id, version, markdown, html, written_at } in rows {
        let earlier = Earlier { version, text: markdown, html, written: written_at };
        histories.entry(comment_id).or_default().push(earlier);
    }
    Ok(histories)
}

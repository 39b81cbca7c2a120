//! Comments from our own CSV: `comments.csv`, and `votes.csv` where it lies beside it. One consultation of method `none`.

use std::borrow::Cow;
use std::io::Read;

use csv::StringRecord;
use serde_json::json;

use super::pieces::{Author, Said, Thought};
use super::sink::Sink;
use super::{Fault, Imported, Into, csv_fault};
use crate::clock::Instant;
use crate::count::electorate::Electorate;
use crate::count::method::{Method, none};
use crate::count::tally::Results;
use crate::data::export::sheet::as_written;
use crate::debate::comment::State as Shown;
use crate::debate::consultation::{self, Ballots, Brief, Consultation, State};
use crate::debate::text::Text;
use crate::error::{Refusal, Result};
use crate::id::Id;
use crate::store::Json;

/// What the files do not say.
#[derive(Debug, Clone)]
pub struct Titled {
    /// The question; else what its address ends with, else `name`.
    pub title: Option<String>,
    /// What the file is called.
    pub name: String,
}

/// Takes comments in, and what people think of them.
///
/// # Errors
/// [`Fault`]; [`Refusal::EmptyImport`] without comments. Then the transaction must be dropped.
pub async fn comments<R: Read>(
    mut to: Into<'_>,
    comments: R,
    votes: Option<R>,
    titled: &Titled,
) -> Result<Imported, Fault> {
    let mut table = Table::open(comments, &["id", "author", "text", "published"])?;
    let mut row = StringRecord::new();
    if !table.next(&mut row)? {
        return Err(Refusal::EmptyImport.into());
    }
    let first = said(&table, &row)?;
    let (on, words) = begin(&mut to, &first, titled).await?;
    let mut sink = Sink::open(&mut to, on, words.as_ref().map(std::slice::from_ref)).await?;
    sink.comment(first).await?;
    while table.next(&mut row)? {
        sink.comment(said(&table, &row)?).await?;
    }
    if let Some(votes) = votes {
        let mut table = Table::open(votes, &["comment", "voter", "vote", "at"])?;
        while table.next(&mut row)? {
            let thought = thought(&table, &row)?;
            let comment = thought.comment;
            if !sink.thought(thought).await? {
                return Err(table.wrong(&row, format!("the comment {comment} does not stand in comments.csv")));
            }
        }
    }
    sink.close().await
}

/// The consultation that the first comment stands in, with its text if it is new: its address there makes the key.
async fn begin(to: &mut Into<'_>, first: &Said, titled: &Titled) -> Result<(Consultation, Option<Text>)> {
    let there = first.uri.as_deref().and_then(|uri| uri.split_once("/comments/")).map(|(page, _)| page);
    let id = Id::derived(&[b"csv", there.unwrap_or(&titled.name).as_bytes()]);
    if let Ok(on) = consultation::by_id(to.tx, id).await {
        return Ok((on, None));
    }
    let slug = there.and_then(|page| page.rsplit('/').next());
    let title = titled.title.clone().unwrap_or_else(|| slug.unwrap_or(&titled.name).to_owned());
    let source = json!({"platform": "palabre", "attribution": "Palabre", "url": there});
    let mut on = debate(to, id, title, first.published, Some(source));
    on.slug = match slug {
        Some(slug) if there == Some(&*to.here.consultation(slug)) && !is_taken(to, slug).await => slug.to_owned(),
        _ => consultation::free_slug(to.tx, &on).await?,
    };
    let words = there.map_or_else(|| titled.name.clone(), |page| format!("<{page}>"));
    Ok((on, Some(Text::first(first.published, id, &words))))
}

async fn is_taken(to: &mut Into<'_>, slug: &str) -> bool {
    consultation::by_slug(to.tx, slug).await.is_ok()
}

/// A consultation that is a debate alone, begun at `at`.
pub(super) fn debate(
    to: &Into<'_>,
    id: Id<Consultation>,
    title: String,
    at: Instant,
    source: Option<serde_json::Value>,
) -> Consultation {
    Consultation {
        id,
        forum_id: to.forum.id,
        author_id: to.author,
        created_by: None,
        slug: String::new(),
        title,
        summary: String::new(),
        brief: Json(Brief::default()),
        method: Json(Method::None(none::None {})),
        electorate: Json(Electorate::default()),
        results: Results::Live,
        changeable: true,
        language: to.forum.language.clone(),
        tags: Json(Vec::new()),
        text_version: 1,
        state: if to.open { State::Open } else { State::Closed },
        opens_at: None,
        closes_at: (!to.open).then_some(to.now),
        answer_by: None,
        created_at: at,
        published_at: Some(at),
        opened_at: Some(at),
        closed_at: (!to.open).then_some(to.now),
        edited_at: None,
        locked_at: None,
        example: false,
        source: source.map(Json),
        comment_count: 0,
        version: 1,
        ballots: Ballots::Secret,
    }
}

fn said<R: Read>(table: &Table<R>, row: &StringRecord) -> Result<Said, Fault> {
    let optional = |name: &str| Some(table.text(row, name)).filter(|text| !text.is_empty());
    let said = Said {
        id: table.parsed(row, "id", "a key (UUID)")?,
        uri: optional("uri").map(Cow::into_owned),
        author: Author { name: table.text(row, "author").into_owned(), ..Author::default() },
        text: table.text(row, "text").into_owned(),
        html: None,
        stance: optional("stance").map(|_| table.parsed(row, "stance", "for, against or question")).transpose()?,
        parent: optional("parent").map(|_| table.parsed(row, "parent", "a key (UUID)")).transpose()?,
        official: table.text(row, "official") == "true",
        language: None,
        published: table.time(row, "published")?,
        updated: optional("updated").map(|_| table.time(row, "updated")).transpose()?,
        agrees: table.number(row, "agrees")?,
        disagrees: table.number(row, "disagrees")?,
        passes: table.number(row, "passes")?,
        state: Shown::Visible,
        reason: None,
        article: None,
        source: None,
        history: Vec::new(),
    };
    said.check().map_err(|why| table.wrong(row, why))?;
    Ok(said)
}

fn thought<R: Read>(table: &Table<R>, row: &StringRecord) -> Result<Thought, Fault> {
    let vote = table.parsed(row, "vote", "1, 0 or -1")?;
    if !(-1..=1).contains(&vote) {
        return Err(table.wrong(row, format!("`vote` is {vote}: write 1, 0 or -1")));
    }
    Ok(Thought {
        comment: table.parsed(row, "comment", "a key (UUID)")?,
        voter: table.text(row, "voter").into_owned(),
        vote,
        at: table.time(row, "at")?,
    })
}

/// A CSV file with a header, which knows where it is.
pub(super) struct Table<R> {
    reader: csv::Reader<R>,
    columns: Vec<String>,
}

impl<R: Read> Table<R> {
    pub(super) fn open(from: R, required: &[&str]) -> Result<Self, Fault> {
        let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(from);
        let header = reader.headers().map_err(csv_fault)?;
        let columns: Vec<String> =
            header.iter().map(|name| name.trim_start_matches('\u{feff}').trim_matches(['"', ' ']).to_owned()).collect();
        match required.iter().find(|name| !columns.iter().any(|column| column == *name)) {
            Some(missing) => Err(Fault::line(1, format!("the column `{missing}` is missing; add it to the header"))),
            None => Ok(Self { reader, columns }),
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column == name)
    }

    pub(super) fn columns(&self) -> &[String] {
        &self.columns
    }

    pub(super) fn next(&mut self, row: &mut StringRecord) -> Result<bool, Fault> {
        self.reader.read_record(row).map_err(csv_fault)
    }

    pub(super) fn wrong(&self, row: &StringRecord, why: impl std::fmt::Display) -> Fault {
        Fault::line(row.position().map_or(0, csv::Position::line), why)
    }

    /// A cell, without what made it harmless; empty where there is no such column.
    pub(super) fn text<'r>(&self, row: &'r StringRecord, name: &str) -> Cow<'r, str> {
        let at = self.columns.iter().position(|column| column == name);
        as_written(at.and_then(|at| row.get(at)).unwrap_or_default())
    }

    fn parsed<T: std::str::FromStr>(&self, row: &StringRecord, name: &str, wanted: &str) -> Result<T, Fault> {
        let text = self.text(row, name);
        text.parse().map_err(|_| self.wrong(row, format!("`{text}` in `{name}` is not {wanted}")))
    }

    fn number(&self, row: &StringRecord, name: &str) -> Result<i32, Fault> {
        if self.text(row, name).is_empty() { Ok(0) } else { self.parsed(row, name, "a whole number") }
    }

    fn time(&self, row: &StringRecord, name: &str) -> Result<Instant, Fault> {
        let text = self.text(row, name);
        Instant::parse(&text)
            .map_err(|_| self.wrong(row, format!("`{text}` in `{name}` is no time: write it as 2026-11-23T09:47:31Z")))
    }
}

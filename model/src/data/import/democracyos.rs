//! DemocracyOS's own comments CSV, and its topics CSV beside it: each topic becomes a consultation of method `none`.

use std::collections::HashMap;
use std::io::Read;

use csv::StringRecord;
use serde_json::json;

use super::comments::{Table, debate};
use super::pieces::{Author, Said};
use super::sink::Sink;
use super::{Fault, Imported, Into};
use crate::clock::Instant;
use crate::debate::comment::State;
use crate::debate::consultation::{self, Consultation};
use crate::debate::text::Text;
use crate::error::{Refusal, Result};
use crate::id::Id;

const TOPIC: &str = "Topic ID";
const TITLE: &str = "Topic Title";
const URL: &str = "Topic URL";

/// The most topics of one file.
const MOST: usize = 10_000;

/// Topics by id, with what a topics CSV says of them.
#[derive(Debug, Default)]
pub struct Topics(HashMap<String, Topic>);

#[derive(Debug, Clone, Default)]
struct Topic {
    id: String,
    title: String,
    url: Option<String>,
    /// What else stands in its row: column and value.
    attributes: Vec<(String, String)>,
}

impl Topics {
    /// Reads a topics CSV.
    ///
    /// # Errors
    /// The first row that is not as it should be.
    pub fn read(from: impl Read) -> Result<Self, Fault> {
        let mut table = Table::open(from, &[TOPIC, TITLE])?;
        let (mut topics, mut row) = (Self::default(), StringRecord::new());
        while table.next(&mut row)? {
            let mut topic = topic(&table, &row)?;
            let others = table.columns().iter().filter(|name| ![TOPIC, TITLE, URL].contains(&name.as_str()));
            let others = others.map(|name| (name.clone(), bare(&table.text(&row, name)).to_owned()));
            topic.attributes = others.filter(|(_, value)| !value.is_empty()).collect();
            if topics.0.len() >= MOST {
                return Err(table.wrong(&row, format!("there are more than {MOST} topics: split the file")));
            }
            topics.0.insert(topic.id.clone(), topic);
        }
        Ok(topics)
    }

    /// Whether a header is that of a topics CSV and not of comments.
    #[must_use]
    pub fn is_header(line: &str) -> bool {
        line.contains(TOPIC) && !line.contains("Comment ID")
    }
}

/// Takes the comments in, topic by topic as the file brings them; then the topics that have none.
///
/// # Errors
/// [`Fault`]; [`Refusal::EmptyImport`] when there is neither. Then the transaction must be dropped.
pub async fn democracyos<R: Read>(
    mut to: Into<'_>,
    mut topics: Topics,
    comments: Option<R>,
) -> Result<Vec<Imported>, Fault> {
    let mut made: Vec<(String, Imported)> = Vec::new();
    if let Some(comments) = comments {
        let mut table = Table::open(comments, &[TOPIC, TITLE, "Comment ID", "Comment Text"])?;
        let mut row = StringRecord::new();
        let mut more = table.next(&mut row)?;
        while more {
            let mut topic = topic(&table, &row)?;
            if let Some(known) = topics.0.remove(&topic.id) {
                topic.attributes = known.attributes;
            }
            if made.iter().any(|(id, _)| *id == topic.id) {
                return Err(
                    table.wrong(&row, format!("topic {} stands in two places: sort the file by topic", topic.id))
                );
            }
            let (on, words) = begin(&mut to, &table, &row, &topic).await?;
            let mut sink = Sink::open(&mut to, on, words.as_ref().map(std::slice::from_ref)).await?;
            let mut last = None;
            while more && bare(&table.text(&row, TOPIC)) == topic.id {
                last = take(&mut sink, &table, &row, last).await?;
                more = table.next(&mut row)?;
            }
            made.push((topic.id.clone(), sink.close().await?));
        }
    }
    let mut rest: Vec<Topic> = topics.0.into_values().collect();
    rest.sort_by(|one, other| one.id.cmp(&other.id));
    for topic in rest {
        let at = to.now;
        let (on, words) = consultation_of(&mut to, &topic, at).await?;
        let sink = Sink::open(&mut to, on, words.as_ref().map(std::slice::from_ref)).await?;
        made.push((topic.id.clone(), sink.close().await?));
    }
    if made.is_empty() {
        return Err(Refusal::EmptyImport.into());
    }
    Ok(made.into_iter().map(|(_, made)| made).collect())
}

/// A row is a comment with one of its replies, or with none. Answers the comment that was taken in last.
async fn take<R: Read>(
    sink: &mut Sink<'_, '_>,
    table: &Table<R>,
    row: &StringRecord,
    last: Option<String>,
) -> Result<Option<String>, Fault> {
    let comment = bare(&table.text(row, "Comment ID")).to_owned();
    if last.as_ref() != Some(&comment) {
        let state = if text_of(table, row, "Comment").is_empty() { State::Deleted } else { State::Visible };
        let said = said(sink, table, row, "Comment", None, state)?;
        sink.comment(said).await?;
    }
    if !text_of(table, row, "Reply").is_empty() {
        let parent = key(&sink.on, &comment);
        let said = said(sink, table, row, "Reply", Some(parent), State::Visible)?;
        sink.comment(said).await?;
    }
    Ok(Some(comment))
}

fn key(on: &Consultation, id: &str) -> Id<crate::debate::comment::Comment> {
    Id::derived(&[on.id.uuid().as_bytes(), b"comment", id.as_bytes()])
}

fn said<R: Read>(
    sink: &Sink<'_, '_>,
    table: &Table<R>,
    row: &StringRecord,
    what: &str,
    parent: Option<Id<crate::debate::comment::Comment>>,
    state: State,
) -> Result<Said, Fault> {
    let cell = |name: &str| bare(&table.text(row, &format!("{what} {name}"))).to_owned();
    let (text, author) = (cell("Text"), cell("Author Fullname"));
    // Older exports give no ids of replies: then who said what under which comment makes the key.
    let id = match (cell("ID"), parent) {
        (id, _) if !id.is_empty() => id,
        (_, Some(parent)) => {
            Id::<()>::derived(&[parent.uuid().as_bytes(), author.as_bytes(), text.as_bytes()]).to_string()
        }
        (_, None) => return Err(table.wrong(row, "`Comment ID` is empty")),
    };
    let published = match cell("Date-time") {
        at if at.is_empty() && !table.has(&format!("{what} Date-time")) => sink.on.created_at,
        at => time(&at).ok_or_else(|| {
            table.wrong(
                row,
                format!("`{at}` in `{what} Date-time` is no time that is known here: write it as 2017-03-14T15:09:26Z"),
            )
        })?,
    };
    let name = if author.is_empty() { "?".to_owned() } else { author };
    let said = Said {
        id: key(&sink.on, &id),
        uri: None,
        author: Author { fullname: Some(name.clone()), name, ..Author::default() },
        text,
        html: None,
        stance: None,
        parent,
        official: false,
        language: None,
        published,
        updated: None,
        agrees: 0,
        disagrees: 0,
        passes: 0,
        state,
        reason: None,
        article: None,
        source: Some(json!({ "comment": id })),
        history: Vec::new(),
    };
    if state == State::Visible {
        said.check().map_err(|why| table.wrong(row, why))?;
    }
    Ok(said)
}

fn text_of<R: Read>(table: &Table<R>, row: &StringRecord, what: &str) -> String {
    bare(&table.text(row, &format!("{what} Text"))).trim().to_owned()
}

/// DemocracyOS quotes a text before its library does, so that one pair of quotes may be left.
fn bare(cell: &str) -> &str {
    cell.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(cell)
}

/// RFC 3339, or as JavaScript prints a date: `Tue Mar 14 2017 15:09:26 GMT+0000 (Coordinated Universal Time)`.
fn time(text: &str) -> Option<Instant> {
    if let Ok(at) = Instant::parse(text) {
        return Some(at);
    }
    let plain = text.split(" (").next()?.replace("GMT", "");
    let read = jiff::fmt::strtime::parse("%a %b %d %Y %H:%M:%S %z", &plain).ok()?;
    read.to_timestamp().ok().map(Instant::from_timestamp)
}

fn topic<R: Read>(table: &Table<R>, row: &StringRecord) -> Result<Topic, Fault> {
    let cell = |name: &str| bare(&table.text(row, name)).trim().to_owned();
    let topic = Topic { id: cell(TOPIC), title: cell(TITLE), url: Some(cell(URL)), attributes: Vec::new() };
    let url = topic.url.clone().filter(|url| url.starts_with("http://") || url.starts_with("https://"));
    match () {
        () if topic.id.is_empty() => Err(table.wrong(row, format!("`{TOPIC}` is empty"))),
        () if topic.title.is_empty() => Err(table.wrong(row, format!("`{TITLE}` is empty"))),
        () if topic.title.chars().count() > 500 => {
            Err(table.wrong(row, format!("`{TITLE}` is longer than 500 characters")))
        }
        () => Ok(Topic { url, ..topic }),
    }
}

async fn begin<R: Read>(
    to: &mut Into<'_>,
    table: &Table<R>,
    row: &StringRecord,
    topic: &Topic,
) -> Result<(Consultation, Option<Text>), Fault> {
    let at = time(bare(&table.text(row, "Comment Date-time"))).unwrap_or(to.now);
    Ok(consultation_of(to, topic, at).await?)
}

async fn consultation_of(to: &mut Into<'_>, topic: &Topic, at: Instant) -> Result<(Consultation, Option<Text>)> {
    let id = Id::derived(&[b"democracyos", topic.id.as_bytes(), to.forum.id.uuid().as_bytes()]);
    if let Ok(on) = consultation::by_id(to.tx, id).await {
        return Ok((on, None));
    }
    let source = json!({"platform": "democracyos", "attribution": "DemocracyOS", "url": topic.url, "topic": topic.id});
    let mut on = debate(to, id, topic.title.clone(), at, Some(source));
    on.slug = consultation::free_slug(to.tx, &on).await?;
    let mut words: Vec<String> = topic.attributes.iter().map(|(name, value)| format!("**{name}**: {value}")).collect();
    words.push(match &topic.url {
        Some(url) => format!("[DemocracyOS]({url})"),
        None => "DemocracyOS".to_owned(),
    });
    Ok((on, Some(Text::first(at, id, &words.join("\n\n")))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_both_spellings() {
        let known = Instant::parse("2017-03-14T15:09:26Z").unwrap();
        for text in [
            "2017-03-14T15:09:26Z",
            "Tue Mar 14 2017 15:09:26 GMT+0000 (Coordinated Universal Time)",
            "Tue Mar 14 2017 12:09:26 GMT-0300 (ART)",
        ] {
            assert_eq!(time(text), Some(known), "{text}");
        }
        assert_eq!(time("14/03/2017"), None);
    }

    #[test]
    fn one_pair_of_quotes_is_taken_off() {
        assert_eq!([bare("\"a \"b\"\""), bare("a"), bare("\""), bare("\"a")], ["a \"b\"", "a", "\"", "\"a"]);
    }
}

//! A conversation exported by Polis, taken in as one consultation without ballots: its statements are comments of
//! participants that nobody can sign in as, its votes are what they think of them.

mod rows;
mod rules;

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::search;
use crate::address::Address;
use crate::care::audit;
use crate::clock::Instant;
use crate::count::electorate::Electorate;
use crate::count::method::{Method, none};
use crate::count::tally::Results;
use crate::debate::comment::{self, Comment};
use crate::debate::consultation::{self, Brief, Consultation, SUMMARY_LONGEST, State};
use crate::debate::forum::{self, Forum};
use crate::debate::reaction::{Reaction, Value};
use crate::debate::text::{self, Text};
use crate::error::{Refusal, Result};
use crate::id::Id;
use crate::people::actor::{self, Actor, Kind};
use crate::store::{Json, Tx};

pub use rules::{read, read_from};

/// An export that was read and found whole.
#[derive(Debug)]
pub struct Conversation {
    /// What was asked.
    pub topic: String,
    /// Where it stood.
    pub url: Option<String>,
    /// What was said about it, Markdown, perhaps empty.
    pub description: String,
    /// Oldest first.
    pub statements: Vec<Statement>,
    /// The last vote of each voter on each statement, oldest first.
    pub votes: Vec<Vote>,
    /// What an administrator should know, and nothing hangs on.
    pub warnings: Vec<String>,
}

/// Something said, to agree or disagree with.
#[derive(Debug)]
pub struct Statement {
    /// `comment-id`
    pub id: u64,
    /// `author-id`, a participant as voters are.
    pub author: u64,
    /// When it was said.
    pub at: Instant,
    /// -1 rejected, 0 not looked at, 1 accepted.
    pub moderated: i8,
    /// Plain text.
    pub text: String,
}

/// What one participant thinks of one statement.
#[derive(Debug, Clone, Copy)]
pub struct Vote {
    /// `comment-id`
    pub statement: u64,
    /// `voter-id`
    pub voter: u64,
    /// When it was cast.
    pub at: Instant,
    /// What it says.
    pub opinion: Value,
}

/// Why an export was not read. Nothing of it was imported.
#[derive(Debug)]
pub enum Unreadable {
    /// A file is missing or cannot be opened.
    File {
        /// Its name in the folder.
        file: &'static str,
        /// What the system says.
        cause: std::io::Error,
    },
    /// A row is not as Polis writes it.
    Row(Malformed),
}

/// One row that is not as Polis writes it.
#[derive(Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The file's name in the folder.
    pub file: &'static str,
    /// The line on which the row begins; the header is line 1.
    pub line: u64,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { file, cause } => write!(f, "{file}: {cause}"),
            Self::Row(Malformed { file, line, why }) => write!(f, "{file}, line {line}: {why}"),
        }
    }
}

impl std::error::Error for Unreadable {}

/// What an import made.
#[derive(Debug, Serialize, Deserialize)]
pub struct Imported {
    /// The consultation's slug.
    pub slug: String,
    /// Its address.
    pub url: String,
    /// How many statements came in, hidden ones too.
    pub statements: usize,
    /// How many people said or thought something.
    pub participants: usize,
    /// How many votes count.
    pub votes: usize,
}

/// Where a consultation was imported from, as kept in [`Consultation::source`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// `polis`
    pub platform: String,
    /// The terms under which it was given.
    pub attribution: String,
    /// Where it stood.
    pub url: Option<String>,
}

/// What Polis asks of who shows what it gathered.
pub const ATTRIBUTION: &str = "Data was gathered using the Polis software (see compdemocracy.org/polis) and is \
     sub-licensed under CC BY 4.0 with attribution to The Computational Democracy Project.";

/// How many rows are written between two calls of `progress`.
const STEP: usize = 2000;

/// Takes a conversation into `forum`, closed unless `open`; one that is there already is left as it is. Nothing is announced and nobody is mailed: its objects are
/// there with their old dates for who fetches them. `progress` hears how many rows of how many are written.
///
/// # Errors
/// [`Refusal::EmptyImport`] without statements, and when the database fails.
pub async fn import(
    tx: &mut Tx,
    now: Instant,
    here: &Address,
    forum: &Forum,
    conversation: &Conversation,
    open: bool,
    mut progress: impl FnMut(usize, usize),
) -> Result<Imported> {
    if conversation.statements.is_empty() {
        return Err(Refusal::EmptyImport.into());
    }
    let author = forum::official(tx, forum).await?;
    let mut on = consultation_of(now, forum, author.id, conversation, open);
    if let Ok(there) = consultation::by_id(tx, on.id).await {
        return Ok(made(here, &there, conversation));
    }
    on.slug = consultation::free_slug(tx, &on).await?;
    let (participants, actors) = participants(&on, conversation);
    let (statements, comments) = comments(now, &on, conversation, &participants);
    let reactions = reactions(conversation, &participants, &statements);
    on.comment_count = visible(&comments);
    consultation::insert(tx, &on).await?;
    text::keep(tx, &Text::first(on.created_at, on.id, &words(conversation))).await?;
    search::keep_consultation(tx, &on).await?;

    let total = actors.len() + comments.len() + reactions.len();
    let mut written = 0;
    let mut wrote = |rows: usize| {
        written += rows;
        progress(written, total);
    };
    for some in in_steps(actors) {
        wrote(rows::actors(tx, some).await?);
    }
    for some in in_steps(comments) {
        search::comments(tx, &on, &some).await?;
        wrote(rows::comments(tx, some).await?);
    }
    for some in in_steps(reactions) {
        wrote(rows::reactions(tx, some).await?);
    }
    audit::note(tx, now, None, "consultation.import", &on.slug, Some(author.id)).await?;
    Ok(made(here, &on, conversation))
}

/// What an import made, or made an earlier time.
fn made(here: &Address, on: &Consultation, conversation: &Conversation) -> Imported {
    Imported {
        url: here.consultation(&on.slug),
        slug: on.slug.clone(),
        statements: conversation.statements.len(),
        participants: numbers(conversation).len(),
        votes: conversation.votes.len(),
    }
}

/// The numbers of everybody who said or thought something.
fn numbers(conversation: &Conversation) -> BTreeSet<u64> {
    let authors = conversation.statements.iter().map(|statement| statement.author);
    authors.chain(conversation.votes.iter().map(|vote| vote.voter)).collect()
}

/// A place in a list of keys; what is past counting stands last.
fn place(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// The key that this conversation has in this forum, however often it is imported.
fn key(forum: &Forum, conversation: &Conversation, first: Instant) -> Id<Consultation> {
    let (url, first) = (conversation.url.as_deref().unwrap_or_default(), first.as_microsecond().to_be_bytes());
    Id::derived(&[b"polis", forum.id.uuid().as_bytes(), conversation.topic.as_bytes(), url.as_bytes(), &first])
}

fn in_steps<T>(rows: Vec<T>) -> impl Iterator<Item = Vec<T>> {
    let mut rows = rows.into_iter();
    std::iter::from_fn(move || {
        let some: Vec<T> = rows.by_ref().take(STEP).collect();
        (!some.is_empty()).then_some(some)
    })
}

fn consultation_of(
    now: Instant,
    forum: &Forum,
    author: Id<Actor>,
    conversation: &Conversation,
    open: bool,
) -> Consultation {
    let times = || conversation.statements.iter().map(|s| s.at).chain(conversation.votes.iter().map(|v| v.at));
    let (first, last) = (times().min().unwrap_or(now), times().max().unwrap_or(now));
    let source =
        Source { platform: "polis".to_owned(), attribution: ATTRIBUTION.to_owned(), url: conversation.url.clone() };
    let closed = (!open).then_some(last);
    Consultation {
        id: key(forum, conversation, first),
        forum_id: forum.id,
        author_id: author,
        created_by: None,
        slug: String::new(),
        title: conversation.topic.clone(),
        summary: text::cut(&text::plain(&text::render(&conversation.description)), SUMMARY_LONGEST),
        brief: Json(Brief::default()),
        method: Json(Method::None(none::None {})),
        electorate: Json(Electorate::default()),
        results: Results::Live,
        changeable: true,
        language: forum.language.clone(),
        tags: Json(Vec::new()),
        text_version: 1,
        state: if open { State::Open } else { State::Closed },
        opens_at: None,
        closes_at: closed,
        answer_by: None,
        created_at: first,
        published_at: Some(first),
        opened_at: Some(first),
        closed_at: closed,
        edited_at: None,
        locked_at: None,
        example: false,
        source: Some(Json(json!(source))),
        comment_count: 0,
        version: 1,
        ballots: consultation::Ballots::Secret,
    }
}

/// Where it all comes from, as it stands below the description.
fn attribution(url: Option<&str>) -> String {
    let origin = url.map_or_else(|| "Polis".to_owned(), |url| format!("[Polis]({url})"));
    format!("{origin}. {ATTRIBUTION}")
}

/// The description alone, out of the text that an import made.
pub(super) fn description<'a>(words: &'a str, url: Option<&str>) -> &'a str {
    let rest = words.strip_suffix(&attribution(url)).unwrap_or(words);
    rest.strip_suffix("\n\n---\n\n").unwrap_or(rest)
}

/// The description, and where it all comes from.
fn words(conversation: &Conversation) -> String {
    let attribution = attribution(conversation.url.as_deref());
    match conversation.description.trim() {
        "" => attribution,
        description => format!("{description}\n\n---\n\n{attribution}"),
    }
}

/// A pseudonym for each author and voter, which keeps the number it had.
fn participants(on: &Consultation, conversation: &Conversation) -> (HashMap<u64, Id<Actor>>, Vec<Actor>) {
    let numbers = numbers(conversation);
    let actors: Vec<Actor> = numbers
        .iter()
        .map(|number| Actor {
            id: Id::ordered(place(*number), &[on.id.uuid().as_bytes(), b"participant", &number.to_be_bytes()]),
            document: Some(Json(json!({ "participant": number }))),
            ..actor::local(
                on.created_at,
                Kind::Imported,
                &format!("participant-{number}"),
                &format!("Participant {number}"),
            )
        })
        .collect();
    (numbers.into_iter().zip(actors.iter().map(|actor| actor.id)).collect(), actors)
}

fn comments(
    now: Instant,
    on: &Consultation,
    conversation: &Conversation,
    participants: &HashMap<u64, Id<Actor>>,
) -> (HashMap<u64, Id<Comment>>, Vec<Comment>) {
    let mut counts: HashMap<u64, [i32; 3]> = HashMap::new();
    for vote in &conversation.votes {
        let [agrees, disagrees, passes] = counts.entry(vote.statement).or_default();
        match vote.opinion {
            Value::Agree => *agrees += 1,
            Value::Disagree => *disagrees += 1,
            Value::Pass => *passes += 1,
        }
    }
    let made = conversation.statements.iter().enumerate().map(|(n, statement)| {
        let [agrees, disagrees, passes] = counts.get(&statement.id).copied().unwrap_or_default();
        Comment {
            // In the order of time, as keys made here are.
            id: Id::ordered(place(n as u64), &[on.id.uuid().as_bytes(), b"statement", &statement.id.to_be_bytes()]),
            consultation_id: on.id,
            actor_id: participants[&statement.author],
            parent_id: None,
            uri: None,
            url: None,
            markdown: statement.text.clone(),
            html: as_html(&statement.text),
            language: Some(on.language.clone()),
            stance: None,
            state: if statement.moderated == -1 { comment::State::Hidden } else { comment::State::Visible },
            reason: None,
            official: false,
            agrees,
            disagrees,
            passes,
            source: Some(Json(json!({ "statement": statement.id, "moderated": statement.moderated }))),
            published_at: statement.at,
            updated_at: None,
            received_at: now,
            article: None,
            replies: 0,
            agreement: comment::score::agreement(agrees, disagrees),
            division: comment::score::division(agrees, disagrees),
        }
    });
    let made: Vec<Comment> = made.collect();
    (conversation.statements.iter().map(|statement| statement.id).zip(made.iter().map(|c| c.id)).collect(), made)
}

/// Statements are plain text: `$15` and `*` mean themselves.
fn as_html(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let lines: Vec<&str> = escaped.trim().lines().map(str::trim_end).collect();
    format!("<p>{}</p>", lines.join("<br>"))
}

fn visible(comments: &[Comment]) -> i32 {
    let visible = comments.iter().filter(|comment| comment.state == comment::State::Visible).count();
    i32::try_from(visible).unwrap_or(i32::MAX)
}

fn reactions(
    conversation: &Conversation,
    participants: &HashMap<u64, Id<Actor>>,
    statements: &HashMap<u64, Id<Comment>>,
) -> Vec<Reaction> {
    let votes = conversation.votes.iter();
    votes
        .map(|vote| Reaction {
            comment_id: statements[&vote.statement],
            actor_id: participants[&vote.voter],
            value: vote.opinion.number(),
            uri: None,
            at: vote.at,
        })
        .collect()
}

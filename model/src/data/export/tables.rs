//! The rows of the tables, from the database.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Cursor, PAGE, Pages, Table, more};
use crate::clock::Instant;
use crate::count::log::entry::to_the_hour;
use crate::count::pseudonym::{Pseudonyms, Purpose};
use crate::count::tally::{self, Viewer};
use crate::debate::comment::{self, Comment, State};
use crate::debate::consultation::Consultation;
use crate::debate::reaction::Reaction;
use crate::error::Result;
use crate::id::Id;
use crate::people::actor::{Actor, Kind};
use crate::store::schema::{actors, comments, reactions};
use crate::store::{Conn, Json, on};

fn millis(at: Instant) -> String {
    at.as_microsecond().div_euclid(1000).to_string()
}

/// As Polis writes it, in UTC.
fn polis_date(at: Instant) -> String {
    at.timestamp().strftime("%a %b %d %H:%M:%S UTC %Y").to_string()
}

/// The number under `name` in what was kept of an import.
pub(super) fn imported(kept: Option<&Json<serde_json::Value>>, name: &str) -> Option<String> {
    kept.and_then(|kept| kept.0.get(name)).and_then(serde_json::Value::as_i64).map(|number| number.to_string())
}

/// Whether hidden comments stand in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hidden {
    Shown,
    LeftOut,
}

impl Hidden {
    pub(super) fn admits(self, state: State) -> bool {
        match state {
            State::Visible => true,
            State::Hidden => self == Self::Shown,
            State::Deleted | State::Held => false,
        }
    }
}

type Kept = Option<Json<serde_json::Value>>;
type Row = (Reaction, Kept, State, Kind, String, Kept);

/// What somebody thinks of a comment.
pub(super) struct Vote {
    pub(super) reaction: Reaction,
    /// A pseudonym, or what the voter was called where it was imported from.
    pub(super) voter: String,
    pub(super) imported: bool,
    /// What was kept of the comment's import.
    source: Kept,
    /// The comment's.
    pub(super) state: State,
}

/// Opinions read at once. Those of one comment stand in the order of the pseudonyms, so that the order of keys, which is
/// that of signing up, tells nothing; of a comment that has more, so many at a time.
const VOTES: usize = 10_000;

/// Where the next page of opinions begins.
pub(super) type After = (Id<Comment>, Id<Actor>);

/// A page of what people think of the comments, and where the next one begins.
pub(super) async fn votes(
    conn: &mut Conn,
    on: Id<Consultation>,
    pseudonyms: &Pseudonyms,
    after: Option<After>,
) -> Result<(Vec<Vote>, Option<After>)> {
    let nil = uuid::Uuid::nil();
    let (comment, voter) = after.unwrap_or((Id::from_uuid(nil), Id::from_uuid(nil)));
    let later =
        reactions::comment_id.gt(comment).or(reactions::comment_id.eq(comment).and(reactions::actor_id.gt(voter)));
    let mut rows: Vec<Row> = on!(conn, |c| reactions::table
        .inner_join(comments::table)
        .inner_join(actors::table)
        .filter(comments::consultation_id.eq(on).and(later))
        .order((reactions::comment_id, reactions::actor_id))
        .limit(VOTES as i64)
        .select((
            Reaction::as_select(),
            comments::source,
            comments::state,
            actors::kind,
            actors::name,
            actors::document
        ))
        .load(c)
        .await)?;
    let full = rows.len() == VOTES;
    if let (true, Some(last)) = (full, rows.last().map(|row| row.0.comment_id)) {
        // The last comment may go on: it begins the next page, unless it is alone on this one.
        let whole = rows.iter().take_while(|row| row.0.comment_id != last).count();
        rows.truncate(if whole == 0 { rows.len() } else { whole });
    }
    let next = rows.last().filter(|_| full).map(|row| (row.0.comment_id, row.0.actor_id));
    let mut votes: Vec<Vote> = rows.into_iter().map(|row| vote(pseudonyms, row)).collect();
    votes.sort_by(|one, other| (one.reaction.comment_id, &one.voter).cmp(&(other.reaction.comment_id, &other.voter)));
    Ok((votes, next))
}

fn vote(pseudonyms: &Pseudonyms, (reaction, source, state, kind, name, document): Row) -> Vote {
    let voter = person(pseudonyms, Purpose::Opinion, reaction.actor_id, kind, &name, document.as_ref());
    Vote { reaction, voter, imported: kind == Kind::Imported, source, state }
}

/// The number or the name of an imported participant, else a pseudonym.
fn person(
    pseudonyms: &Pseudonyms,
    purpose: Purpose,
    id: Id<Actor>,
    kind: Kind,
    name: &str,
    document: Option<&Json<serde_json::Value>>,
) -> String {
    match kind {
        Kind::Imported => imported(document, "participant").unwrap_or_else(|| name.to_owned()),
        _ => pseudonyms.name(purpose, id),
    }
}

impl Pages {
    pub(super) async fn comments(&mut self, conn: &mut Conn, after: Option<(Instant, Id<Comment>)>) -> Result<Vec<u8>> {
        let rows = comment::list(conn, self.on.id, after, PAGE).await?;
        let mut chunk = self.table.sheet().chunk();
        for (comment, author) in &rows {
            match self.table {
                Table::PolisComments if comment.state != State::Deleted => {
                    chunk.row(self.polis_comment(comment, author))
                }
                Table::Comments if comment.state == State::Visible => chunk.row(self.comment(comment, author)),
                _ => {}
            }
        }
        if let Some((last, _)) = rows.last().filter(|_| more(rows.len())) {
            self.cursor = Cursor::Comments(Some((last.published_at, last.id)));
        }
        Ok(chunk.finish())
    }

    fn comment(&self, comment: &Comment, author: &Actor) -> [String; 12] {
        let uri = comment.uri.clone().unwrap_or_else(|| self.here.comment(&self.on.slug, comment.id));
        [
            comment.id.to_string(),
            uri,
            comment.parent_id.map(|id| id.to_string()).unwrap_or_default(),
            author.handle(&self.here),
            comment.official.to_string(),
            comment.stance.map(|stance| stance.to_string()).unwrap_or_default(),
            comment.markdown.clone(),
            comment.agrees.to_string(),
            comment.disagrees.to_string(),
            comment.passes.to_string(),
            comment.published_at.to_string(),
            comment.updated_at.map(|at| at.to_string()).unwrap_or_default(),
        ]
    }

    fn polis_comment(&self, comment: &Comment, author: &Actor) -> [String; 8] {
        let hidden = comment.state == State::Hidden;
        let moderated = match hidden {
            true => "-1".to_owned(),
            false => imported(comment.source.as_ref(), "moderated").unwrap_or_else(|| "1".to_owned()),
        };
        [
            millis(comment.published_at),
            polis_date(comment.published_at),
            imported(comment.source.as_ref(), "statement").unwrap_or_else(|| comment.id.to_string()),
            person(&self.pseudonyms, Purpose::Author, author.id, author.kind, &author.name, author.document.as_ref()),
            comment.agrees.to_string(),
            comment.disagrees.to_string(),
            moderated,
            if hidden && !self.reads_hidden { String::new() } else { comment.markdown.clone() },
        ]
    }

    pub(super) async fn votes(&mut self, conn: &mut Conn, after: Option<After>) -> Result<Vec<u8>> {
        let (votes, next) = votes(conn, self.on.id, &self.pseudonyms, after).await?;
        let mut chunk = self.table.sheet().chunk();
        for Vote { reaction, voter, imported: was_imported, source, state } in votes {
            let value = reaction.value.to_string();
            if self.table == Table::PolisVotes && state != State::Deleted {
                let statement = imported(source.as_ref(), "statement");
                let at = if was_imported { reaction.at } else { to_the_hour(reaction.at) };
                let statement = statement.unwrap_or_else(|| reaction.comment_id.to_string());
                chunk.row([millis(at), polis_date(at), statement, voter, value]);
            } else if self.table == Table::Votes && state == State::Visible {
                chunk.row([reaction.comment_id.to_string(), voter, value, to_the_hour(reaction.at).to_string()]);
            }
        }
        self.cursor = next.map_or(Cursor::End, |next| Cursor::Votes(Some(next)));
        Ok(chunk.finish())
    }

    pub(super) async fn results(&mut self, conn: &mut Conn) -> Result<Vec<u8>> {
        let results = tally::results(conn, &self.on, self.now, Viewer::Anybody).await?;
        let mut chunk = self.table.sheet().chunk();
        for (tier, result) in results.tiers.unwrap_or_default() {
            for choice in result.choices {
                let official = (tier == results.official).to_string();
                let (count, voters) = (choice.count.to_string(), result.voters.to_string());
                chunk.row([tier.to_string(), official, choice.id, choice.label, count, voters]);
            }
        }
        Ok(chunk.finish())
    }
}

//! The tables: their columns, and their rows from the database.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::sheet::Kind::{Boolean, Integer, Text, Time};
use super::sheet::Sheet;
use super::{Cursor, PAGE, Pages, Table};
use crate::clock::Instant;
use crate::count::ballot::Ballot;
use crate::count::pseudonym::Purpose;
use crate::count::tally::{self, Viewer};
use crate::debate::comment::{self, Comment, State};
use crate::debate::reaction::Reaction;
use crate::error::Result;
use crate::id::Id;
use crate::people::actor::{Actor, Kind};
use crate::store::schema::{actors, ballots, comments, reactions};
use crate::store::{Conn, Json, on};

pub(super) const COMMENTS: Sheet = Sheet {
    name: "comments",
    about: "The comments of a consultation that are shown, oldest first.",
    columns: &[
        ("id", Text, "The comment's key on this node."),
        ("uri", Text, "Its address; of comments from elsewhere, at their origin."),
        ("parent", Text, "The key of the comment that it replies to."),
        ("author", Text, "Who wrote it: a handle, or the pseudonym of an imported participant."),
        ("official", Boolean, "Whether it is an answer of the institution."),
        ("stance", Text, "What it argues: for, against or question."),
        ("text", Text, "Its words, in Markdown."),
        ("agrees", Integer, "How many agree."),
        ("disagrees", Integer, "How many disagree."),
        ("passes", Integer, "How many pass."),
        ("published", Time, "When it was written."),
        ("updated", Time, "When it was last edited."),
    ],
    key: &["id"],
};

pub(super) const POLIS_COMMENTS: Sheet = Sheet {
    name: "comments",
    about: "The comments of a consultation in the columns of a Polis export; hidden ones too, without their words.",
    columns: &[
        ("timestamp", Integer, "When it was written, in milliseconds since 1970."),
        ("datetime", Text, "The same, for people."),
        ("comment-id", Text, "The number that it was imported with, else its key on this node."),
        ("author-id", Text, "The number that the author was imported with, else a pseudonym of this consultation."),
        ("agrees", Integer, "How many agree."),
        ("disagrees", Integer, "How many disagree."),
        ("moderated", Integer, "-1 rejected, 0 not looked at, 1 accepted."),
        ("comment-body", Text, "Its words; of a hidden one, to moderators only."),
    ],
    key: &["comment-id"],
};

pub(super) const VOTES: Sheet = Sheet {
    name: "votes",
    about: "What people think of the comments that are shown, by pseudonyms of this consultation.",
    columns: &[
        ("comment", Text, "The comment's key on this node."),
        ("voter", Text, "A pseudonym that only this consultation uses."),
        ("vote", Integer, "1 agree, 0 pass, -1 disagree."),
        ("at", Time, "When, cut to the hour."),
    ],
    key: &["comment", "voter"],
};

pub(super) const POLIS_VOTES: Sheet = Sheet {
    name: "votes",
    about: "What people think of the comments, in the columns of a Polis export; of hidden comments too.",
    columns: &[
        ("timestamp", Integer, "When, in milliseconds since 1970; cut to the hour unless imported."),
        ("datetime", Text, "The same, for people."),
        ("comment-id", Text, "The number that the comment was imported with, else its key on this node."),
        ("voter-id", Text, "The number that the voter was imported with, else a pseudonym of this consultation."),
        ("vote", Integer, "1 agree, 0 pass, -1 disagree."),
    ],
    key: &["comment-id", "voter-id"],
};

pub(super) const BALLOTS: Sheet = Sheet {
    name: "ballots",
    about: "The ballots that stand, by pseudonyms of this consultation.",
    columns: &[
        ("voter", Text, "A pseudonym that only this consultation uses."),
        ("tier", Text, "In which tier it counts: member, partner or open."),
        ("choice", Text, "The ids of what was chosen, apart by spaces."),
        ("cast", Time, "When it was first cast, cut to the hour."),
        ("changed", Time, "When it last changed, cut to the hour."),
    ],
    key: &["voter"],
};

pub(super) const RESULTS: Sheet = Sheet {
    name: "results",
    about: "The totals of each admitted tier; tiers are counted apart and never summed.",
    columns: &[
        ("tier", Text, "member, partner or open."),
        ("official", Boolean, "Whether this tier's count is the official one."),
        ("choice", Text, "The choice's id."),
        ("label", Text, "What people read."),
        ("count", Integer, "How many chose it."),
        ("voters", Integer, "How many ballots of this tier count."),
    ],
    key: &["tier", "choice"],
};

const HOUR: i64 = 3_600_000_000;

/// Nobody is found by the minute in which they voted.
fn to_the_hour(at: Instant) -> Instant {
    Instant::from_microsecond(at.as_microsecond().div_euclid(HOUR) * HOUR)
}

fn millis(at: Instant) -> String {
    at.as_microsecond().div_euclid(1000).to_string()
}

/// As Polis writes it, in UTC.
fn polis_date(at: Instant) -> String {
    at.timestamp().strftime("%a %b %d %H:%M:%S UTC %Y").to_string()
}

/// The number under `name` in what was kept of an import.
fn imported(kept: Option<&Json<serde_json::Value>>, name: &str) -> Option<String> {
    kept.and_then(|kept| kept.0.get(name)).and_then(serde_json::Value::as_i64).map(|number| number.to_string())
}

type Voted =
    (Reaction, Option<Json<serde_json::Value>>, State, crate::people::actor::Kind, Option<Json<serde_json::Value>>);

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
        if let Some((last, _)) = rows.last().filter(|_| Self::more(rows.len())) {
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
            self.person(Purpose::Author, author.kind, author.id, author.document.as_ref()),
            comment.agrees.to_string(),
            comment.disagrees.to_string(),
            moderated,
            if hidden && !self.reads_hidden { String::new() } else { comment.markdown.clone() },
        ]
    }

    /// The number of an imported participant, else a pseudonym.
    fn person(
        &self,
        purpose: Purpose,
        kind: Kind,
        id: Id<Actor>,
        document: Option<&Json<serde_json::Value>>,
    ) -> String {
        let number = if kind == Kind::Imported { imported(document, "participant") } else { None };
        number.unwrap_or_else(|| self.pseudonyms.name(purpose, id))
    }

    pub(super) async fn votes(&mut self, conn: &mut Conn, after: Option<(Id<Comment>, Id<Actor>)>) -> Result<Vec<u8>> {
        let rows = self.read_votes(conn, after).await?;
        let mut chunk = self.table.sheet().chunk();
        for (reaction, source, state, kind, document) in &rows {
            let voter = self.person(Purpose::Opinion, *kind, reaction.actor_id, document.as_ref());
            let vote = reaction.value.to_string();
            if self.table == Table::PolisVotes && *state != State::Deleted {
                let statement = imported(source.as_ref(), "statement");
                let at = if *kind == Kind::Imported { reaction.at } else { to_the_hour(reaction.at) };
                let statement = statement.unwrap_or_else(|| reaction.comment_id.to_string());
                chunk.row([millis(at), polis_date(at), statement, voter, vote]);
            } else if self.table == Table::Votes && *state == State::Visible {
                chunk.row([reaction.comment_id.to_string(), voter, vote, to_the_hour(reaction.at).to_string()]);
            }
        }
        if let Some((last, ..)) = rows.last().filter(|_| Self::more(rows.len())) {
            self.cursor = Cursor::Votes(Some((last.comment_id, last.actor_id)));
        }
        Ok(chunk.finish())
    }

    async fn read_votes(&self, conn: &mut Conn, after: Option<(Id<Comment>, Id<Actor>)>) -> Result<Vec<Voted>> {
        let nil = uuid::Uuid::nil();
        let (comment, voter) = after.unwrap_or((Id::from_uuid(nil), Id::from_uuid(nil)));
        let later =
            reactions::comment_id.gt(comment).or(reactions::comment_id.eq(comment).and(reactions::actor_id.gt(voter)));
        Ok(on!(conn, |c| reactions::table
            .inner_join(comments::table)
            .inner_join(actors::table)
            .filter(comments::consultation_id.eq(self.on.id).and(later))
            .order((reactions::comment_id, reactions::actor_id))
            .limit(PAGE)
            .select((Reaction::as_select(), comments::source, comments::state, actors::kind, actors::document))
            .load(c)
            .await)?)
    }

    pub(super) async fn ballots(&mut self, conn: &mut Conn, after: Option<Id<Ballot>>) -> Result<Vec<u8>> {
        let after = after.unwrap_or(Id::from_uuid(uuid::Uuid::nil()));
        let rows: Vec<Ballot> = on!(conn, |c| ballots::table
            .filter(ballots::consultation_id.eq(self.on.id).and(ballots::id.gt(after)))
            .filter(ballots::withdrawn.eq(false))
            .order(ballots::id)
            .limit(PAGE)
            .select(Ballot::as_select())
            .load(c)
            .await)?;
        let mut chunk = self.table.sheet().chunk();
        for ballot in &rows {
            let (cast, changed) = (to_the_hour(ballot.cast_at), to_the_hour(ballot.changed_at));
            let voter = self.pseudonyms.name(Purpose::Ballot, ballot.actor_id);
            chunk.row([
                voter,
                ballot.tier.to_string(),
                ballot.choice.0.join(" "),
                cast.to_string(),
                changed.to_string(),
            ]);
        }
        if let Some(last) = rows.last().filter(|_| Self::more(rows.len())) {
            self.cursor = Cursor::Ballots(Some(last.id));
        }
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

//! What was changed under the votes of a consultation, and what became of it.

use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

use super::sink::Sink;
use crate::clock::Instant;
use crate::debate::change::{self, Change};
use crate::debate::comment::Comment;
use crate::debate::outcome::{Answered, Outcome};
use crate::debate::text;
use crate::error::Result;
use crate::id::Id;
use crate::store::schema::{changes, outcomes};
use crate::store::{Conn, Json, on};

/// What became of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Became {
    pub(crate) decision: String,
    pub(crate) text: String,
    pub(crate) answers: Vec<Answered>,
    pub(crate) next_at: Option<Instant>,
    pub(crate) next_step: String,
    pub(crate) comment: Option<Id<Comment>>,
    pub(crate) published: Instant,
    pub(crate) updated: Option<Instant>,
}

impl From<Outcome> for Became {
    fn from(outcome: Outcome) -> Self {
        Self {
            decision: outcome.decision,
            text: outcome.markdown,
            answers: outcome.answers.0,
            next_at: outcome.next_at,
            next_step: outcome.next_step,
            comment: outcome.comment_id,
            published: outcome.published_at,
            updated: outcome.updated_at,
        }
    }
}

/// One change.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Changed {
    pub(crate) id: Id<Change>,
    pub(crate) kind: change::Kind,
    pub(crate) reason: String,
    pub(crate) detail: change::Detail,
    pub(crate) at: Instant,
}

impl From<Change> for Changed {
    fn from(change: Change) -> Self {
        Self { id: change.id, kind: change.kind, reason: change.reason, detail: change.detail.0, at: change.at }
    }
}

/// Writes them, once the comments are there.
pub(super) async fn keep(sink: &mut Sink<'_, '_>, became: Option<Became>, changed: Vec<Changed>) -> Result<()> {
    let consultation_id = sink.on.id;
    for Changed { id, kind, reason, detail, at } in changed {
        let row = Change { id, consultation_id, kind, reason, detail: Json(detail), at };
        let conn: &mut Conn = sink.to.tx;
        on!(conn, |c| diesel::insert_into(changes::table).values(&row).execute(c).await)?;
    }
    let Some(became) = became else { return Ok(()) };
    let row = Outcome {
        consultation_id,
        html: text::render(&became.text),
        decision: became.decision,
        markdown: became.text,
        answers: Json(became.answers),
        next_at: became.next_at,
        next_step: became.next_step,
        comment_id: became.comment.filter(|comment| sink.has(*comment)),
        published_at: became.published,
        updated_at: became.updated,
    };
    let conn: &mut Conn = sink.to.tx;
    on!(conn, |c| diesel::insert_into(outcomes::table).values(&row).execute(c).await)?;
    Ok(())
}

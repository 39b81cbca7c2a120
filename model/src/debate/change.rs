//! What is changed once a consultation is published: it is extended, cancelled or corrected, each for a reason that
//! everybody reads. The official account says it in the debate too, so that it reaches other servers as words.

mod correction;
mod notice;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

use self::notice::Notice;
pub(in crate::debate) use self::notice::moment;
use super::comment;
use super::consultation::{self, Consultation, Phase, State, View};
use crate::care::{audit, settings};
use crate::clock::Instant;
use crate::error::{Check, Error, Refusal, Result};
use crate::id::Id;
use crate::job::{self, Job, When};
use crate::people::role::Act;
use crate::store::schema::changes;
use crate::store::types::words;
use crate::store::{Conn, Json, Tx, on};

pub use correction::{Correction, correct};

/// The longest reason, in characters.
pub const REASON_LONGEST: usize = 1000;
/// The most extensions and corrections of one consultation. It can always be cancelled.
const MOST: i64 = 50;

words! {
    /// How a consultation was changed.
    pub enum Kind {
        /// It closes later.
        Extended = "extended",
        /// It was called off.
        Cancelled = "cancelled",
        /// Its words were put right.
        Corrected = "corrected",
    }
}

/// A change, as everybody may read it.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = changes)]
pub struct Change {
    /// Key.
    pub id: Id<Change>,
    /// Of what.
    pub consultation_id: Id<Consultation>,
    /// Which.
    pub kind: Kind,
    /// Why, plain.
    pub reason: String,
    /// What it changed.
    pub detail: Json<Detail>,
    /// When.
    pub at: Instant,
}

/// What a change changed; what it did not touch is left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// The closing date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<Step<Instant>>,
    /// The date by which an answer is promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer_by: Option<Step<Instant>>,
    /// The version of the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Step<i32>>,
    /// The words that were corrected: `title`, `summary`, `text`, `brief`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

/// From one value to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step<T> {
    /// What it was.
    pub from: T,
    /// What it is.
    pub to: T,
}

/// Moves the closing date on. A promised answer that would come before it moves by as much.
///
/// # Errors
/// When who asks is no author of the forum; the refusals of what is not published or over; `closes_at` not later than it
/// is, or `reason`.
pub async fn extend(tx: &mut Tx, now: Instant, view: &View, closes_at: Instant, reason: &str) -> Result<Consultation> {
    view.standing.may(Act::Author, Some(&view.forum))?;
    let on = running(tx, now, &view.consultation).await?;
    let reason = checked(reason)?;
    let never = || Error::field("closes_at", "range", "It has no closing date: there is nothing to extend.");
    let from = on.closes_at.ok_or_else(never)?;
    if closes_at <= from {
        return Err(Error::field("closes_at", "range", "Choose a closing date after the one announced."));
    }
    let answer_by = on.answer_by.map(|at| if at < closes_at { at.plus(closes_at.since(from)) } else { at });
    let it = consultation::postpone(tx, now, on.id, closes_at, answer_by).await?;
    let detail = Detail {
        closes_at: Some(Step { from, to: closes_at }),
        answer_by: on.answer_by.zip(answer_by).filter(|(from, to)| from != to).map(|(from, to)| Step { from, to }),
        ..Detail::default()
    };
    keep(tx, now, view, &it, Kind::Extended, reason, detail).await?;
    say(tx, now, view, &it, Notice::Extended { from, to: closes_at }, reason).await?;
    Ok(it)
}

/// Calls a consultation off: it takes nothing more. What was cast stays in the log and is counted, as cancelled.
///
/// # Errors
/// When who asks is no author of the forum; the refusals of what is not published or over; `reason`.
pub async fn cancel(tx: &mut Tx, now: Instant, view: &View, reason: &str) -> Result<Consultation> {
    view.standing.may(Act::Author, Some(&view.forum))?;
    under_way(now, &view.consultation)?;
    let reason = checked(reason)?;
    let it = consultation::finish(tx, now, &view.forum, &view.consultation, State::Cancelled).await?;
    let it = consultation::touch(tx, now, it.id).await?;
    keep(tx, now, view, &it, Kind::Cancelled, reason, Detail::default()).await?;
    say(tx, now, view, &it, Notice::Cancelled, reason).await?;
    Ok(it)
}

/// What was changed, the first first.
///
/// # Errors
/// When the database fails.
pub async fn list(conn: &mut Conn, consultation: Id<Consultation>) -> Result<Vec<Change>> {
    Ok(on!(conn, |c| changes::table
        .filter(changes::consultation_id.eq(consultation))
        .order((changes::at, changes::id))
        .limit(MOST + 1)
        .select(Change::as_select())
        .load(c)
        .await)?)
}

/// The closing date that was announced when it opened: what other servers hold on to, whatever is decided later.
///
/// # Errors
/// When the database fails.
pub async fn first_closing(conn: &mut Conn, on: &Consultation) -> Result<Option<Instant>> {
    let opened = on.opened_at.or(on.published_at).unwrap_or(on.created_at);
    let mut dates = list(conn, on.id).await?.into_iter().filter(|change| change.at >= opened);
    let first = dates.find_map(|change| change.detail.0.closes_at.map(|step| step.from));
    Ok(first.or(on.closes_at))
}

/// The consultation as it is now, held until the transaction ends, if it can still be changed.
async fn running(tx: &mut Tx, now: Instant, on: &Consultation) -> Result<Consultation> {
    let on = consultation::held(tx, on.id).await?;
    under_way(now, &on)?;
    let conn: &mut Conn = tx;
    let made: i64 =
        on!(conn, |c| changes::table.filter(changes::consultation_id.eq(on.id)).count().get_result(c).await)?;
    if made >= MOST {
        return Err(Refusal::TooManyChanges.into());
    }
    Ok(on)
}

fn under_way(now: Instant, on: &Consultation) -> Result<()> {
    match on.phase(now) {
        Phase::Draft => Err(Refusal::NotPublished.into()),
        Phase::Scheduled | Phase::Open => Ok(()),
        over => Err(over.refusal().into()),
    }
}

/// A reason: something, and not too much of it.
fn checked(reason: &str) -> Result<&str> {
    let reason = reason.trim();
    let mut check = Check::default();
    check.text("reason", reason, REASON_LONGEST);
    check.done()?;
    Ok(reason)
}

async fn keep(
    tx: &mut Tx,
    now: Instant,
    view: &View,
    it: &Consultation,
    kind: Kind,
    reason: &str,
    detail: Detail,
) -> Result<()> {
    let reason = reason.to_owned();
    let change = Change { id: Id::new(now), consultation_id: it.id, kind, reason, detail: Json(detail), at: now };
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(changes::table).values(&change).execute(c).await)?;
    let act = format!("consultation.{kind}");
    audit::note(tx, now, view.standing.account.as_ref(), &act, &it.slug, Some(it.author_id)).await
}

/// Tells people in the debate, and other servers.
async fn say(tx: &mut Tx, now: Instant, view: &View, it: &Consultation, notice: Notice, reason: &str) -> Result<()> {
    let (zone, here) = (settings::node(tx).await?.zone(), settings::address(tx).await?);
    let text = notice.words(&it.language, &zone, &here.consultation(&it.slug), reason);
    let words = comment::Draft { text, ..comment::Draft::default() };
    let by = &view.standing;
    match by.may(Act::Author, Some(&view.forum)) {
        Ok(()) => comment::answer(tx, now, &view.forum, it, by, &words).await?,
        // Who proposed it speaks in their own name.
        Err(_) => comment::post(tx, now, &view.forum, it, by, &words).await?,
    };
    if view.forum.visibility.is_federated() {
        job::enqueue(tx, now, Job::Edit { forum: it.forum_id, consultation: it.id }, When::Now).await?;
    }
    Ok(())
}

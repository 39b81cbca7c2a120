//! Agreement, disagreement and passing on a comment: one per person, counted as it changes.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::ban;
use super::comment::{self, Comment, State};
use super::consultation::{self, Consultation};
use super::forum::Forum;
use crate::clock::Instant;
use crate::error::{Error, Refusal, Result};
use crate::id::Id;
use crate::people::actor::Actor;
use crate::people::role::{Act, Standing};
use crate::store::schema::{comments, reactions};
use crate::store::{Conn, Tx, on};

/// What somebody thinks of a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// 1.
    Agree,
    /// 0.
    Pass,
    /// -1.
    Disagree,
}

impl Value {
    /// From the number in the API and in files.
    #[must_use]
    pub fn from_number(number: i32) -> Option<Self> {
        match number {
            1 => Some(Self::Agree),
            0 => Some(Self::Pass),
            -1 => Some(Self::Disagree),
            _ => None,
        }
    }

    /// The number in the API and in files.
    #[must_use]
    pub fn number(self) -> i32 {
        match self {
            Self::Agree => 1,
            Self::Pass => 0,
            Self::Disagree => -1,
        }
    }
}

/// A reaction as kept.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = reactions)]
pub struct Reaction {
    /// To what.
    pub comment_id: Id<Comment>,
    /// Whose.
    pub actor_id: Id<Actor>,
    /// 1, 0 or -1.
    pub value: i32,
    /// The activity that brought it.
    pub uri: Option<String>,
    /// When.
    pub at: Instant,
}

/// Somebody of this node reacts.
///
/// # Errors
/// When `by` may not comment here, or the debate is closed, or the comment is gone.
pub async fn set(
    tx: &mut Tx,
    now: Instant,
    forum: &Forum,
    on: &Consultation,
    by: &Standing,
    to: &Comment,
    value: Value,
) -> Result<()> {
    by.may(Act::Comment, Some(forum))?;
    let actor = by.account.as_ref().ok_or(Refusal::NotSignedIn)?.actor_id;
    ban::open(tx, now, forum.id, actor).await?;
    keep(tx, now, on, to, actor, value, None).await
}

/// Somebody elsewhere reacts, by a `Like` or `Dislike`.
///
/// # Errors
/// `not-eligible` in a forum that takes nothing from outside, and as [`set`].
#[expect(clippy::too_many_arguments, reason = "the parts of one Like, each of its own type")]
pub async fn receive(
    tx: &mut Tx,
    now: Instant,
    forum: &Forum,
    on: &Consultation,
    actor: Id<Actor>,
    to: &Comment,
    value: Value,
    uri: &str,
) -> Result<()> {
    use super::forum::Visibility;
    if !matches!(forum.visibility, Visibility::Public | Visibility::Collaborative) {
        return Err(Refusal::NotEligible.into());
    }
    ban::open(tx, now, forum.id, actor).await?;
    keep(tx, now, on, to, actor, value, Some(uri)).await
}

async fn keep(
    tx: &mut Tx,
    now: Instant,
    on: &Consultation,
    to: &Comment,
    actor: Id<Actor>,
    value: Value,
    uri: Option<&str>,
) -> Result<()> {
    let phase = on.phase(now);
    if phase.is_over() {
        return Err(phase.refusal().into());
    }
    if to.consultation_id != on.id || to.state != State::Visible {
        return Err(Error::NotFound);
    }
    // The row of the comment is taken first: two reactions to it wait for each other instead of counting wrongly.
    consultation::count_comment(tx, on.id, 0).await?;
    let earlier = of(tx, to.id, actor).await?;
    let row =
        Reaction { comment_id: to.id, actor_id: actor, value: value.number(), uri: uri.map(str::to_owned), at: now };
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(reactions::table)
        .values(&row)
        .on_conflict((reactions::comment_id, reactions::actor_id))
        .do_update()
        .set((reactions::value.eq(row.value), reactions::uri.eq(&row.uri), reactions::at.eq(row.at)))
        .execute(c)
        .await)?;
    shift(tx, to.id, earlier.and_then(|e| Value::from_number(e.value)), Some(value)).await
}

/// Takes a reaction back. False if there was none.
///
/// # Errors
/// [`Refusal::Closed`].
pub async fn clear(tx: &mut Tx, now: Instant, on: &Consultation, to: &Comment, actor: Id<Actor>) -> Result<bool> {
    let phase = on.phase(now);
    if phase.is_over() {
        return Err(phase.refusal().into());
    }
    consultation::count_comment(tx, on.id, 0).await?;
    let Some(earlier) = of(tx, to.id, actor).await? else { return Ok(false) };
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::delete(reactions::table.find((to.id, actor))).execute(c).await)?;
    shift(tx, to.id, Value::from_number(earlier.value), None).await?;
    Ok(true)
}

async fn shift(tx: &mut Tx, to: Id<Comment>, from: Option<Value>, into: Option<Value>) -> Result<()> {
    let by = |value| i32::from(into == Some(value)) - i32::from(from == Some(value));
    comment::count_opinions(tx, to, by(Value::Agree), by(Value::Disagree), by(Value::Pass)).await
}

/// What `actor` thinks of a comment.
///
/// # Errors
/// When the database fails.
pub async fn of(conn: &mut Conn, to: Id<Comment>, actor: Id<Actor>) -> Result<Option<Reaction>> {
    Ok(on!(conn, |c| reactions::table.find((to, actor)).select(Reaction::as_select()).first(c).await.optional())?)
}

/// What `actor` thinks of the comments of a consultation.
///
/// # Errors
/// When the database fails.
pub async fn of_actor(conn: &mut Conn, on: Id<Consultation>, actor: Id<Actor>) -> Result<Vec<Reaction>> {
    Ok(on!(conn, |c| reactions::table
        .inner_join(comments::table)
        .filter(comments::consultation_id.eq(on).and(reactions::actor_id.eq(actor)))
        .select(Reaction::as_select())
        .load(c)
        .await)?)
}

/// What `actor` thinks of these comments.
///
/// # Errors
/// When the database fails.
pub async fn to(conn: &mut Conn, actor: Id<Actor>, these: &[Id<Comment>]) -> Result<Vec<Reaction>> {
    Ok(on!(conn, |c| reactions::table
        .filter(reactions::actor_id.eq(actor).and(reactions::comment_id.eq_any(these)))
        .select(Reaction::as_select())
        .load(c)
        .await)?)
}

/// The reaction that this activity brought, with its comment.
///
/// # Errors
/// When the database fails.
pub async fn by_uri(conn: &mut Conn, actor: Id<Actor>, uri: &str) -> Result<Option<Comment>> {
    let found: Option<Id<Comment>> = on!(conn, |c| reactions::table
        .filter(reactions::uri.eq(uri).and(reactions::actor_id.eq(actor)))
        .select(reactions::comment_id)
        .first(c)
        .await
        .optional())?;
    match found {
        Some(id) => Ok(Some(comment::by_id(conn, id).await?)),
        None => Ok(None),
    }
}

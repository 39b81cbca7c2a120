//! Consultations that stand first in their forum.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::consultation::{Consultation, State, View};
use super::forum::Forum;
use crate::care::audit;
use crate::care::moderation::{self, Moderation};
use crate::clock::Instant;
use crate::error::{Error, Refusal, Result};
use crate::id::Id;
use crate::people::role::Act;
use crate::store::schema::{consultations, pins};
use crate::store::{Conn, Tx, on};

/// The most that a forum pins.
pub const MOST: i64 = 10;

/// When a consultation was pinned; `None` if it is not.
///
/// # Errors
/// When the database fails.
pub async fn of(conn: &mut Conn, consultation: Id<Consultation>) -> Result<Option<Instant>> {
    Ok(on!(conn, |c| pins::table.find(consultation).select(pins::at).first(c).await.optional())?)
}

/// What a forum pins, the latest first.
///
/// # Errors
/// When the database fails.
pub async fn list(conn: &mut Conn, forum: Id<Forum>) -> Result<Vec<Consultation>> {
    Ok(on!(conn, |c| pins::table
        .inner_join(consultations::table)
        .filter(pins::forum_id.eq(forum))
        .order((pins::at.desc(), pins::consultation_id))
        .limit(MOST)
        .select(Consultation::as_select())
        .load(c)
        .await)?)
}

/// Pins a consultation; one that is pinned stays so.
///
/// # Errors
/// When who asks does not moderate; [`Refusal::NotPublished`]; [`Refusal::TooManyPins`].
pub async fn set(tx: &mut Tx, now: Instant, view: &View) -> Result<()> {
    let View { consultation: on, forum, standing: by } = view;
    by.may(Act::Moderate, Some(forum))?;
    if on.state == State::Draft {
        return Err(Refusal::NotPublished.into());
    }
    if of(tx, on.id).await?.is_some() {
        return Ok(());
    }
    let conn: &mut Conn = tx;
    let there: i64 = on!(conn, |c| pins::table.filter(pins::forum_id.eq(forum.id)).count().get_result(c).await)?;
    if there >= MOST {
        return Err(Refusal::TooManyPins.into());
    }
    let row = (pins::consultation_id.eq(on.id), pins::forum_id.eq(forum.id), pins::at.eq(now));
    on!(conn, |c| diesel::insert_into(pins::table).values(row).on_conflict_do_nothing().execute(c).await)?;
    audit::note(tx, now, by.account.as_ref(), "consultation.pin", &on.slug, None).await?;
    moderation::tell(tx, now, forum, now, Moderation::Pin { consultation: on.id, lifted: false }).await
}

/// Unpins a consultation.
///
/// # Errors
/// When who asks does not moderate; [`Error::NotFound`] where it is not pinned.
pub async fn lift(tx: &mut Tx, now: Instant, view: &View) -> Result<()> {
    let View { consultation: on, forum, standing: by } = view;
    by.may(Act::Moderate, Some(forum))?;
    let since = of(tx, on.id).await?.ok_or(Error::NotFound)?;
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::delete(pins::table.find(on.id)).execute(c).await)?;
    audit::note(tx, now, by.account.as_ref(), "consultation.unpin", &on.slug, None).await?;
    moderation::tell(tx, now, forum, since, Moderation::Pin { consultation: on.id, lifted: true }).await
}

//! Ballots of other servers that the rules refuse: kept with their code, not counted, and their voters told once.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Instant;
use crate::debate::consultation::Consultation;
use crate::error::{Refusal, Result};
use crate::id::Id;
use crate::job::{self, Job, When};
use crate::people::actor::Actor;
use crate::store::schema::refused_ballots;
use crate::store::{Conn, Tx, on};

/// A ballot that another server sent and the rules refuse: kept with its code, not counted.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = refused_ballots)]
pub struct RefusedBallot {
    /// Key.
    pub id: Id<RefusedBallot>,
    /// On what.
    pub consultation_id: Id<Consultation>,
    /// Whose.
    pub actor_id: Id<Actor>,
    /// The activity.
    pub uri: String,
    /// Why.
    pub code: String,
    /// When.
    pub at: Instant,
}

/// Keeps a refused ballot, and has the voter told why: once per consultation.
///
/// # Errors
/// When the database fails.
pub async fn refuse(
    tx: &mut Tx,
    now: Instant,
    on: &Consultation,
    actor: Id<Actor>,
    uri: &str,
    refusal: &Refusal,
) -> Result<()> {
    if let Some(id) = keep_refused(tx, now, on, actor, uri, refusal).await? {
        job::enqueue(tx, now, Job::Refuse { ballot: id }, When::Now).await?;
    }
    Ok(())
}

/// Keeps a refused ballot, and answers its key if it is the voter's first here: whoever refuses it otherwise tells why.
///
/// # Errors
/// When the database fails.
pub async fn keep_refused(
    tx: &mut Tx,
    now: Instant,
    on: &Consultation,
    actor: Id<Actor>,
    uri: &str,
    refusal: &Refusal,
) -> Result<Option<Id<RefusedBallot>>> {
    let row = RefusedBallot {
        id: Id::new(now),
        consultation_id: on.id,
        actor_id: actor,
        uri: uri.to_owned(),
        code: refusal.code().to_owned(),
        at: now,
    };
    let conn: &mut Conn = tx;
    let earlier: i64 = on!(conn, |c| refused_ballots::table
        .filter(refused_ballots::consultation_id.eq(on.id).and(refused_ballots::actor_id.eq(actor)))
        .count()
        .get_result(c)
        .await)?;
    let new = on!(conn, |c| diesel::insert_into(refused_ballots::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(c)
        .await)?;
    Ok((new == 1 && earlier == 0).then_some(row.id))
}

/// A refused ballot.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn refused_by_id(conn: &mut Conn, id: Id<RefusedBallot>) -> Result<RefusedBallot> {
    Ok(on!(conn, |c| refused_ballots::table.find(id).select(RefusedBallot::as_select()).first(c).await)?)
}

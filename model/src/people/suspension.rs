//! People who take no part in anything here any more: from this node they can neither sign in nor act; what they send from
//! another is refused. What they did stays, each ballot counted.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::account::{self, Account};
use super::actor::{Actor, Kind};
use super::role::{Act, Role, Standing};
use super::session;
use crate::care::audit;
use crate::care::decision::{self, Made};
use crate::clock::Instant;
use crate::error::{Error, Refusal, Result};
use crate::id::Id;
use crate::store::schema::{accounts, actors};
use crate::store::{Conn, Tx, on};

/// Suspends somebody, for a reason that everybody reads.
///
/// # Errors
/// When `by` does not moderate the node; [`Refusal::NotAllowed`] for those who moderate themselves, official accounts and
/// what is nobody; [`Refusal::AlreadySuspended`]; a reason that is missing or too long.
pub async fn suspend(tx: &mut Tx, now: Instant, by: &Standing, whom: &Actor, reason: &str) -> Result<()> {
    by.may(Act::Moderate, None)?;
    let reason = decision::checked(reason)?;
    if whom.kind != Kind::Person {
        return Err(Refusal::NotAllowed.into());
    }
    if whom.suspended_at.is_some() {
        return Err(Refusal::AlreadySuspended.into());
    }
    if let Some(account) = here(tx, whom).await? {
        if account.official || account.role >= Role::Moderator {
            return Err(Refusal::NotAllowed.into());
        }
        session::end_all(tx, account.id).await?;
        let conn: &mut Conn = tx;
        let working = accounts::table.find(account.id).filter(accounts::disabled_at.is_null());
        on!(conn, |c| diesel::update(working).set(accounts::disabled_at.eq(Some(now))).execute(c).await)?;
    }
    mark(tx, whom.id, Some(now)).await?;
    audit::note(tx, now, by.account.as_ref(), "actor.suspend", &named(whom), None).await?;
    let made = Made { actor: Some(whom.id), ..Made::new(decision::Act::Suspend, reason) };
    decision::record(tx, now, by.account.as_ref(), made).await.map(drop)
}

/// Lets somebody take part again. An account that was disabled for another reason stays so.
///
/// # Errors
/// When `by` does not moderate the node; [`Error::NotFound`] for who is not suspended.
pub async fn lift(tx: &mut Tx, now: Instant, by: &Standing, whom: &Actor) -> Result<()> {
    by.may(Act::Moderate, None)?;
    let since = whom.suspended_at.ok_or(Error::NotFound)?;
    if let Some(account) = here(tx, whom).await? {
        let conn: &mut Conn = tx;
        let disabled = accounts::table.find(account.id).filter(accounts::disabled_at.eq(since));
        on!(conn, |c| diesel::update(disabled).set(accounts::disabled_at.eq(None::<Instant>)).execute(c).await)?;
    }
    mark(tx, whom.id, None).await?;
    audit::note(tx, now, by.account.as_ref(), "actor.unsuspend", &named(whom), None).await
}

/// Who is suspended, the latest first.
///
/// # Errors
/// When `by` does not moderate the node.
pub async fn list(conn: &mut Conn, by: &Standing, limit: i64) -> Result<Vec<Actor>> {
    by.may(Act::Moderate, None)?;
    Ok(on!(conn, |c| actors::table
        .filter(actors::suspended_at.is_not_null())
        .order((actors::suspended_at.desc(), actors::id))
        .limit(limit)
        .select(Actor::as_select())
        .load(c)
        .await)?)
}

async fn here(conn: &mut Conn, whom: &Actor) -> Result<Option<Account>> {
    if !whom.is_local() {
        return Ok(None);
    }
    match account::by_actor(conn, whom.id).await {
        Ok(account) => Ok(Some(account)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn mark(tx: &mut Tx, id: Id<Actor>, since: Option<Instant>) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::update(actors::table.find(id)).set(actors::suspended_at.eq(since)).execute(c).await)?;
    Ok(())
}

fn named(whom: &Actor) -> String {
    whom.host.as_ref().map_or_else(|| whom.name.clone(), |host| format!("{}@{host}", whom.name))
}

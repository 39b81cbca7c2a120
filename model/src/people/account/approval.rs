//! Approval: where an administrator looks at every newcomer first.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Account, by_id};
use crate::care::audit;
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::people::role::{Act, Standing};
use crate::people::{session, token};
use crate::store::schema::accounts;
use crate::store::{Conn, Tx, on};

/// Has an account wait.
pub(crate) async fn hold(tx: &mut Tx, now: Instant, id: Id<Account>) -> Result<Account> {
    set(tx, id, Some(now)).await
}

async fn set(conn: &mut Conn, id: Id<Account>, since: Option<Instant>) -> Result<Account> {
    Ok(on!(conn, |c| diesel::update(accounts::table.find(id))
        .set(accounts::waiting_since.eq(since))
        .returning(Account::as_returning())
        .get_result(c)
        .await)?)
}

/// The accounts that wait, oldest first; up to `limit` after the one of the given time and key.
///
/// # Errors
/// When the database fails.
pub async fn waiting(conn: &mut Conn, after: Option<(Instant, Id<Account>)>, limit: i64) -> Result<Vec<Account>> {
    let (at, id) = after.unwrap_or((Instant::from_microsecond(0), Id::from_uuid(uuid::Uuid::nil())));
    let later = accounts::waiting_since.gt(at).or(accounts::waiting_since.eq(at).and(accounts::id.gt(id)));
    Ok(on!(conn, |c| accounts::table
        .filter(accounts::disabled_at.is_null().and(later.assume_not_null()))
        .order((accounts::waiting_since, accounts::id))
        .limit(limit)
        .select(Account::as_select())
        .load(c)
        .await)?)
}

async fn one(conn: &mut Conn, id: Id<Account>) -> Result<Account> {
    let account = by_id(conn, id).await?;
    if account.waiting_since.is_none() || account.disabled_at.is_some() { Err(Error::NotFound) } else { Ok(account) }
}

/// Lets a newcomer in, who is to be told.
///
/// # Errors
/// When `by` may not; [`Error::NotFound`] when this account does not wait.
pub async fn approve(tx: &mut Tx, now: Instant, by: &Standing, id: Id<Account>) -> Result<Account> {
    by.may(Act::Administer, None)?;
    one(tx, id).await?;
    let account = set(tx, id, None).await?;
    audit::note(tx, now, by.account.as_ref(), "account.approve", &account.name, None).await?;
    Ok(account)
}

/// Turns a newcomer away: the account is disabled, and its owner is to be told.
///
/// # Errors
/// As [`approve`].
pub async fn refuse(tx: &mut Tx, now: Instant, by: &Standing, id: Id<Account>) -> Result<Account> {
    by.may(Act::Administer, None)?;
    one(tx, id).await?;
    session::end_all(tx, id).await?;
    token::end_all(tx, id).await?;
    let conn: &mut Conn = tx;
    let account: Account = on!(conn, |c| diesel::update(accounts::table.find(id))
        .set(accounts::disabled_at.eq(now))
        .returning(Account::as_returning())
        .get_result(c)
        .await)?;
    audit::note(tx, now, by.account.as_ref(), "account.refuse", &account.name, None).await?;
    Ok(account)
}

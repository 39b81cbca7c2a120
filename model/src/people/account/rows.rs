//! Accounts in the database.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Account;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::people::actor::Actor;
use crate::people::role::Role;
use crate::store::schema::accounts;
use crate::store::{Conn, on};

pub(super) async fn save_new(conn: &mut Conn, account: &Account) -> Result<()> {
    on!(conn, |c| diesel::insert_into(accounts::table).values(account).execute(c).await)?;
    Ok(())
}

/// The account of that key.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn by_id(conn: &mut Conn, id: Id<Account>) -> Result<Account> {
    Ok(on!(conn, |c| accounts::table.find(id).select(Account::as_select()).first(c).await)?)
}

/// The account of that name.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn by_name(conn: &mut Conn, name: &str) -> Result<Account> {
    let name = name.trim().to_lowercase();
    Ok(on!(conn, |c| accounts::table.filter(accounts::name.eq(&name)).select(Account::as_select()).first(c).await)?)
}

/// The account of that address.
///
/// # Errors
/// When the database fails.
pub async fn by_email(conn: &mut Conn, email: &str) -> Result<Option<Account>> {
    let email = email.trim().to_lowercase();
    Ok(on!(conn, |c| accounts::table
        .filter(accounts::email.eq(&email))
        .select(Account::as_select())
        .first(c)
        .await
        .optional())?)
}

/// The account behind a local actor.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn by_actor(conn: &mut Conn, actor: Id<Actor>) -> Result<Account> {
    Ok(on!(conn, |c| accounts::table.filter(accounts::actor_id.eq(actor)).select(Account::as_select()).first(c).await)?)
}

/// Whoever signs in with `login`, a name or an address.
///
/// # Errors
/// When the database fails.
pub async fn by_login(conn: &mut Conn, login: &str) -> Result<Option<Account>> {
    if login.contains('@') {
        return by_email(conn, login).await;
    }
    match by_name(conn, login).await {
        Ok(account) => Ok(Some(account)),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Up to `limit` accounts by name, after the name `after`.
///
/// # Errors
/// When the database fails.
pub async fn list(conn: &mut Conn, after: Option<&str>, limit: i64) -> Result<Vec<Account>> {
    let after = after.unwrap_or_default();
    Ok(on!(conn, |c| accounts::table
        .filter(accounts::name.gt(after))
        .order(accounts::name)
        .limit(limit)
        .select(Account::as_select())
        .load(c)
        .await)?)
}

/// Up to `limit` administrators in working order, by name.
///
/// # Errors
/// When the database fails.
pub async fn administrators(conn: &mut Conn, limit: i64) -> Result<Vec<Account>> {
    Ok(on!(conn, |c| accounts::table
        .filter(accounts::role.eq(Role::Administrator).and(accounts::disabled_at.is_null()))
        .order(accounts::name)
        .limit(limit)
        .select(Account::as_select())
        .load(c)
        .await)?)
}

/// How many people have a confirmed account here; official accounts do not count.
///
/// # Errors
/// When the database fails.
pub async fn count(conn: &mut Conn) -> Result<i64> {
    Ok(on!(conn, |c| accounts::table
        .filter(accounts::official.eq(false).and(accounts::confirmed_at.is_not_null()))
        .count()
        .get_result(c)
        .await)?)
}

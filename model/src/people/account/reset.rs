//! A new password for whoever has forgotten theirs.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Account, PasswordHash, by_email};
use crate::clock::Instant;
use crate::error::{Refusal, Result};
use crate::id::Id;
use crate::people::link::{self, Purpose};
use crate::people::{session, token};
use crate::store::schema::accounts;
use crate::store::{Conn, Tx, on};

/// A reset link for whoever has this address: `None` if nobody has; the page says the same either way.
///
/// # Errors
/// When the database fails.
pub async fn ask_reset(tx: &mut Tx, now: Instant, email: &str) -> Result<Option<(Account, String)>> {
    match by_email(tx, email).await? {
        Some(account) if account.disabled_at.is_none() => {
            let secret = link::mint(tx, now, Purpose::Reset, Some(account.id), serde_json::Value::Null).await?;
            Ok(Some((account, secret)))
        }
        _ => Ok(None),
    }
}

/// Whether a reset link works, before anything slow is done for it.
///
/// # Errors
/// [`Refusal::LinkInvalid`].
pub async fn check_reset(conn: &mut Conn, now: Instant, secret: &str) -> Result<()> {
    link::peek(conn, now, Purpose::Reset, secret).await.map(drop)
}

/// Sets a new password by the secret of a mail; ends every session. The address is thereby confirmed.
///
/// # Errors
/// [`Refusal::LinkInvalid`].
pub async fn reset(tx: &mut Tx, now: Instant, secret: &str, password: &PasswordHash) -> Result<Account> {
    let used = link::redeem(tx, now, Purpose::Reset, secret).await?;
    let id = used.account_id.ok_or(Refusal::LinkInvalid)?;
    set_password(tx, now, id, password).await
}

/// Sets a password and ends every session and token of the account.
///
/// # Errors
/// When the database fails.
pub async fn set_password(tx: &mut Tx, now: Instant, id: Id<Account>, password: &PasswordHash) -> Result<Account> {
    session::end_all(tx, id).await?;
    token::end_all(tx, id).await?;
    let conn: &mut Conn = tx;
    let account: Account = on!(conn, |c| diesel::update(accounts::table.find(id))
        .set(accounts::password_hash.eq(&password.0))
        .returning(Account::as_returning())
        .get_result(c)
        .await)?;
    if account.confirmed_at.is_none() {
        on!(conn, |c| diesel::update(accounts::table.find(id)).set(accounts::confirmed_at.eq(now)).execute(c).await)?;
    }
    Ok(account)
}

//! Tokens of the API: shown once, kept as a hash.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::account::{self, Account};
use super::secret;
use crate::care::audit;
use crate::clock::Instant;
use crate::error::{Refusal, Result};
use crate::id::Id;
use crate::store::schema::tokens;
use crate::store::{Conn, Tx, on};

/// A token as kept.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = tokens)]
pub struct Token {
    id: Id<Token>,
    account_id: Id<Account>,
    hash: String,
    created_at: Instant,
    expires_at: Option<Instant>,
}

/// Makes a token for `account` and answers its secret, once.
///
/// # Errors
/// When the account is disabled or official.
pub async fn create(tx: &mut Tx, now: Instant, account: &Account, expires_at: Option<Instant>) -> Result<String> {
    if account.disabled_at.is_some() {
        return Err(Refusal::Disabled.into());
    }
    if account.official {
        return Err(Refusal::NotAllowed.into());
    }
    let secret = secret::mint();
    let row =
        Token { id: Id::new(now), account_id: account.id, hash: secret::hash(&secret), created_at: now, expires_at };
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(tokens::table).values(&row).execute(c).await)?;
    audit::note(tx, now, Some(account), "token.create", &account.name, None).await?;
    Ok(secret)
}

/// Ends all tokens of an account.
///
/// # Errors
/// When the database fails.
pub async fn end_all(tx: &mut Tx, account: Id<Account>) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::delete(tokens::table.filter(tokens::account_id.eq(account))).execute(c).await)?;
    Ok(())
}

/// The account that `secret` speaks for. The look-up is by hash, so its time tells nothing of other tokens.
///
/// # Errors
/// [`Refusal::NotSignedIn`] when it is unknown or has expired, [`Refusal::Disabled`].
pub async fn account_of(conn: &mut Conn, now: Instant, secret: &str) -> Result<Account> {
    let hash = secret::hash(secret);
    let found: Option<Token> = on!(conn, |c| tokens::table
        .filter(tokens::hash.eq(&hash))
        .select(Token::as_select())
        .first(c)
        .await
        .optional())?;
    let token = found.filter(|t| t.expires_at.is_none_or(|end| end > now)).ok_or(Refusal::NotSignedIn)?;
    let account = account::by_id(conn, token.account_id).await?;
    if account.disabled_at.is_some() {
        return Err(Refusal::Disabled.into());
    }
    Ok(account)
}

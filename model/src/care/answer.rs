//! Answers already given to requests with an `Idempotency-Key`, so that a retry changes nothing.

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Instant;
use crate::error::{Refusal, Result};
use crate::id::Id;
use crate::people::account::Account;
use crate::store::schema::answers;
use crate::store::{Conn, Tx, on};

/// How long an answer is kept.
pub const KEPT: Duration = Duration::from_secs(24 * 3600);

/// An answer as given.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = answers)]
pub struct Answer {
    account_id: Id<Account>,
    key: String,
    request: String,
    /// HTTP status.
    pub status: i32,
    /// Body.
    pub body: String,
    at: Instant,
}

/// The answer that this account got for this key.
///
/// # Errors
/// [`Refusal::IdempotencyMismatch`] when the key was used for another `request` (method, path and body's hash).
pub async fn earlier(conn: &mut Conn, account: Id<Account>, key: &str, request: &str) -> Result<Option<Answer>> {
    let found: Option<Answer> =
        on!(conn, |c| answers::table.find((account, key)).select(Answer::as_select()).first(c).await.optional())?;
    match found {
        Some(answer) if answer.request != request => Err(Refusal::IdempotencyMismatch.into()),
        other => Ok(other),
    }
}

/// Keeps an answer, in the transaction that caused it. False if somebody was faster with the same key: then the
/// transaction must be dropped, and the earlier answer given.
///
/// # Errors
/// When the database fails.
pub async fn keep(
    tx: &mut Tx,
    now: Instant,
    account: Id<Account>,
    key: &str,
    request: &str,
    status: u16,
    body: &str,
) -> Result<bool> {
    let row = Answer {
        account_id: account,
        key: key.to_owned(),
        request: request.to_owned(),
        status: i32::from(status),
        body: body.to_owned(),
        at: now,
    };
    let conn: &mut Conn = tx;
    let kept =
        on!(conn, |c| diesel::insert_into(answers::table).values(&row).on_conflict_do_nothing().execute(c).await)?;
    Ok(kept == 1)
}

/// Forgets old ones.
///
/// # Errors
/// When the database fails.
pub async fn sweep(tx: &mut Tx, now: Instant) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::delete(answers::table.filter(answers::at.lt(now.minus(KEPT)))).execute(c).await)?;
    Ok(())
}

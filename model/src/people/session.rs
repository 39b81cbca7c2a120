//! Sessions of the website, kept on the server by the hash of their id.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::account::Account;
use super::secret;
use crate::care::settings::Front;
use crate::clock::Instant;
use crate::error::Result;
use crate::id::Id;
use crate::store::schema::{accounts, sessions, settings};
use crate::store::{Conn, Json, Tx, on};

/// One session.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
pub struct Session {
    hash: String,
    /// Whose it is, once signed in.
    pub account_id: Option<Id<Account>>,
    /// What it keeps.
    pub data: Json<serde_json::Value>,
    /// When it ends.
    pub expires_at: Instant,
}

/// Keeps the session with the id `id` as given.
///
/// # Errors
/// When the database fails.
pub async fn save(
    tx: &mut Tx,
    id: &str,
    account_id: Option<Id<Account>>,
    data: serde_json::Value,
    expires_at: Instant,
) -> Result<()> {
    let row = Session { hash: secret::hash(id), account_id, data: Json(data), expires_at };
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(sessions::table)
        .values(&row)
        .on_conflict(sessions::hash)
        .do_update()
        .set((
            sessions::account_id.eq(row.account_id),
            sessions::data.eq(&row.data),
            sessions::expires_at.eq(row.expires_at),
        ))
        .execute(c)
        .await)?;
    Ok(())
}

/// The session with the id `id`, unless it has ended.
///
/// # Errors
/// When the database fails.
pub async fn load(conn: &mut Conn, now: Instant, id: &str) -> Result<Option<Session>> {
    let hash = secret::hash(id);
    Ok(on!(conn, |c| sessions::table
        .find(&hash)
        .filter(sessions::expires_at.gt(now))
        .select(Session::as_select())
        .first(c)
        .await
        .optional())?)
}

/// Who asks, and what every page is made with.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The session.
    pub session: Option<Session>,
    /// Whose it is.
    pub account: Option<Account>,
    /// What every page is made with.
    pub front: Front,
}

/// The session with the id `id`, unless it has ended, with its account and what every page is made with: one statement.
///
/// # Errors
/// When the database fails.
pub async fn known(conn: &mut Conn, now: Instant, id: &str) -> Result<Known> {
    type Row = (String, Json<serde_json::Value>, Option<Session>, Option<Account>);
    let session = sessions::hash.eq(secret::hash(id)).and(sessions::expires_at.gt(now));
    let all = settings::table
        .left_join(sessions::table.on(session))
        .left_join(accounts::table.on(sessions::account_id.eq(accounts::id.nullable())))
        .filter(settings::key.eq_any(Front::KEYS));
    let mut rows: Vec<Row> = on!(conn, |c| all
        .select((settings::key, settings::value, Option::<Session>::as_select(), Option::<Account>::as_select()))
        .load(c)
        .await)?;
    let (session, account) = match rows.first_mut() {
        Some((_, _, session, account)) => (session.take(), account.take()),
        // Before anything was settled nobody has an account.
        None => (load(conn, now, id).await?, None),
    };
    let front = Front::of(rows.into_iter().map(|(key, value, _, _)| (key, value)))?;
    Ok(Known { session, account, front })
}

/// Ends one session.
///
/// # Errors
/// When the database fails.
pub async fn end(tx: &mut Tx, id: &str) -> Result<()> {
    let hash = secret::hash(id);
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::delete(sessions::table.find(&hash)).execute(c).await)?;
    Ok(())
}

/// Ends all sessions of an account.
///
/// # Errors
/// When the database fails.
pub async fn end_all(tx: &mut Tx, account: Id<Account>) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::delete(sessions::table.filter(sessions::account_id.eq(account))).execute(c).await)?;
    Ok(())
}

/// Forgets the sessions that have ended.
///
/// # Errors
/// When the database fails.
pub async fn sweep(tx: &mut Tx, now: Instant) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::delete(sessions::table.filter(sessions::expires_at.le(now))).execute(c).await)?;
    Ok(())
}

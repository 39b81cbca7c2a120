//! Who did what: the administration's own log, never public.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Instant;
use crate::error::Result;
use crate::id::Id;
use crate::people::account::Account;
use crate::people::actor::Actor;
use crate::store::schema::audit;
use crate::store::{Conn, Tx, on};

/// One line of the log.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = audit)]
pub struct Entry {
    /// Key.
    pub id: Id<Entry>,
    /// When.
    pub at: Instant,
    /// Who; `None` on the command line.
    pub account_id: Option<Id<Account>>,
    /// What, such as `consultation.publish`.
    pub act: String,
    /// To what: a slug, a name.
    pub subject: String,
    /// In whose name it went out.
    pub on_behalf_of: Option<Id<Actor>>,
}

/// Notes an act in the transaction that does it.
///
/// # Errors
/// When the database fails.
pub async fn note(
    tx: &mut Tx,
    now: Instant,
    account: Option<&Account>,
    act: &str,
    subject: &str,
    on_behalf_of: Option<Id<Actor>>,
) -> Result<()> {
    let entry = Entry {
        id: Id::new(now),
        at: now,
        account_id: account.map(|a| a.id),
        act: act.to_owned(),
        subject: subject.to_owned(),
        on_behalf_of,
    };
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(audit::table).values(&entry).execute(c).await)?;
    Ok(())
}

/// The latest `limit` lines, newest first.
///
/// # Errors
/// When the database fails.
pub async fn latest(conn: &mut Conn, limit: i64) -> Result<Vec<Entry>> {
    Ok(on!(conn, |c| audit::table
        .order((audit::at.desc(), audit::id.desc()))
        .limit(limit)
        .select(Entry::as_select())
        .load(c)
        .await)?)
}

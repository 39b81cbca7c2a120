//! What the servers with which people sign in call this node: asked for once per server, and kept.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Instant;
use crate::error::Result;
use crate::store::schema::registrations;
use crate::store::{Conn, Tx, on};

/// What one server calls this node.
#[derive(Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = registrations)]
pub struct Registration {
    /// Its host, with its port where it has one.
    pub host: String,
    /// Where it sends people back to.
    pub redirect: String,
    /// What it calls us.
    pub client_id: String,
    /// What it knows us by.
    pub client_secret: String,
    /// Since when.
    pub created_at: Instant,
}

impl std::fmt::Debug for Registration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registration").field("host", &self.host).finish_non_exhaustive()
    }
}

/// What `host` calls us, if it sends people back to `redirect`.
///
/// # Errors
/// When the database fails.
pub async fn find(conn: &mut Conn, host: &str, redirect: &str) -> Result<Option<Registration>> {
    let it = registrations::table.find(host).filter(registrations::redirect.eq(redirect));
    Ok(on!(conn, |c| it.select(Registration::as_select()).first(c).await.optional())?)
}

/// Keeps a registration in the place of an earlier one.
///
/// # Errors
/// When the database fails.
pub async fn keep(tx: &mut Tx, it: &Registration) -> Result<()> {
    forget(tx, &it.host).await?;
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(registrations::table).values(it).execute(c).await)?;
    Ok(())
}

/// Forgets what a server calls us: it does not know it any more.
///
/// # Errors
/// When the database fails.
pub async fn forget(tx: &mut Tx, host: &str) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::delete(registrations::table.find(host)).execute(c).await)?;
    Ok(())
}

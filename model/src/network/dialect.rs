//! Which dialect of HTTP signatures a server understands, as far as it was found out by knocking.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Instant;
use crate::error::Result;
use crate::store::schema::dialects;
use crate::store::types::words;
use crate::store::{Conn, Tx, on};

words! {
    /// A way to sign a request.
    pub enum Dialect {
        /// draft-cavage-http-signatures-12, which every server has understood for years: it is tried first.
        Cavage = "cavage",
        /// RFC 9421.
        Rfc9421 = "rfc9421",
    }
}

impl Dialect {
    /// The one to try when this one is not understood.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Cavage => Self::Rfc9421,
            Self::Rfc9421 => Self::Cavage,
        }
    }
}

/// The dialect that a server was found to understand, if any was.
///
/// # Errors
/// When the database fails.
pub async fn of(conn: &mut Conn, host: &str) -> Result<Option<Dialect>> {
    Ok(on!(conn, |c| dialects::table.find(host).select(dialects::dialect).first(c).await.optional())?)
}

/// Keeps what a server understands.
///
/// # Errors
/// When the database fails.
pub async fn learn(tx: &mut Tx, now: Instant, host: &str, dialect: Dialect) -> Result<()> {
    let conn: &mut Conn = tx;
    let (what, at) = (dialects::dialect.eq(dialect), dialects::learned_at.eq(now));
    on!(conn, |c| diesel::insert_into(dialects::table)
        .values((dialects::host.eq(host), what, at))
        .on_conflict(dialects::host)
        .do_update()
        .set((what, at))
        .execute(c)
        .await)?;
    Ok(())
}

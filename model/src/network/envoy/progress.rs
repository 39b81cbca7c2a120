//! How far something has come on its way to another server.

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::error::Result;
use crate::store::schema::{activities, copies, deliveries};
use crate::store::{Conn, on};

/// How far something has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// It has yet to be made, or waits for the other server.
    Waiting,
    /// The other server took it in.
    Handed,
    /// The other server would not have it, or was not reached for a week.
    Failed,
}

impl Progress {
    /// How far the activity `uri` has come, which brings `object` to `host`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(conn: &mut Conn, uri: &str, object: &str, host: &str) -> Result<Self> {
        let copy = copies::table.find((object, host)).filter(copies::delivered_at.is_not_null());
        if on!(conn, |c| select(exists(copy)).get_result::<bool>(c).await)? {
            return Ok(Self::Handed);
        }
        let made: Option<Option<String>> = on!(conn, |c| activities::table
            .filter(activities::uri.eq(uri))
            .select(activities::object)
            .first(c)
            .await
            .optional())?;
        let Some(told) = made else { return Ok(Self::Waiting) };
        let waits =
            deliveries::table.inner_join(activities::table).filter(activities::uri.eq(uri)).select(deliveries::id);
        if on!(conn, |c| select(exists(waits)).get_result::<bool>(c).await)? {
            return Ok(Self::Waiting);
        }
        // what tells of nothing to be kept leaves no copy behind
        Ok(if told.is_some() { Self::Failed } else { Self::Handed })
    }
}

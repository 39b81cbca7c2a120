//! How much there is on this node, as it may be told to anybody.

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Instant;
use crate::debate::comment::State as CommentState;
use crate::debate::consultation::State;
use crate::debate::forum::Visibility;
use crate::error::Result;
use crate::store::schema::{accounts, actors, ballots, comments, consultations, forums};
use crate::store::{Conn, on};

/// Counts without names. What is private is in none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Census {
    /// Accounts of people that are confirmed and not disabled.
    pub accounts: i64,
    /// Published consultations.
    pub consultations: i64,
    /// Visible comments written here.
    pub comments: i64,
    /// People of this node who wrote or voted in the last half year.
    pub active_half_year: i64,
    /// The same in the last month.
    pub active_month: i64,
}

const MONTH: Duration = Duration::from_secs(30 * 24 * 3600);
const HALF_YEAR: Duration = Duration::from_secs(180 * 24 * 3600);

/// Counts what there is.
///
/// # Errors
/// When the database fails.
pub async fn take(conn: &mut Conn, now: Instant) -> Result<Census> {
    let people = on!(conn, |c| accounts::table
        .filter(accounts::official.eq(false).and(accounts::confirmed_at.is_not_null()))
        .filter(accounts::disabled_at.is_null())
        .count()
        .get_result(c)
        .await)?;
    let published = on!(conn, |c| consultations::table
        .inner_join(forums::table)
        .filter(forums::visibility.ne(Visibility::Private).and(consultations::state.ne(State::Draft)))
        .count()
        .get_result(c)
        .await)?;
    let written = on!(conn, |c| comments::table
        .inner_join(consultations::table.inner_join(forums::table))
        .inner_join(actors::table)
        .filter(forums::visibility.ne(Visibility::Private).and(comments::state.eq(CommentState::Visible)))
        .filter(actors::host.is_null())
        .count()
        .get_result(c)
        .await)?;
    Ok(Census {
        accounts: people,
        consultations: published,
        comments: written,
        active_half_year: active(conn, now.minus(HALF_YEAR)).await?,
        active_month: active(conn, now.minus(MONTH)).await?,
    })
}

/// People of this node who wrote or voted since then.
async fn active(conn: &mut Conn, since: Instant) -> Result<i64> {
    let wrote = comments::table
        .filter(comments::actor_id.eq(actors::id).and(comments::received_at.ge(since)))
        .select(comments::id);
    let voted =
        ballots::table.filter(ballots::actor_id.eq(actors::id).and(ballots::changed_at.ge(since))).select(ballots::id);
    Ok(on!(conn, |c| accounts::table
        .inner_join(actors::table)
        .filter(accounts::official.eq(false))
        .filter(diesel::dsl::exists(wrote).or(diesel::dsl::exists(voted)))
        .count()
        .get_result(c)
        .await)?)
}

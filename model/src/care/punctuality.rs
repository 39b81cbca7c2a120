//! How soon moderators decide, beside what is promised ([`super::commitment`]): on reports, and on comments that are read
//! before they are shown. What happens in private forums counts nowhere here, since everybody may read the outcome.

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Instant;
use crate::debate::comment::Comment;
use crate::debate::forum::{self, Forum};
use crate::error::Result;
use crate::id::Id;
use crate::store::schema::{readings, reports};
use crate::store::{Conn, Tx, on};

/// Of how long ago decisions are looked at.
pub const WITHIN: Duration = Duration::from_secs(DAYS * 24 * 3600);
/// The same in days.
pub const DAYS: u64 = 90;
/// Of fewer decisions there is no median: it would tell of single people.
pub const SAMPLE_LEAST: usize = 5;
/// How many of each kind are looked at, the latest.
const MOST: i64 = 1_000;

/// How soon was decided of late.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Punctuality {
    /// How many decisions there were [`WITHIN`].
    pub decisions: usize,
    /// How long half of them took at most; none of fewer than [`SAMPLE_LEAST`].
    pub median: Option<Duration>,
}

impl Punctuality {
    fn of(mut delays: Vec<Duration>) -> Self {
        delays.sort_unstable();
        let decisions = delays.len();
        let median = (decisions >= SAMPLE_LEAST).then(|| (delays[(decisions - 1) / 2] + delays[decisions / 2]) / 2);
        Self { decisions, median }
    }
}

/// Notes that a comment that waited since `received` is decided on, and forgets what is no longer looked at.
pub(crate) async fn note(
    tx: &mut Tx,
    now: Instant,
    comment: Id<Comment>,
    forum: Id<Forum>,
    received: Instant,
) -> Result<()> {
    let conn: &mut Conn = tx;
    let old = readings::table.filter(readings::decided_at.lt(now.minus(WITHIN)));
    on!(conn, |c| diesel::delete(old).execute(c).await)?;
    let row = (
        readings::id.eq(comment),
        readings::forum_id.eq(forum),
        readings::received_at.eq(received),
        readings::decided_at.eq(now),
    );
    on!(conn, |c| diesel::insert_into(readings::table).values(row).on_conflict_do_nothing().execute(c).await)?;
    Ok(())
}

/// How soon was decided up to `now`.
///
/// # Errors
/// When the database fails.
pub async fn of(conn: &mut Conn, now: Instant) -> Result<Punctuality> {
    let since = now.minus(WITHIN);
    let forums: Vec<Id<Forum>> = forum::list(conn, None).await?.into_iter().map(|forum| forum.id).collect();
    // A report of an account stands in no forum.
    let reported = reports::table
        .filter(reports::decided_at.ge(since))
        .filter(reports::forum_id.is_null().or(reports::forum_id.eq_any(forums.clone())))
        .order(reports::decided_at.desc())
        .limit(MOST)
        .select((reports::created_at, reports::decided_at));
    let reported: Vec<(Instant, Option<Instant>)> = on!(conn, |c| reported.load(c).await)?;
    let read = readings::table
        .filter(readings::decided_at.ge(since).and(readings::forum_id.eq_any(forums)))
        .order(readings::decided_at.desc())
        .limit(MOST)
        .select((readings::received_at, readings::decided_at));
    let read: Vec<(Instant, Instant)> = on!(conn, |c| read.load(c).await)?;
    let reported = reported.into_iter().filter_map(|(from, to)| Some(to?.since(from)));
    Ok(Punctuality::of(reported.chain(read.into_iter().map(|(from, to)| to.since(from))).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_and_there_is_none_of_few() {
        let hours = |all: &[u64]| all.iter().map(|hours| Duration::from_secs(hours * 3600)).collect::<Vec<_>>();
        let of = |all: &[u64]| Punctuality::of(hours(all)).median.map(|median| median.as_secs());
        assert_eq!(of(&[1, 2, 3, 4]), None);
        assert_eq!(of(&[40, 1, 3, 2, 90]), Some(3 * 3600));
        assert_eq!(of(&[40, 1, 3, 2, 90, 4]), Some(3 * 3600 + 1800));
    }
}

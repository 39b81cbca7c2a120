//! Consultations page by page, in an order that new ones do not disturb.

use diesel::prelude::*;
use diesel::sql_types::Nullable;
use diesel_async::RunQueryDsl;

use super::{Consultation, Sort, State};
use crate::clock::Instant;
use crate::debate::forum::Forum;
use crate::error::Result;
use crate::id::Id;
use crate::store::schema::consultations;
use crate::store::types::DbTime;
use crate::store::{Conn, on};

diesel::define_sql_function! {
    /// The first that is not null.
    #[sql_name = "coalesce"]
    fn either(first: Nullable<DbTime>, second: DbTime) -> DbTime;
}

/// What never closes stands after all that does, in microseconds since 1970: the year 9999.
const NEVER: i64 = 253_370_764_800_000_000;

/// The place of a consultation in a catalogue: where the next page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The time by which it stands there.
    pub at: Instant,
    /// Its key.
    pub id: Id<Consultation>,
}

impl Mark {
    /// The place of `it` in that order. A draft stands at the time when it was made.
    #[must_use]
    pub fn of(it: &Consultation, sort: Sort) -> Self {
        let at = match sort {
            Sort::Newest => it.published_at.unwrap_or(it.created_at),
            Sort::Closing => it.closes_at.unwrap_or_else(never),
        };
        Self { at, id: it.id }
    }
}

fn never() -> Instant {
    Instant::from_microsecond(NEVER)
}

/// Which consultations. What somebody may see is the caller's matter: give the forums that it may.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    /// Of these forums alone.
    pub forums: Vec<Id<Forum>>,
    /// The forums whose drafts may be shown, among those.
    pub drafts: Vec<Id<Forum>>,
    /// In these states.
    pub states: Vec<State>,
    /// In this order.
    pub sort: Sort,
}

/// At most `limit` consultations after a place, or from the first.
///
/// # Errors
/// When the database fails.
pub async fn page(conn: &mut Conn, of: &Catalogue, after: Option<Mark>, limit: i64) -> Result<Vec<Consultation>> {
    use consultations::{closes_at, created_at, forum_id, id, published_at, state};
    let drafts = state.ne(State::Draft).or(forum_id.eq_any(of.drafts.clone()));
    let some = consultations::table
        .filter(forum_id.eq_any(of.forums.clone()).and(state.eq_any(of.states.clone())).and(drafts))
        .limit(limit);
    Ok(match of.sort {
        Sort::Newest => {
            let time = either(published_at, created_at);
            let mark = after.unwrap_or(Mark { at: never(), id: Id::from_uuid(uuid::Uuid::max()) });
            let later = time.lt(mark.at).or(time.eq(mark.at).and(id.lt(mark.id)));
            on!(conn, |c| some
                .filter(later)
                .order((time.desc(), id.desc()))
                .select(Consultation::as_select())
                .load(c)
                .await)?
        }
        Sort::Closing => {
            let time = either(closes_at, never());
            let first = Mark { at: Instant::earliest(), id: Id::from_uuid(uuid::Uuid::nil()) };
            let mark = after.unwrap_or(first);
            let later = time.gt(mark.at).or(time.eq(mark.at).and(id.gt(mark.id)));
            on!(conn, |c| some
                .filter(later)
                .order((time.asc(), id.asc()))
                .select(Consultation::as_select())
                .load(c)
                .await)?
        }
    })
}

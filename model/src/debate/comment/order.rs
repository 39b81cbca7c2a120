//! A debate page by page, in each of its orders: every page is read by itself, and goes on exactly where the one before
//! ended.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::veil::veil;
use super::{Comment, Stance, State};
use crate::clock::Instant;
use crate::debate::consultation::Consultation;
use crate::error::Result;
use crate::id::Id;
use crate::people::actor::Actor;
use crate::store::schema::{actors, comments};
use crate::store::types::words;
use crate::store::{Conn, on};

words! {
    /// In which order a debate is read.
    pub enum Order {
        /// The most agreed with first ([`super::score::agreement`]).
        Agreement = "agreement",
        /// The latest first.
        Newest = "newest",
        /// The earliest first.
        Oldest = "oldest",
        /// Those on which opinions differ most first ([`super::score::division`]).
        Divided = "divided",
        /// Those to which nobody has replied alone, the earliest first.
        Unanswered = "unanswered",
    }
}

words! {
    /// Which comments alone.
    pub enum Filter {
        /// Official answers.
        Official = "official",
        /// Those that argue for.
        For = "for",
        /// Those that argue against.
        Against = "against",
        /// Those that ask.
        Question = "question",
    }
}

/// At which level of the debate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Level {
    /// Everywhere.
    #[default]
    All,
    /// Comments on the consultation itself, not replies.
    Top,
    /// Direct replies to this one.
    Under(Id<Comment>),
}

/// Which comments of a consultation, in which order.
#[derive(Debug, Clone)]
pub struct Selection {
    /// In this order.
    pub order: Order,
    /// At this level.
    pub level: Level,
    /// These alone.
    pub filter: Option<Filter>,
    /// Those that refer to this article alone.
    pub article: Option<String>,
}

impl Default for Selection {
    /// All of them, the earliest first.
    fn default() -> Self {
        Self { order: Order::Oldest, level: Level::All, filter: None, article: None }
    }
}

/// The place of a comment in an order: where the next page begins. In an order by score, a comment whose score changes
/// between two pages moves, as it should; the others stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// What it is ordered by: a score in millionths, or microseconds since 1970.
    pub key: i64,
    /// Its key.
    pub id: Id<Comment>,
}

impl Mark {
    /// The place of a comment in that order.
    #[must_use]
    pub fn of(comment: &Comment, order: Order) -> Self {
        let key = match order {
            Order::Agreement => comment.agreement.into(),
            Order::Divided => comment.division.into(),
            Order::Newest | Order::Oldest | Order::Unanswered => comment.published_at.as_microsecond(),
        };
        Self { key, id: comment.id }
    }

    fn score(self) -> i32 {
        i32::try_from(self.key).unwrap_or(i32::MAX)
    }
}

/// At most `limit` comments with their authors, after a place or from the first. Tombstones stand among them as long as a
/// reply that is shown hangs on them, and by time also alone; what is filtered is shown.
///
/// # Errors
/// When the database fails.
pub async fn page(
    conn: &mut Conn,
    on: Id<Consultation>,
    which: &Selection,
    after: Option<Mark>,
    limit: i64,
) -> Result<Vec<(Comment, Actor)>> {
    use comments::{
        agreement, article, consultation_id, division, id, official, parent_id, published_at, replies, stance,
    };
    let found = on!(conn, |c| {
        let mut some = comments::table
            .inner_join(actors::table)
            .filter(consultation_id.eq(on))
            .limit(limit)
            .select((Comment::as_select(), Actor::as_select()))
            .into_boxed();
        some = match which.level {
            Level::All => some,
            Level::Top => some.filter(parent_id.is_null()),
            Level::Under(parent) => some.filter(parent_id.eq(parent)),
        };
        if let Some(anchor) = &which.article {
            some = some.filter(article.eq(anchor));
        }
        let visible = comments::state.eq(State::Visible);
        some = match which.filter {
            None => some,
            Some(Filter::Official) => some.filter(visible.and(official)),
            Some(Filter::For) => some.filter(visible.and(stance.eq(Stance::For))),
            Some(Filter::Against) => some.filter(visible.and(stance.eq(Stance::Against))),
            Some(Filter::Question) => some.filter(visible.and(stance.eq(Stance::Question))),
        };
        some = match which.order {
            Order::Unanswered => some.filter(visible.and(replies.eq(0))),
            Order::Agreement | Order::Divided => some.filter(visible.or(replies.gt(0))),
            Order::Newest | Order::Oldest if which.level == Level::All => some,
            Order::Newest | Order::Oldest => some.filter(visible.or(replies.gt(0))),
        };
        let time = |mark: Mark| Instant::from_microsecond(mark.key);
        some = match (which.order, after) {
            (_, None) => some,
            (Order::Agreement, Some(mark)) => {
                some.filter(agreement.lt(mark.score()).or(agreement.eq(mark.score()).and(id.gt(mark.id))))
            }
            (Order::Divided, Some(mark)) => {
                some.filter(division.lt(mark.score()).or(division.eq(mark.score()).and(id.gt(mark.id))))
            }
            (Order::Newest, Some(mark)) => {
                some.filter(published_at.lt(time(mark)).or(published_at.eq(time(mark)).and(id.lt(mark.id))))
            }
            (Order::Oldest | Order::Unanswered, Some(mark)) => {
                some.filter(published_at.gt(time(mark)).or(published_at.eq(time(mark)).and(id.gt(mark.id))))
            }
        };
        some = match which.order {
            Order::Agreement => some.order((agreement.desc(), id.asc())),
            Order::Divided => some.order((division.desc(), id.asc())),
            Order::Newest => some.order((published_at.desc(), id.desc())),
            Order::Oldest | Order::Unanswered => some.order((published_at.asc(), id.asc())),
        };
        some.load(c).await
    })?;
    veil(conn, found).await
}

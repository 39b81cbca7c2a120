//! What people of this node are told: replies to them, and what happens in what they follow. A notice stands on one's own page;
//! from it a mail may follow, at once or in a digest, as [`super::preference`] says. It is written once, by its mark, in the
//! transaction that writes its mail: neither comes twice.

mod spread;

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

use super::subscription;
use crate::clock::Instant;
use crate::count::ballot;
use crate::debate::comment::{self, Comment};
use crate::debate::consultation::{self, Consultation, State};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::job::{self, Job, When};
use crate::people::account::{self, Account};
use crate::store::schema::{closing_calls, consultations, notices};
use crate::store::types::words;
use crate::store::{Conn, Store, Tx, on};

pub use spread::{Told, spread};

/// How long before it closes a consultation is called to mind.
pub const CLOSING: Duration = Duration::from_secs(48 * 3600);
/// The most notices in one digest; what is older goes with them.
const DIGESTED: i64 = 100;

words! {
    /// What somebody is told.
    pub enum Kind {
        /// Somebody replied to a comment of theirs.
        Reply = "reply",
        /// A consultation has opened in a forum that they follow.
        Opened = "opened",
        /// One that they follow closes soon, and they have not voted.
        Closing = "closing",
        /// What became of one that they follow is published.
        Outcome = "outcome",
    }
}

/// What happened, for those whom it concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "news", rename_all = "snake_case")]
pub enum News {
    /// Somebody replied with this comment.
    Reply {
        /// The reply.
        comment: Id<Comment>,
    },
    /// It has opened.
    Opened {
        /// Which.
        consultation: Id<Consultation>,
    },
    /// It closes soon.
    Closing {
        /// Which.
        consultation: Id<Consultation>,
        /// When, as it stood when this was said.
        closes_at: Instant,
    },
    /// What became of it is published.
    Outcome {
        /// Of which.
        consultation: Id<Consultation>,
    },
}

impl News {
    /// What they are.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Reply { .. } => Kind::Reply,
            Self::Opened { .. } => Kind::Opened,
            Self::Closing { .. } => Kind::Closing,
            Self::Outcome { .. } => Kind::Outcome,
        }
    }

    fn mark(&self) -> String {
        match self {
            Self::Reply { comment } => format!("reply:{comment}"),
            Self::Opened { consultation } => format!("opened:{consultation}"),
            Self::Closing { consultation, closes_at } => {
                format!("closing:{consultation}:{}", closes_at.as_microsecond())
            }
            Self::Outcome { consultation } => format!("outcome:{consultation}"),
        }
    }
}

/// What somebody was told.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = notices)]
pub struct Notice {
    /// Key.
    pub id: Id<Notice>,
    /// Whom.
    pub account_id: Id<Account>,
    /// What.
    pub kind: Kind,
    /// Makes it once.
    mark: String,
    /// Where.
    pub consultation_id: Id<Consultation>,
    /// The reply.
    pub comment_id: Option<Id<Comment>>,
    /// When.
    pub created_at: Instant,
    /// When it was marked as read.
    pub read_at: Option<Instant>,
    /// When a mail told it, or it was clear that none would.
    pub mailed_at: Option<Instant>,
}

/// Has whoever is answered by a comment told, if they are of this node.
pub(crate) async fn answered(tx: &mut Tx, now: Instant, said: &Comment) -> Result<()> {
    let Some(parent) = said.parent_id else { return Ok(()) };
    let to = comment::by_id(tx, parent).await?;
    match account::by_actor(tx, to.actor_id).await {
        Ok(account) if !account.official && account.actor_id != said.actor_id => {
            enqueue(tx, now, News::Reply { comment: said.id }).await
        }
        Ok(_) | Err(Error::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Has those told who follow a consultation or its forum, if anybody does.
pub(crate) async fn announce(tx: &mut Tx, now: Instant, on: &Consultation, news: News) -> Result<()> {
    if subscription::has_followers(tx, on).await? { enqueue(tx, now, news).await } else { Ok(()) }
}

async fn enqueue(tx: &mut Tx, now: Instant, news: News) -> Result<()> {
    job::enqueue(tx, now, Job::Notify { news, after: None }, When::Now).await
}

/// Calls to mind what closes soon, each closing date once. Answers how many.
///
/// # Errors
/// When the database fails; what was committed stays done.
pub(crate) async fn call_to_mind(store: &Store, now: Instant) -> Result<usize> {
    let soon = now.plus(CLOSING);
    let called = closing_calls::table
        .filter(closing_calls::consultation_id.eq(consultations::id))
        .filter(closing_calls::closes_at.nullable().eq(consultations::closes_at));
    let near = consultations::table
        .filter(consultations::state.eq(State::Open))
        .filter(consultations::closes_at.gt(now).and(consultations::closes_at.le(soon)))
        .filter(diesel::dsl::not(diesel::dsl::exists(called)));
    let near: Vec<Consultation> =
        on!(&mut store.conn().await?, |c| near.select(Consultation::as_select()).load(c).await)?;
    for on in &near {
        let Some(closes_at) = on.closes_at else { continue };
        let mut tx = store.begin().await?;
        let row = (closing_calls::consultation_id.eq(on.id), closing_calls::closes_at.eq(closes_at));
        let conn: &mut Conn = &mut tx;
        let first = on!(conn, |c| diesel::insert_into(closing_calls::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(c)
            .await)?;
        if first == 1 {
            announce(&mut tx, now, on, News::Closing { consultation: on.id, closes_at }).await?;
        }
        tx.commit().await?;
    }
    Ok(near.len())
}

/// One page of what an account was told and may still see, the latest first, after that place.
///
/// # Errors
/// When the database fails.
pub async fn page(
    conn: &mut Conn,
    account: &Account,
    after: Option<(Instant, Id<Notice>)>,
    limit: i64,
) -> Result<Vec<Notice>> {
    let (at, id) = after.unwrap_or((Instant::from_microsecond(i64::MAX), Id::from_uuid(uuid::Uuid::max())));
    let earlier = notices::created_at.lt(at).or(notices::created_at.eq(at).and(notices::id.lt(id)));
    Ok(on!(conn, |c| notices::table
        .filter(notices::account_id.eq(account.id).and(earlier))
        .order((notices::created_at.desc(), notices::id.desc()))
        .limit(limit)
        .select(Notice::as_select())
        .load(c)
        .await)?)
}

/// A notice with what it is about, as its account may see it now.
///
/// # Errors
/// [`Error::NotFound`] when it may no longer.
pub async fn about(
    conn: &mut Conn,
    account: &Account,
    notice: &Notice,
) -> Result<(consultation::View, Option<Comment>)> {
    let on = consultation::by_id(conn, notice.consultation_id).await?;
    let view = consultation::view(conn, &on.slug, Some(account)).await?;
    let comment = match notice.comment_id {
        Some(id) => Some(comment::by_id(conn, id).await?),
        None => None,
    };
    Ok((view, comment))
}

/// How many an account has not read.
///
/// # Errors
/// When the database fails.
pub async fn unread(conn: &mut Conn, account: Id<Account>) -> Result<i64> {
    Ok(on!(conn, |c| notices::table
        .filter(notices::account_id.eq(account).and(notices::read_at.is_null()))
        .count()
        .get_result(c)
        .await)?)
}

/// Marks all that an account was told until now as read.
///
/// # Errors
/// When the database fails.
pub async fn read_all(tx: &mut Tx, now: Instant, account: Id<Account>) -> Result<()> {
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::update(
        notices::table.filter(notices::account_id.eq(account).and(notices::read_at.is_null()))
    )
    .set(notices::read_at.eq(Some(now)))
    .execute(c)
    .await)?;
    Ok(())
}

/// Takes what no mail has told an account yet, the earliest first: from now on it is told.
///
/// # Errors
/// When the database fails.
pub async fn take_unmailed(tx: &mut Tx, now: Instant, account: Id<Account>) -> Result<Vec<Notice>> {
    let conn: &mut Conn = tx;
    let mut waiting: Vec<Notice> = on!(conn, |c| notices::table
        .filter(notices::account_id.eq(account).and(notices::mailed_at.is_null()))
        .order(notices::id.desc())
        .limit(DIGESTED)
        .select(Notice::as_select())
        .load(c)
        .await)?;
    on!(conn, |c| diesel::update(
        notices::table.filter(notices::account_id.eq(account)).filter(notices::mailed_at.is_null())
    )
    .set(notices::mailed_at.eq(Some(now)))
    .execute(c)
    .await)?;
    waiting.reverse();
    Ok(waiting)
}

/// Whether an account's own ballot stands on a consultation.
async fn has_voted(conn: &mut Conn, on: Id<Consultation>, account: &Account) -> Result<bool> {
    Ok(ballot::standing(conn, on, account.actor_id).await?.is_some())
}

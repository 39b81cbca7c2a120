//! Opening and closing by the clock: what the worker's tick does, never a page.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::consultation::{self, Consultation, State};
use super::forum;
use crate::care::notice::{self, News};
use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::job::{self, Job, When};
use crate::store::schema::consultations;
use crate::store::{Conn, Store, on};

/// Opens what is due to open and closes what is due to close. Answers how many of each.
///
/// # Errors
/// When the database fails; what was committed stays done.
pub async fn tick(store: &Store, now: Instant) -> Result<(usize, usize)> {
    let (opening, closing) = due(&mut store.conn().await?, now).await?;
    for id in &opening {
        open(store, now, *id).await?;
    }
    for id in &closing {
        close(store, now, *id).await?;
    }
    notice::call_to_mind(store, now).await?;
    Ok((opening.len(), closing.len()))
}

async fn due(conn: &mut Conn, now: Instant) -> Result<(Vec<Id<Consultation>>, Vec<Id<Consultation>>)> {
    let scheduled = consultations::state.eq(State::Scheduled);
    let opening = on!(conn, |c| consultations::table
        .filter(scheduled.and(consultations::opens_at.le(now)))
        .select(consultations::id)
        .load(c)
        .await)?;
    let closing = on!(conn, |c| consultations::table
        .filter(consultations::state.eq_any([State::Scheduled, State::Open]).and(consultations::closes_at.le(now)))
        .select(consultations::id)
        .load(c)
        .await)?;
    Ok((opening, closing))
}

async fn open(store: &Store, now: Instant, id: Id<Consultation>) -> Result<()> {
    let mut tx = store.begin().await?;
    if let Some(it) = consultation::open(&mut tx, now, id).await? {
        let forum = forum::by_id(&mut tx, it.forum_id).await?;
        if forum.visibility.is_federated() {
            job::enqueue(&mut tx, now, Job::Open { forum: forum.id, consultation: id }, When::Now).await?;
        }
        notice::announce(&mut tx, now, &it, News::Opened { consultation: id }).await?;
    }
    tx.commit().await
}

async fn close(store: &Store, now: Instant, id: Id<Consultation>) -> Result<()> {
    let mut tx = store.begin().await?;
    let it = consultation::by_id(&mut tx, id).await?;
    let forum = forum::by_id(&mut tx, it.forum_id).await?;
    match consultation::finish(&mut tx, now, &forum, &it, State::Closed).await {
        Ok(_) => tx.commit().await,
        // Another process closed it first.
        Err(Error::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}

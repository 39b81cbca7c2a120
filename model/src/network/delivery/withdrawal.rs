//! Taking back what is on its way, when the thing itself is gone.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::Delivery;
use super::lane::{hold_all, remove};
use crate::clock::Instant;
use crate::error::Result;
use crate::id::Id;
use crate::network::copy;
use crate::store::schema::{activities, deliveries};
use crate::store::{Conn, Tx, on};

/// Takes back every delivery that tells of an object, and forgets what was to be told. Answers the inboxes that are to hear of its
/// deletion: those of the hosts to which it was delivered, or may have been; and `None` if it was never sent anywhere.
///
/// # Errors
/// When the database fails.
pub async fn withdraw(tx: &mut Tx, now: Instant, object: &str) -> Result<Option<Vec<String>>> {
    if !forget_words(tx, object).await? {
        return Ok(None);
    }
    // All of them, in order: those who are to hear of it are taken later, and whoever takes some takes them in the same order.
    let lanes = hold_all(tx).await?;
    tx.write_deliveries().await?;
    let waiting: Vec<Delivery> = {
        let conn: &mut Conn = tx;
        on!(conn, |c| deliveries::table
            .inner_join(activities::table)
            .filter(activities::object.eq(object).and(activities::erases.eq(false)))
            .order(deliveries::host)
            .select(Delivery::as_select())
            .load(c)
            .await)?
    };
    let held: HashSet<String> = lanes.into_iter().filter(|lane| lane.is_held(now)).map(|lane| lane.host).collect();
    let ids: Vec<Id<Delivery>> = waiting.iter().map(|one| one.id).collect();
    remove(tx, &ids).await?;
    let may_have_it: Vec<(String, String)> = waiting
        .into_iter()
        .filter(|one| one.tried || held.contains(&one.host))
        .map(|one| (one.host, one.inbox))
        .collect();
    copy::ask_erasure(tx, now, object, &may_have_it).await.map(Some)
}

/// Whether there was anything to forget.
async fn forget_words(conn: &mut Conn, object: &str) -> Result<bool> {
    let about = activities::table.filter(activities::object.eq(object).and(activities::erases.eq(false)));
    let forgotten = on!(conn, |c| diesel::update(about).set(activities::body.eq("")).execute(c).await)?;
    Ok(forgotten > 0)
}

//! Results as they are published: named, with what is needed to count again; once final, signed and kept as they were
//! signed.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Serialize;
use serde_json::Value;

use super::log;
use super::method::Method;
use super::tally::{self, Document, Viewer};
use crate::address::Address;
use crate::care::settings;
use crate::clock::Instant;
use crate::debate::consultation::Consultation;
use crate::error::{Error, Result};
use crate::store::schema::final_results;
use crate::store::{Conn, Tx, on};

/// The results of a consultation, as everybody may have them.
#[derive(Debug, Clone, Serialize)]
struct Publication<'a> {
    /// The address of the consultation.
    consultation: String,
    /// How it asks, for who counts again; none while the results are hidden, since it may hold numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<&'a Method>,
    #[serde(flatten)]
    document: Document,
}

/// The results as `viewer` may see them; the final ones with the proof of who made them (FEP-8b32).
///
/// # Errors
/// When the database fails.
pub async fn results(
    conn: &mut Conn,
    on: &Consultation,
    here: &Address,
    now: Instant,
    viewer: Viewer,
) -> Result<Value> {
    let document = tally::results(conn, on, now, viewer).await?;
    if !document.is_final {
        return written(on, here, document);
    }
    let kept: Option<String> =
        on!(conn, |c| final_results::table.find(on.id).select(final_results::document).first(c).await.optional())?;
    let kept: Option<Value> = kept.map(|kept| serde_json::from_str(&kept)).transpose().map_err(Error::store)?;
    let now_named = Value::from(here.consultation(&on.slug));
    match kept {
        Some(kept) if kept["state"] == document.state.as_str() && kept["consultation"] == now_named => Ok(kept),
        // Its life has gone on, or the node has got its domain: the same numbers, signed again.
        _ => signed(conn, on, here, document).await,
    }
}

fn written(on: &Consultation, here: &Address, document: Document) -> Result<Value> {
    let method = document.visible.then_some(&on.method.0);
    let publication = Publication { consultation: here.consultation(&on.slug), method, document };
    serde_json::to_value(&publication).map_err(Error::store)
}

async fn signed(conn: &mut Conn, on: &Consultation, here: &Address, document: Document) -> Result<Value> {
    let mut signed = written(on, here, document)?;
    let closed = on.closed_at.ok_or_else(|| Error::store("results called final before closing"))?;
    log::known_signer(conn, here).await?.prove(&mut signed, closed)?;
    Ok(signed)
}

/// Signs and keeps the results of a consultation that is closed and counted to the end.
///
/// # Errors
/// When the database fails.
pub(crate) async fn settle(tx: &mut Tx, now: Instant, on: &Consultation) -> Result<()> {
    let document = tally::results(tx, on, now, Viewer::Anybody).await?;
    if !document.is_final {
        return Ok(());
    }
    let size = document.log.as_ref().map_or(0, |log| log.size);
    let here = settings::address(tx).await?;
    // Makes the key, if this is the first thing that it signs.
    log::signer(tx, now, &here).await?;
    let text = signed(tx, on, &here, document).await?.to_string();
    let conn: &mut Conn = tx;
    let (of, size, at) =
        (final_results::consultation_id.eq(on.id), final_results::size.eq(size), final_results::at.eq(now));
    let document = final_results::document.eq(&text);
    on!(conn, |c| diesel::insert_into(final_results::table)
        .values((of, size, document, at))
        .on_conflict(final_results::consultation_id)
        .do_update()
        .set((size, document, at))
        .execute(c)
        .await)?;
    Ok(())
}

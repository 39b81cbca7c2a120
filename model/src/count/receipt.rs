//! Receipts: the node's signed promise that a ballot counts, at once; its place in the log, as soon as it has one.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::Serialize;
use serde_json::Value;

use super::ballot::{Ballot, Receipt};
use super::electorate::Tier;
use super::log::{self, Inclusion};
use super::pseudonym::{Person, Voters};
use super::tally::{self, Viewer};
use crate::address::Address;
use crate::clock::Instant;
use crate::debate::consultation::Consultation;
use crate::debate::text;
use crate::error::{Error, Result};
use crate::id::Id;
use crate::people::proof::Signer;
use crate::store::schema::ballot_events;
use crate::store::{Conn, on};

/// A receipt (`contract.md`: snake_case in the API), bearing a proof of who gave it (FEP-8b32).
#[derive(Debug, Clone, Serialize)]
struct BallotReceipt<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    ballot: Id<Ballot>,
    consultation: String,
    choice: &'a [String],
    tier: Tier,
    voter: String,
    cast_at: Instant,
    /// The SHA-256 of the text that the voter saw.
    text: String,
    log: Place,
}

/// The log that the ballot goes into, and where it stands there.
#[derive(Debug, Clone, Serialize)]
struct Place {
    /// The key of the log.
    key: String,
    #[serde(flatten)]
    inclusion: Option<Inclusion>,
}

/// The receipt of a ballot, with its place in the log where that may be told: the voter's own results are the voter's to
/// see.
///
/// # Errors
/// When the database fails.
pub async fn receipt(
    conn: &mut Conn,
    on: &Consultation,
    voter: Person<'_>,
    receipt: &Receipt,
    now: Instant,
    by: &Sealing<'_>,
) -> Result<Value> {
    let mut document = document(conn, on, voter, receipt, now, by).await?;
    by.signer.prove(&mut document, now)?;
    Ok(document)
}

/// The same as it goes to another node with an `Accept`: its fields as ActivityStreams writes them, with a proof of its
/// own.
///
/// # Errors
/// When the database fails.
pub async fn on_the_wire(
    conn: &mut Conn,
    on: &Consultation,
    voter: Person<'_>,
    receipt: &Receipt,
    now: Instant,
    by: &Sealing<'_>,
) -> Result<Value> {
    let mut document = document(conn, on, voter, receipt, now, by).await?;
    if let Some(fields) = document.as_object_mut()
        && let Some(at) = fields.remove("cast_at")
    {
        fields.insert("castAt".to_owned(), at);
    }
    by.signer.prove(&mut document, now)?;
    Ok(document)
}

async fn document(
    conn: &mut Conn,
    on: &Consultation,
    voter: Person<'_>,
    receipt: &Receipt,
    now: Instant,
    by: &Sealing<'_>,
) -> Result<Value> {
    let voters = Voters::of(conn, on, by.here).await?;
    let seen = tally::visible(on, now, Viewer::Voter);
    let index = if seen { place(conn, receipt).await? } else { None };
    let inclusion = match index {
        Some(index) => Some(log::inclusion(conn, on.id, index).await?),
        None => None,
    };
    let key = log::note::vkey(&log::origin(by.here, &on.slug), &by.signer.public());
    let document = BallotReceipt {
        kind: "BallotReceipt",
        ballot: receipt.ballot,
        consultation: by.here.consultation(&on.slug),
        choice: &receipt.choice,
        tier: receipt.tier,
        voter: voters.name(voter),
        cast_at: receipt.cast_at,
        text: text::sha256(conn, on.id, receipt.text_version).await?,
        log: Place { key, inclusion },
    };
    serde_json::to_value(document).map_err(Error::store)
}

/// Who gives receipts: the node, under its address.
#[derive(Debug, Clone, Copy)]
pub struct Sealing<'a> {
    /// Its key.
    pub signer: &'a Signer,
    /// Where it lives.
    pub here: &'a Address,
}

/// The place in the log of what a receipt is for; `None` until it has one.
async fn place(conn: &mut Conn, receipt: &Receipt) -> Result<Option<i64>> {
    let event = ballot_events::ballot_id.eq(receipt.ballot).and(ballot_events::revision.eq(receipt.revision));
    let seq: Option<Option<i64>> =
        on!(conn, |c| ballot_events::table.filter(event).select(ballot_events::seq).first(c).await.optional())?;
    Ok(seq.flatten())
}

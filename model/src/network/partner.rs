//! Nodes whose word about their people this node believes, and how far.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::peer::{self, Peer, Policy};
use crate::care::audit;
use crate::clock::Instant;
use crate::count::electorate::Assurance;
use crate::error::{Error, Result};
use crate::people::role::{Act, Standing};
use crate::store::schema::{partner_terms, peers};
use crate::store::{Conn, Json, Tx, on};

/// The assurances by which a partner is believed where nothing else is said.
pub const BELIEVED: [Assurance; 4] = [Assurance::Email, Assurance::List, Assurance::Provider, Assurance::Code];

/// By which assurances a partner is believed about its people. Nobody is by none.
///
/// # Errors
/// When the database fails.
pub async fn admits(conn: &mut Conn, host: &str) -> Result<Vec<Assurance>> {
    Ok(said(conn, host).await?.unwrap_or_else(|| BELIEVED.to_vec()))
}

/// The same, if it was said for this partner.
///
/// # Errors
/// When the database fails.
pub async fn said(conn: &mut Conn, host: &str) -> Result<Option<Vec<Assurance>>> {
    let said: Option<Json<Vec<Assurance>>> =
        on!(conn, |c| partner_terms::table.find(host).select(partner_terms::admits).first(c).await.optional())?;
    Ok(said.map(|said| said.0))
}

/// The hosts of all partners, by name.
///
/// # Errors
/// When the database fails.
pub async fn hosts(conn: &mut Conn) -> Result<Vec<String>> {
    Ok(on!(conn, |c| peers::table
        .filter(peers::policy.eq(Policy::Partner))
        .order(peers::host)
        .select(peers::host)
        .load(c)
        .await)?)
}

/// Whether `host` is believed when it says that it knows a voter so. A partner that says nothing is believed as it was
/// before there were terms.
///
/// # Errors
/// When the database fails.
pub async fn is_believed(conn: &mut Conn, host: &str, assurance: Option<Assurance>) -> Result<bool> {
    if peer::policy(conn, host).await? != Policy::Partner {
        return Ok(false);
    }
    match assurance {
        Some(Assurance::None) => Ok(false),
        Some(assurance) => Ok(admits(conn, host).await?.contains(&assurance)),
        None => Ok(true),
    }
}

/// Says by which assurances a partner is believed.
///
/// # Errors
/// When `by` may not; [`Error::NotFound`] for a server that is no partner.
pub async fn admit(tx: &mut Tx, now: Instant, by: &Standing, host: &str, admits: &[Assurance]) -> Result<()> {
    by.may(Act::Administer, None)?;
    let peer = partner(tx, host).await?;
    let mut believed: Vec<Assurance> = admits.iter().copied().filter(|it| *it != Assurance::None).collect();
    believed.sort_unstable();
    believed.dedup();
    let words: Vec<&str> = believed.iter().map(|it| it.as_str()).collect();
    let what = format!("{host} {}", words.join(","));
    let believed = Json(believed);
    {
        let conn: &mut Conn = tx;
        on!(conn, |c| diesel::insert_into(partner_terms::table)
            .values((partner_terms::host.eq(&peer.host), partner_terms::admits.eq(&believed)))
            .on_conflict(partner_terms::host)
            .do_update()
            .set(partner_terms::admits.eq(&believed))
            .execute(c)
            .await)?;
    }
    audit::note(tx, now, by.account.as_ref(), "partner.admit", &what, None).await
}

async fn partner(conn: &mut Conn, host: &str) -> Result<Peer> {
    peer::by_host(conn, host).await?.filter(|peer| peer.policy == Policy::Partner).ok_or(Error::NotFound)
}

/// Says nothing of a partner's assurances any more: it is believed by all of them.
///
/// # Errors
/// When `by` may not; [`Error::NotFound`] for a server that is no partner.
pub async fn forget(tx: &mut Tx, now: Instant, by: &Standing, host: &str) -> Result<()> {
    by.may(Act::Administer, None)?;
    let peer = partner(tx, host).await?;
    {
        let conn: &mut Conn = tx;
        on!(conn, |c| diesel::delete(partner_terms::table.find(&peer.host)).execute(c).await)?;
    }
    audit::note(tx, now, by.account.as_ref(), "partner.forget", &peer.host, None).await
}

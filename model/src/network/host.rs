//! Another server as administrators see it: how it is treated, how it fares, what waits for it.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::delivery::{self, Lane};
use super::peer::{self, Peer};
use crate::error::{Error, Result};
use crate::store::schema::{lanes, peers};
use crate::store::{Conn, on};

/// Another server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// Its host, lower case, with its port where it has one.
    pub name: String,
    /// What is said about it.
    pub peer: Option<Peer>,
    /// How it fares, once something was to be delivered there.
    pub lane: Option<Lane>,
    /// How many deliveries wait for it.
    pub queue: i64,
}

/// At most `most` servers of which something is known, by name, after the one called `after`.
///
/// # Errors
/// When the database fails.
pub async fn list(conn: &mut Conn, after: Option<&str>, most: i64) -> Result<Vec<Host>> {
    let after = after.unwrap_or_default();
    let said: Vec<Peer> = on!(conn, |c| peers::table
        .filter(peers::host.gt(after))
        .order(peers::host)
        .limit(most)
        .select(Peer::as_select())
        .load(c)
        .await)?;
    let seen: Vec<Lane> = on!(conn, |c| lanes::table
        .filter(lanes::host.gt(after))
        .order(lanes::host)
        .limit(most)
        .select(Lane::as_select())
        .load(c)
        .await)?;
    let mut hosts: BTreeMap<String, Host> = BTreeMap::new();
    for peer in said {
        let name = peer.host.clone();
        hosts.entry(name.clone()).or_insert_with(|| Host::called(name)).peer = Some(peer);
    }
    for lane in seen {
        let name = lane.host.clone();
        hosts.entry(name.clone()).or_insert_with(|| Host::called(name)).lane = Some(lane);
    }
    let mut page: Vec<Host> = hosts.into_values().take(usize::try_from(most).unwrap_or(0)).collect();
    for host in &mut page {
        host.queue = delivery::queue(conn, &host.name).await?;
    }
    Ok(page)
}

/// The server of that name.
///
/// # Errors
/// [`Error::NotFound`] when nothing is known of it.
pub async fn by_name(conn: &mut Conn, name: &str) -> Result<Host> {
    let host = Host {
        peer: peer::by_host(conn, name).await?,
        lane: delivery::lane(conn, name).await?,
        queue: delivery::queue(conn, name).await?,
        name: name.to_owned(),
    };
    if host.peer.is_none() && host.lane.is_none() { Err(Error::NotFound) } else { Ok(host) }
}

impl Host {
    fn called(name: String) -> Self {
        Self { name, peer: None, lane: None, queue: 0 }
    }
}

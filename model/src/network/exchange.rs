//! The network as it is: with whom this node really exchanges something, how much, and when last.

use std::collections::BTreeMap;

use diesel::dsl::{count_star, max};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::clock::Instant;
use crate::count::witness::{self, Role};
use crate::error::Result;
use crate::network::peer;
use crate::store::schema::{actors, comments, copies, follows, lanes, mirror_ends, mirrors, relays};
use crate::store::{Conn, on};

/// What goes on with one host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exchange {
    /// Its host.
    pub host: String,
    /// How many consultations and comments of it are kept here.
    pub received: i64,
    /// How many objects of this node were handed to it.
    pub sent: i64,
    /// How many of its forums are carried by forums here.
    pub carried: i64,
    /// Whether somebody there follows something here.
    pub follows_us: bool,
    /// Whether this node, or a forum of it, follows something there.
    pub followed: bool,
    /// Whether it witnesses this node.
    pub witnesses_us: bool,
    /// Whether this node witnesses it.
    pub witnessed: bool,
    /// When something last went to or came from it.
    pub last_at: Option<Instant>,
}

/// The most hosts that are told of.
pub const HOSTS_MOST: usize = 200;

/// Everybody with whom this node exchanges something, those with most first; neither blocked nor silenced ones.
///
/// # Errors
/// When the database fails.
pub async fn table(conn: &mut Conn) -> Result<Vec<Exchange>> {
    let mut hosts: BTreeMap<String, Exchange> = BTreeMap::new();
    received(conn, &mut hosts).await?;
    sent(conn, &mut hosts).await?;
    agreed(conn, &mut hosts).await?;
    let names: Vec<String> = hosts.keys().cloned().collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for (host, treated) in peer::treatments(conn, &names).await? {
        if !treated.is_shown() {
            hosts.remove(host);
        }
    }
    let mut all: Vec<Exchange> = hosts.into_values().collect();
    all.sort_by_key(|one| (std::cmp::Reverse(one.received + one.sent), one.host.clone()));
    all.truncate(HOSTS_MOST);
    Ok(all)
}

fn at<'a>(hosts: &'a mut BTreeMap<String, Exchange>, host: &str) -> &'a mut Exchange {
    hosts.entry(host.to_owned()).or_insert_with(|| Exchange { host: host.to_owned(), ..Exchange::default() })
}

async fn received(conn: &mut Conn, hosts: &mut BTreeMap<String, Exchange>) -> Result<()> {
    // Of what is gone at its origin only the place is kept.
    let over = mirror_ends::table.filter(mirror_ends::mirror_id.eq(mirrors::id)).select(mirror_ends::mirror_id);
    let kept: Vec<(String, i64, Option<Instant>)> = on!(conn, |c| mirrors::table
        .filter(diesel::dsl::not(diesel::dsl::exists(over)))
        .group_by(mirrors::host)
        .select((mirrors::host, count_star(), max(mirrors::received_at)))
        .load(c)
        .await)?;
    let said: Vec<(Option<String>, i64, Option<Instant>)> = on!(conn, |c| comments::table
        .inner_join(actors::table.on(actors::id.eq(comments::actor_id)))
        .filter(actors::host.is_not_null())
        .group_by(actors::host)
        .select((actors::host, count_star(), max(comments::published_at)))
        .load(c)
        .await)?;
    let said = said.into_iter().filter_map(|(host, count, last)| Some((host?, count, last)));
    for (host, count, last) in kept.into_iter().chain(said) {
        let one = at(hosts, &host);
        one.received += count;
        one.last_at = one.last_at.max(last);
    }
    Ok(())
}

async fn sent(conn: &mut Conn, hosts: &mut BTreeMap<String, Exchange>) -> Result<()> {
    let given: Vec<(String, i64)> = on!(conn, |c| copies::table
        .filter(copies::delivered_at.is_not_null())
        .group_by(copies::host)
        .select((copies::host, count_star()))
        .load(c)
        .await)?;
    for (host, count) in given {
        at(hosts, &host).sent += count;
    }
    let reached: Vec<(String, Option<Instant>)> = on!(conn, |c| lanes::table
        .filter(lanes::last_success_at.is_not_null())
        .select((lanes::host, lanes::last_success_at))
        .load(c)
        .await)?;
    for (host, last) in reached {
        let one = at(hosts, &host);
        one.last_at = one.last_at.max(last);
    }
    Ok(())
}

async fn agreed(conn: &mut Conn, hosts: &mut BTreeMap<String, Exchange>) -> Result<()> {
    let following: Vec<Option<String>> = on!(conn, |c| follows::table
        .inner_join(actors::table.on(actors::id.eq(follows::follower_id)))
        .filter(actors::host.is_not_null())
        .select(actors::host)
        .distinct()
        .load(c)
        .await)?;
    following.into_iter().flatten().for_each(|host| at(hosts, &host).follows_us = true);
    let followed: Vec<Option<String>> = on!(conn, |c| follows::table
        .inner_join(actors::table.on(actors::id.eq(follows::target_id)))
        .filter(actors::host.is_not_null())
        .select(actors::host)
        .distinct()
        .load(c)
        .await)?;
    followed.into_iter().flatten().for_each(|host| at(hosts, &host).followed = true);
    let carried: Vec<(Option<String>, i64)> = on!(conn, |c| relays::table
        .inner_join(actors::table.on(actors::id.eq(relays::source_id)))
        .group_by(actors::host)
        .select((actors::host, count_star()))
        .load(c)
        .await)?;
    for (host, count) in carried.into_iter().filter_map(|(host, count)| Some((host?, count))) {
        at(hosts, &host).carried = count;
    }
    for it in witness::list(conn).await? {
        let one = at(hosts, &it.host);
        match it.role {
            Role::Witness => one.witnesses_us = true,
            Role::Witnessed => one.witnessed = true,
        }
        one.last_at = one.last_at.max(it.last_at);
    }
    Ok(())
}

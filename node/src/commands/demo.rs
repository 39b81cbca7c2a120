//! `palabre demo`: three nodes on loopback (a town, an association, a region) that follow, carry and witness each other, with
//! real conversations and open examples in them, and a list of what to try.

mod examples;
mod fill;
mod network;
mod tour;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use model::address::Address;
use model::clock::Clock;
use model::debate::consultation::{self, Consultation, Filter};
use model::debate::forum::{self, Forum};
use model::people::{account, token};
use model::store::{Conn, Store};

use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::arguments::Demo;
use crate::config::{Config, Listen};
use crate::listener::{Listener, stop_signal};
use crate::node::Node;
use crate::{collection, opening, output, telemetry, worker};

/// How many ports are tried from the one asked for.
const PORTS: u16 = 20;
/// Examples that close sooner than this are made anew.
const FRESH_FOR: Duration = Duration::from_secs(24 * 3600);
/// How long the token that is printed works.
const TOKEN_FOR: Duration = Duration::from_secs(7 * 24 * 3600);
/// The nodes, by the first label of their names; the town has the examples.
const NAMES: [&str; 3] = ["town", "association", "region"];

/// One of the three nodes, running.
struct Place {
    node: Arc<Node>,
    config: Config,
}

/// Fills nodes that are not there yet, or continues those that are, runs them, and has them follow, carry and witness each
/// other.
pub async fn run(config: Config, demo: Demo) -> anyhow::Result<()> {
    let stop = stop_signal()?;
    super::serve::open_many_files();
    let recorded = telemetry::start_metrics()?;
    let mut listeners = Vec::new();
    let mut from = demo.port;
    for _ in NAMES {
        let listener = listen(from).await?;
        let port = listener.port().context("the demo listens on ports")?;
        from = if demo.port == 0 { 0 } else { port + 1 };
        listeners.push((port, listener));
    }
    let ports: Vec<u16> = listeners.iter().map(|(port, _)| *port).collect();
    let (mut places, mut running) = (Vec::new(), JoinSet::new());
    for (name, (port, listener)) in NAMES.into_iter().zip(listeners) {
        // Addresses carry the port, so each port has a node of its own.
        let folder = demo.data_dir.join(format!("{name}-{port}"));
        let config = configuration(&config, name, port, (&ports, &folder));
        prepare(&config, &folder, name).await?;
        let node = Arc::new(Node::new(opening::connect(&config)?, Clock::System, config.clone(), Some(port)).await?);
        super::serve::settle(&node).await?;
        let watched = super::serve::watched(&node, recorded.clone());
        let door = node.door(watched.merge(collection::routes(&node)));
        running.spawn(listener.serve(door, stop.clone()));
        let (working, ending) = (node.clone(), stop.clone());
        running.spawn(async move {
            worker::run(working, ending).await;
            Ok(())
        });
        places.push(Place { node, config });
    }
    let waiting = Waiting(stop.clone());
    network::join(&places, &waiting).await?;
    if demo.script {
        return tour::take(&places, &waiting).await;
    }
    offer(&places).await?;
    while let Some(ended) = running.join_next().await {
        ended??;
    }
    Ok(())
}

/// Waits for conditions, and no longer than until the program is to stop.
struct Waiting(watch::Receiver<bool>);

impl Waiting {
    /// How often a condition is looked at, and how long between two looks.
    const LOOKS: u32 = 600;
    const PAUSE: Duration = Duration::from_millis(100);

    /// What `look` finds, once it does.
    async fn until<T>(
        &self,
        what: &str,
        mut look: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
    ) -> anyhow::Result<T> {
        let mut stop = self.0.clone();
        for _ in 0..Self::LOOKS {
            if let Some(found) = look().await? {
                return Ok(found);
            }
            worker::rest(Self::PAUSE, &mut stop).await;
            if *stop.borrow() {
                bail!("stopped while waiting: {what}");
            }
        }
        bail!("waited in vain: {what}")
    }
}

/// The port asked for, or the next that is free.
async fn listen(port: u16) -> anyhow::Result<Listener> {
    let mut failed = None;
    for port in (0..PORTS).map_while(|n| port.checked_add(n)) {
        match Listener::open(&Listen::Tcp(format!("127.0.0.1:{port}"))).await {
            Ok(listener) => return Ok(listener),
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    match failed {
        Some(error) => Err(error),
        None => bail!("there is no port {port}"),
    }
}

/// Nothing of the administrator's own configuration but how it logs and limits.
fn configuration(given: &Config, name: &str, port: u16, (ports, folder): (&[u16], &Path)) -> Config {
    let mut config = Config { log: given.log.clone(), limits: given.limits.clone(), ..Config::default() };
    config.node.domain = format!("{name}.localhost:{port}").parse().ok();
    config.node.data_dir = folder.to_owned();
    config.federation.allow_http = true;
    config.federation.allow_private_addresses = true;
    config.federation.tally_interval = Duration::from_secs(2);
    config.federation.retry_first = Duration::from_secs(1);
    let at = |port: &u16| SocketAddr::from((Ipv4Addr::LOCALHOST, *port));
    let hosts = NAMES.into_iter().zip(ports).map(|(name, port)| (format!("{name}.localhost"), at(port)));
    config.federation.hosts = hosts.collect();
    config
}

async fn prepare(config: &Config, folder: &Path, name: &str) -> anyhow::Result<()> {
    let clock = Clock::System;
    let mut store = opening::connect(config)?;
    opening::migrate(&store, &clock).await?;
    match state(&store, &clock).await? {
        State::Fresh => return Ok(()),
        State::Empty => output::say(format_args!("Filling {name}, a new node…")),
        State::Stale => {
            output::say(format_args!("The examples of {name} have closed: filling it anew…"));
            drop(store);
            remove(folder)?;
            store = opening::connect(config)?;
            opening::migrate(&store, &clock).await?;
        }
    }
    let here = opening::address(&store, config, &clock, None).await?;
    match name {
        "town" => fill::fill(&store, clock.now(), &here).await,
        other => fill::neighbour(&store, clock.now(), &here, other).await,
    }
}

enum State {
    Empty,
    Fresh,
    Stale,
}

async fn state(store: &Store, clock: &Clock) -> anyhow::Result<State> {
    let mut conn = store.conn().await?;
    if !model::care::settings::node(&mut conn).await?.set_up {
        return Ok(State::Empty);
    }
    let soon = clock.now().plus(FRESH_FOR);
    let examples = listed(&mut conn).await?.into_iter().filter(|(_, on)| on.example);
    let closing = examples.filter_map(|(_, on)| on.closes_at).min();
    // a node without examples never grows old
    Ok(if closing.is_none_or(|closes| closes > soon) { State::Fresh } else { State::Stale })
}

/// The database of an earlier demo, and nothing else in its folder.
fn remove(folder: &Path) -> anyhow::Result<()> {
    for name in ["palabre.db", "palabre.db-wal", "palabre.db-shm"] {
        let path: PathBuf = folder.join(name);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| path.display().to_string());
            }
            _ => {}
        }
    }
    Ok(())
}

/// Every consultation with its forum, examples first.
async fn listed(conn: &mut Conn) -> anyhow::Result<Vec<(Forum, Consultation)>> {
    let mut all = Vec::new();
    for forum in forum::list(conn, None).await? {
        let filter = Filter { forums: vec![forum.id], limit: 100, ..Filter::default() };
        let some = consultation::list(conn, &filter).await?;
        all.extend(some.into_iter().map(|on| (forum.clone(), on)));
    }
    all.sort_by_key(|(forum, on)| (!on.example, forum.slug.clone(), on.title.clone()));
    Ok(all)
}

/// Prints what to open and try.
async fn offer(places: &[Place]) -> anyhow::Result<()> {
    let node = &places[0].node;
    let now = node.clock.now();
    let mut tx = node.store.begin().await?;
    let admin = account::by_name(&mut tx, fill::ADMIN).await?;
    let token = token::create(&mut tx, now, &admin, Some(now.plus(TOKEN_FOR))).await?;
    let all = listed(&mut tx).await?;
    tx.commit().await?;
    let here = node.address();
    let line = |text: String| output::line(text);
    line(format!("\nOpen\n  Home page\n    {}", here.node()))?;
    for (forum, on) in &all {
        let what = if on.example { "example" } else { "real, imported from Polis" };
        line(format!("  {} ({}, {what})\n    {}", on.title, forum.language, here.consultation(&on.slug)))?;
    }
    line(format!("\n  {}", model::data::import_polis::ATTRIBUTION))?;
    line(format!("\nSign in\n  {}", here.path("login")))?;
    line(format!(
        "  as the administrator {} or the citizen {}, password: {}",
        fill::ADMIN,
        fill::CITIZEN,
        fill::PASSWORD
    ))?;
    for tried in commands(&here, &all, &token) {
        line(tried)?;
    }
    for told in network::told(places, &all) {
        line(told)?;
    }
    line("\nStop it with Ctrl-C; started again it continues.".to_owned())
}

/// Things to try from a shell.
fn commands(here: &Address, all: &[(Forum, Consultation)], token: &str) -> Vec<String> {
    let mut lines = vec!["\nTry from a shell".to_owned()];
    let root = here.node();
    if let Some((forum, on)) = all.iter().find(|(_, on)| on.method.0.kind() == "vote") {
        let url = here.consultation(&on.slug);
        let api = here.path(&format!("api/v1/consultations/{}", on.slug));
        let resource = format!("acct:{}@{}", forum.slug, here.host());
        lines.push(format!("  The results, as anybody may see them\n    curl {api}/results"));
        lines.push(format!(
            "  Vote through the API, as {}\n    curl -X PUT -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \\\n      -d '{{\"choice\": [\"for\"]}}' {api}/ballot",
            fill::ADMIN
        ));
        lines.push(format!("  Its comments as a table\n    curl {url}/comments.csv"));
        lines.push(format!("  What other servers see\n    curl -H 'Accept: application/activity+json' {url}"));
        lines.push(format!(
            "  Find the forum {}\n    curl '{root}.well-known/webfinger?resource={resource}'",
            here.handle(&forum.slug)
        ));
    }
    lines.push(format!("  What the API can do\n    curl {root}api/v1/openapi.json"));
    lines.push(format!(
        "  If your machine does not know the name {0}, put --connect-to {0}:127.0.0.1: after curl",
        host(here)
    ));
    lines
}

fn host(here: &Address) -> &str {
    here.host().split(':').next().unwrap_or_default()
}

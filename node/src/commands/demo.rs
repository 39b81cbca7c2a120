//! `palabre demo`: a node on loopback with real conversations and open examples in it, and a list of what to try.

mod examples;
mod fill;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};
use model::address::Address;
use model::clock::Clock;
use model::debate::consultation::{self, Consultation, Filter};
use model::debate::forum::{self, Forum};
use model::people::{account, token};
use model::store::{Conn, Store};

use crate::arguments::Demo;
use crate::config::{Config, Domain, Listen};
use crate::listener::Listener;
use crate::node::Node;
use crate::{opening, output};

/// How many ports are tried from the one asked for.
const PORTS: u16 = 20;
/// Examples that close sooner than this are made anew.
const FRESH_FOR: Duration = Duration::from_secs(24 * 3600);
/// How long the token that is printed works.
const TOKEN_FOR: Duration = Duration::from_secs(7 * 24 * 3600);

/// Fills a node that is not there yet, or continues the one that is, and runs it.
pub async fn run(config: Config, demo: Demo) -> anyhow::Result<()> {
    let listener = listen(demo.port).await?;
    let port = listener.port().context("the demo listens on a port")?;
    // Addresses carry the port, so each port has a node of its own.
    let folder = demo.data_dir.join(port.to_string());
    let config = configuration(config, port, &folder)?;
    prepare(&config, &folder).await?;
    super::serve::serve(config, listener, async |node| offer(node).await).await
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
fn configuration(given: Config, port: u16, folder: &Path) -> anyhow::Result<Config> {
    let domain: Domain = format!("palabre.localhost:{port}").parse().map_err(anyhow::Error::msg)?;
    let mut config = Config { log: given.log, limits: given.limits, ..Config::default() };
    config.node.domain = Some(domain);
    config.node.data_dir = folder.to_owned();
    config.federation.allow_http = true;
    Ok(config)
}

async fn prepare(config: &Config, folder: &Path) -> anyhow::Result<()> {
    let clock = Clock::System;
    let mut store = opening::connect(config)?;
    opening::migrate(&store, &clock).await?;
    match state(&store, &clock).await? {
        State::Fresh => return Ok(()),
        State::Empty => output::say("Filling a new node with real conversations and examples…"),
        State::Stale => {
            output::say("The examples have closed: filling the node anew…");
            drop(store);
            remove(folder)?;
            store = opening::connect(config)?;
            opening::migrate(&store, &clock).await?;
        }
    }
    let here = opening::address(&store, config, &clock, None).await?;
    fill::fill(&store, clock.now(), &here).await
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
    Ok(if closing.is_some_and(|closes| closes > soon) { State::Fresh } else { State::Stale })
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
async fn offer(node: &Node) -> anyhow::Result<()> {
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

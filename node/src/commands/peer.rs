//! `palabre peer`

use std::path::Path;

use anyhow::{Context, anyhow, bail};
use model::clock::Clock;
use model::network::blocklist::{self, Imported};
use model::network::delivery::State;
use model::network::host::{self, Host};
use model::network::peer::{self, Policy};
use serde_json::json;

use crate::arguments;
use crate::config::Config;
use crate::{opening, output};

/// How many servers are read at once.
const AT_ONCE: i64 = 500;

/// Lists, or says how servers are treated.
pub async fn run(config: &Config, command: arguments::Peer) -> anyhow::Result<()> {
    match command {
        arguments::Peer::List { print } => list(config, print.json).await,
        arguments::Peer::Set { host, policy } => {
            let policy: Policy = policy.parse().map_err(|why| anyhow!("{why}"))?;
            let mut tx = opening::open(config).await?.begin().await?;
            peer::treat(&mut tx, Clock::System.now(), None, &host, policy.into()).await?;
            Ok(tx.commit().await?)
        }
        arguments::Peer::Forget { host } => {
            let mut tx = opening::open(config).await?.begin().await?;
            match peer::forget(&mut tx, Clock::System.now(), None, &host).await {
                Err(model::error::Error::NotFound) => bail!("nothing is said about {host}"),
                forgotten => forgotten?,
            }
            Ok(tx.commit().await?)
        }
        arguments::Peer::Import { file, print } => import(config, &file, print.json).await,
        arguments::Peer::Export => {
            let (_store, mut conn) = super::reading(config).await?;
            output::line(blocklist::export(&mut conn, None).await?.trim_end())
        }
    }
}

async fn list(config: &Config, as_json: bool) -> anyhow::Result<()> {
    let (_store, mut conn) = super::reading(config).await?;
    let mut all: Vec<Host> = Vec::new();
    loop {
        let after = all.last().map(|host| host.name.clone());
        let page = host::list(&mut conn, after.as_deref(), AT_ONCE).await?;
        if page.is_empty() {
            break;
        }
        all.extend(page);
    }
    let mut told = Vec::with_capacity(all.len());
    for host in all {
        let policy = peer::policy(&mut conn, &host.name).await?;
        let state = host.lane.as_ref().map_or(State::Working, |lane| lane.state(Clock::System.now()));
        let error = host.lane.as_ref().and_then(|lane| lane.errors.0.first()).map(|trouble| trouble.why.clone());
        told.push((host.name, policy, state, host.queue, error));
    }
    if as_json {
        let item = |(host, policy, state, queue, error)| {
            let (policy, state): (Policy, State) = (policy, state);
            let (host, queue, error): (String, i64, Option<String>) = (host, queue, error);
            json!({"host": host, "policy": policy, "state": state, "queue": queue, "last_error": error})
        };
        return output::json(&told.into_iter().map(item).collect::<Vec<_>>());
    }
    told.iter().try_for_each(|(host, policy, state, queue, error)| {
        output::line(format_args!("{host}\t{policy}\t{state}\t{queue}\t{}", error.as_deref().unwrap_or_default()))
    })
}

async fn import(config: &Config, file: &Path, as_json: bool) -> anyhow::Result<()> {
    let list = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let mut tx = opening::open(config).await?.begin().await?;
    let done = blocklist::import(&mut tx, Clock::System.now(), None, &list).await?;
    tx.commit().await?;
    let Imported { changed, unchanged, refused } = done;
    for line in &refused {
        output::say(format_args!("line {}: {}", line.line, line.why));
    }
    if as_json {
        return output::json(&json!({"changed": changed, "unchanged": unchanged, "refused": refused.len()}));
    }
    output::line(format_args!("{changed} changed, {unchanged} unchanged, {} refused", refused.len()))
}

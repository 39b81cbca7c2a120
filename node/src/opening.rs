//! Opening the node's database, at the version of schema that this program knows.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use model::address::{Address, Scheme};
use model::care::{settings, setup};
use model::clock::Clock;
use model::data::upkeep;
use model::store::migrate::{self, Schema};
use model::store::{Options, Store};

use crate::config::{Config, DEFAULT_PORT};
use crate::output::say;

fn connections(config: &Config) -> usize {
    usize::try_from(config.database.max_connections).unwrap_or(usize::MAX)
}

/// Opens the database, making its folder where it is a file.
///
/// # Errors
/// When it cannot be reached, or the folder cannot be made.
pub fn connect(config: &Config) -> anyhow::Result<Store> {
    let store = Store::open(&Options { url: config.database_url(), max_connections: connections(config) })?;
    if let Some(folder) = store.sqlite_file().and_then(|file| Path::new(file).parent()) {
        std::fs::create_dir_all(folder).with_context(|| format!("the folder {}", folder.display()))?;
    }
    Ok(store)
}

/// Opens the database for a command that sets a node up: an empty one is filled.
///
/// # Errors
/// When the schema is older or newer than this program's.
pub async fn make(config: &Config) -> anyhow::Result<Store> {
    let store = connect(config)?;
    match migrate::inspect(&store).await.context("the database cannot be read")? {
        Schema::Behind { fresh: true, .. } => {
            migrate::up(&store).await?;
            Ok(store)
        }
        _ => open(config).await,
    }
}

/// Opens the database of a node for a command; one that waits for migrations is left as it is.
///
/// # Errors
/// When there is none, or its schema is older or newer than this program's.
pub async fn open(config: &Config) -> anyhow::Result<Store> {
    const NONE: &str = "there is no node here yet: make one with `palabre setup`, or start `palabre serve`";
    let url = config.database_url();
    let store = Store::open(&Options { url, max_connections: connections(config) })?;
    if store.sqlite_file().is_some_and(|file| !Path::new(file).exists()) {
        bail!(NONE);
    }
    match migrate::inspect(&store).await.context("the database cannot be read")? {
        Schema::Current => {}
        Schema::Behind { fresh: true, .. } => bail!(NONE),
        Schema::Behind { pending, .. } => {
            bail!("the database waits for {}: run `palabre migrate` (or start `palabre serve`)", pending.join(", "))
        }
        // `up` refuses it, with the words for it.
        Schema::Newer(_) => drop(migrate::up(&store).await?),
    }
    Ok(store)
}

/// Brings the schema up to date; a SQLite file that holds something is copied first. Answers the versions applied.
///
/// # Errors
/// When the schema is newer than this program's, the copy cannot be made, or a migration fails.
pub async fn migrate(store: &Store, clock: &Clock) -> anyhow::Result<Vec<String>> {
    let schema = migrate::inspect(store).await.context("the database cannot be read")?;
    if let (Schema::Behind { fresh: false, pending }, Some(file)) = (schema, store.sqlite_file()) {
        let copy = copy_name(file, clock);
        migrate::copy_file(store, &copy).await.context("the copy before the migration")?;
        say(format_args!("Copied the database to {} before {}.", copy.display(), pending.join(", ")));
    }
    let applied = migrate::up(store).await?;
    upkeep::run(store).await?;
    Ok(applied)
}

/// `palabre.db` is copied to `palabre.db.2026-11-23T101112Z`, beside it.
fn copy_name(file: &str, clock: &Clock) -> PathBuf {
    let at = clock.now().timestamp().strftime("%Y-%m-%dT%H%M%SZ");
    PathBuf::from(format!("{file}.{at}"))
}

/// Where the node lives: the domain set up or configured, else `localhost` with the port it listens on. A node that was
/// set up without a domain takes the configured one.
///
/// # Errors
/// When file and database name different domains.
pub async fn address(store: &Store, config: &Config, clock: &Clock, port: Option<u16>) -> anyhow::Result<Address> {
    let stored = settings::node(&mut store.conn().await?).await?;
    let configured = config.node.domain.as_ref().map(ToString::to_string);
    if let (Some(stored), Some(configured)) = (&stored.domain, &configured)
        && stored != configured
    {
        bail!(
            "the configuration says node.domain = \"{configured}\", but this node was set up as \"{stored}\": \
             addresses given out would break. Mend the configuration, or set the node up anew"
        );
    }
    if let (None, Some(configured), true) = (&stored.domain, &configured, stored.set_up) {
        let mut tx = store.begin().await?;
        setup::set_domain(&mut tx, clock.now(), None, configured).await?;
        tx.commit().await?;
    }
    let scheme = if config.federation.allow_http { Scheme::Http } else { Scheme::Https };
    Ok(match stored.domain.or(configured) {
        Some(domain) => Address::new(scheme, &domain),
        None => Address::new(Scheme::Http, &here(port)),
    })
}

/// Whether the node has a name under which other servers find it.
///
/// # Errors
/// When the database fails.
pub async fn has_domain(store: &Store, config: &Config) -> anyhow::Result<bool> {
    let stored = settings::node(&mut store.conn().await?).await?;
    Ok(stored.domain.is_some() || config.node.domain.is_some())
}

/// The host of a node that has no domain: where it listens, or would.
pub fn here(port: Option<u16>) -> String {
    format!("localhost:{}", port.unwrap_or(DEFAULT_PORT))
}

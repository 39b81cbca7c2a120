//! Bringing the schema to this program's version, and refusing one that is newer.

use diesel::backend::Backend;
use diesel::migration::{Migration, MigrationSource};
use diesel_async::AsyncMigrationHarness;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::open::{Pools, Store};
use crate::error::{Error, Result};

/// What both databases are told in the same words.
static PORTABLE: EmbeddedMigrations = embed_migrations!("../migrations");
/// What each is told in its own; the same names, so that both stand at the same version.
static ON_SQLITE: EmbeddedMigrations = embed_migrations!("../migrations-sqlite");
static ON_POSTGRES: EmbeddedMigrations = embed_migrations!("../migrations-postgres");

/// The portable migrations with those of one database.
#[derive(Clone, Copy)]
struct With(&'static EmbeddedMigrations);

impl<DB: Backend> MigrationSource<DB> for With {
    fn migrations(&self) -> diesel::migration::Result<Vec<Box<dyn Migration<DB>>>> {
        let mut all: Vec<Box<dyn Migration<DB>>> = MigrationSource::<DB>::migrations(&PORTABLE)?;
        all.extend(MigrationSource::<DB>::migrations(self.0)?);
        Ok(all)
    }
}

/// Where the schema of a store stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Schema {
    /// As this program needs it.
    Current,
    /// These versions are to be applied; `fresh` if nothing is there yet.
    Behind {
        /// The versions, oldest first.
        pending: Vec<String>,
        /// Whether the database is empty.
        fresh: bool,
    },
    /// A later program has applied these versions, which this one does not know.
    Newer(Vec<String>),
}

/// Compares the schema of `store` with this program's.
///
/// # Errors
/// When the database cannot be read.
pub async fn inspect(store: &Store) -> Result<Schema> {
    with(store, |h| {
        let known: Vec<String> = names()?;
        let applied: Vec<String> = h.applied_migrations()?.into_iter().map(|v| v.to_string()).collect();
        let newer: Vec<String> = applied.iter().filter(|v| !known.contains(v)).cloned().collect();
        let pending: Vec<String> = known.into_iter().filter(|v| !applied.contains(v)).collect();
        Ok(match (newer.is_empty(), pending.is_empty()) {
            (false, _) => Schema::Newer(newer),
            (true, true) => Schema::Current,
            (true, false) => Schema::Behind { pending, fresh: applied.is_empty() },
        })
    })
    .await
}

/// Applies what is pending, and answers the versions applied.
///
/// # Errors
/// When the schema is newer than this program, or a migration fails.
pub async fn up(store: &Store) -> Result<Vec<String>> {
    if let Schema::Newer(versions) = inspect(store).await? {
        return Err(Error::store(format!(
            "the database was written by a later version of this program (it knows {}): install that version, or restore a backup made before",
            versions.join(", ")
        )));
    }
    with(store, |h| Ok(h.run_pending_migrations()?.into_iter().map(|v| v.to_string()).collect())).await
}

/// The versions applied, the oldest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn applied(store: &Store) -> Result<Vec<String>> {
    let mut applied = with(store, |h| h.applied_migrations()).await?;
    applied.sort();
    Ok(applied)
}

/// Which of these versions this program does not know.
///
/// # Errors
/// Never, unless this program's own migrations are broken.
pub fn unknown(versions: &[String]) -> Result<Vec<String>> {
    let known = names().map_err(Error::Store)?;
    Ok(versions.iter().filter(|version| !known.contains(version)).cloned().collect())
}

/// Applies of what is pending these versions alone: an earlier schema, to be filled with what was kept from it.
///
/// # Errors
/// When a migration fails.
pub async fn up_to(store: &Store, versions: &[String]) -> Result<()> {
    let versions = versions.to_vec();
    with(store, move |h| h.run_these(&versions)).await
}

/// Takes everything back, newest first: for tests of the way back.
///
/// # Errors
/// When a migration fails.
pub async fn down(store: &Store) -> Result<()> {
    with(store, |h| h.revert_all_migrations()).await
}

/// Copies the SQLite file of `store`, whole and at rest, to `to`, which must not be there yet. Nothing on PostgreSQL.
///
/// # Errors
/// When the copy cannot be written.
pub async fn copy_file(store: &Store, to: &std::path::Path) -> Result<()> {
    use diesel_async::RunQueryDsl;
    if let super::Conn::Sqlite(c) = &mut store.conn().await? {
        let to = to.to_string_lossy().into_owned();
        diesel::sql_query("VACUUM INTO ?").bind::<diesel::sql_types::Text, _>(to).execute(&mut **c).await?;
    }
    Ok(())
}

fn names() -> Result<Vec<String>, crate::error::StoreError> {
    let all = MigrationSource::<diesel::pg::Pg>::migrations(&With(&ON_POSTGRES))?;
    let mut names: Vec<String> = all.iter().map(|m| m.name().version().to_string()).collect();
    names.sort();
    Ok(names)
}

/// What both harnesses can do, whichever database they speak to.
trait Harness {
    fn applied_migrations(&mut self) -> Result<Vec<String>, crate::error::StoreError>;
    fn run_pending_migrations(&mut self) -> Result<Vec<String>, crate::error::StoreError>;
    fn run_these(&mut self, versions: &[String]) -> Result<(), crate::error::StoreError>;
    fn revert_all_migrations(&mut self) -> Result<(), crate::error::StoreError>;
}

macro_rules! harness {
    ($connection:ty, $backend:ty, $own:ident) => {
        impl Harness for AsyncMigrationHarness<$connection> {
            fn applied_migrations(&mut self) -> Result<Vec<String>, crate::error::StoreError> {
                Ok(MigrationHarness::<$backend>::applied_migrations(self)?.into_iter().map(|v| v.to_string()).collect())
            }
            fn run_pending_migrations(&mut self) -> Result<Vec<String>, crate::error::StoreError> {
                Ok(MigrationHarness::<$backend>::run_pending_migrations(self, With(&$own))?
                    .into_iter()
                    .map(|v| v.to_string())
                    .collect())
            }
            fn run_these(&mut self, versions: &[String]) -> Result<(), crate::error::StoreError> {
                for migration in MigrationHarness::<$backend>::pending_migrations(self, With(&$own))? {
                    if versions.contains(&migration.name().version().to_string()) {
                        MigrationHarness::<$backend>::run_migration(self, &*migration)?;
                    }
                }
                Ok(())
            }
            fn revert_all_migrations(&mut self) -> Result<(), crate::error::StoreError> {
                MigrationHarness::<$backend>::revert_all_migrations(self, With(&$own)).map(drop)
            }
        }
    };
}
type PooledSqlite = diesel_async::pooled_connection::deadpool::Object<super::conn::Sqlite>;
type PooledPostgres = diesel_async::pooled_connection::deadpool::Object<diesel_async::AsyncPgConnection>;
harness!(PooledSqlite, diesel::sqlite::Sqlite, ON_SQLITE);
harness!(PooledPostgres, diesel::pg::Pg, ON_POSTGRES);

async fn with<T: Send + 'static>(
    store: &Store,
    act: impl FnOnce(&mut dyn Harness) -> Result<T, crate::error::StoreError> + Send + 'static,
) -> Result<T> {
    let pools: &Pools = store.pools();
    let conn = pools.write().await?;
    tokio::task::spawn_blocking(move || match conn {
        super::Conn::Sqlite(c) => act(&mut AsyncMigrationHarness::new(c)),
        super::Conn::Postgres(c) => act(&mut AsyncMigrationHarness::new(c)),
    })
    .await
    .map_err(Error::store)?
    .map_err(Error::Store)
}

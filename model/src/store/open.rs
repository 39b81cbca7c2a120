//! Opening a store by its URL.

use std::sync::{Arc, Weak};

use diesel::ConnectionError;
use diesel_async::pooled_connection::deadpool::Pool;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use diesel_async::{AsyncConnection, AsyncPgConnection, SimpleAsyncConnection};
use futures_util::FutureExt;

use super::conn::{Conn, Sqlite};
use super::ends::{Ends, Teller};
use super::together::Together;
use super::tx::Tx;
use crate::error::{Error, Result};

/// How a store is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: String,
    /// Connections to PostgreSQL, or readers of SQLite.
    pub max_connections: usize,
}

impl Options {
    /// The options of `url` with the usual number of connections.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), max_connections: 10 }
    }
}

/// Readers see a snapshot, the one writer is waited for; a ballot acknowledged is on disk.
const SQLITE_SETTINGS: &str = "PRAGMA busy_timeout=10000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; \
     PRAGMA foreign_keys=ON; PRAGMA cache_size=-16000; PRAGMA temp_store=MEMORY;";

/// The database, behind pools of connections. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    pools: Pools,
    together: Arc<Together>,
    ends: Ends,
}

#[derive(Clone)]
pub(super) enum Pools {
    Sqlite { read: Pool<Sqlite>, write: Pool<Sqlite>, path: String },
    Postgres { pool: Pool<AsyncPgConnection> },
}

impl Store {
    /// Opens the store; connections are made when first needed. Schema and version are [`super::migrate`]'s matter.
    ///
    /// # Errors
    /// When the URL is of no known kind or a pool cannot be built.
    pub fn open(options: &Options) -> Result<Self> {
        let pools = if let Some(path) = sqlite_path(&options.url) {
            Pools::Sqlite { read: sqlite_pool(&path, options.max_connections)?, write: sqlite_pool(&path, 1)?, path }
        } else if options.url.starts_with("postgres://") || options.url.starts_with("postgresql://") {
            Pools::Postgres { pool: postgres_pool(&options.url, options.max_connections)? }
        } else {
            return Err(Error::store("the database URL must start with `sqlite:` or `postgres://`"));
        };
        let ends = Ends::default();
        let together = Arc::new(Together::start(&pools, &ends));
        Ok(Self { pools, together, ends })
    }

    /// A connection to read from.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn conn(&self) -> Result<Conn> {
        self.pools.read().await
    }

    /// Begins a transaction.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn begin(&self) -> Result<Tx> {
        self.pools.begin(&self.ends).await
    }

    /// Changes each time that a transaction of this process leaves work behind: a job, a delivery.
    #[must_use]
    pub fn bell(&self) -> tokio::sync::watch::Receiver<u64> {
        self.ends.bell.listen()
    }

    /// From now on `teller` tells others what transactions of this process do, as each of them ends. Without one, or
    /// once it is gone, it is left to the worker of the process that serves.
    pub fn tell_by(&self, teller: Weak<dyn Teller>) {
        self.ends.tell_by(teller);
    }

    /// The SQLite file, if it is one.
    #[must_use]
    pub fn sqlite_file(&self) -> Option<&str> {
        match &self.pools {
            Pools::Sqlite { path, .. } => Some(path),
            Pools::Postgres { .. } => None,
        }
    }

    pub(super) fn pools(&self) -> &Pools {
        &self.pools
    }

    pub(super) fn queue(&self) -> &Together {
        &self.together
    }
}

/// The longest wait for a connection: a caller gets an error rather than waiting for ever.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

async fn soon<T, E>(connection: impl Future<Output = Result<T, E>>) -> Result<T>
where
    E: std::error::Error + Send + Sync + 'static,
{
    match tokio::time::timeout(PATIENCE, connection).await {
        Ok(got) => got.map_err(Error::store),
        Err(_) => Err(Error::store("no connection to the database became free")),
    }
}

impl Pools {
    async fn read(&self) -> Result<Conn> {
        Ok(match self {
            Self::Sqlite { read, .. } => Conn::Sqlite(soon(read.get()).await?),
            Self::Postgres { pool } => Conn::Postgres(soon(pool.get()).await?),
        })
    }

    pub(super) async fn write(&self) -> Result<Conn> {
        Ok(match self {
            Self::Sqlite { write, .. } => Conn::Sqlite(soon(write.get()).await?),
            Self::Postgres { pool } => Conn::Postgres(soon(pool.get()).await?),
        })
    }

    pub(super) async fn begin(&self, ends: &Ends) -> Result<Tx> {
        Tx::begin(self.write().await?, ends).await
    }
}

/// The path in `sqlite:PATH`, `sqlite://PATH` or `sqlite:///PATH`.
fn sqlite_path(url: &str) -> Option<String> {
    let rest = url.strip_prefix("sqlite:")?;
    Some(rest.strip_prefix("//").unwrap_or(rest).to_owned())
}

fn sqlite_pool(path: &str, size: usize) -> Result<Pool<Sqlite>> {
    let mut config = ManagerConfig::<Sqlite>::default();
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(|path| {
        async move {
            let mut c = Sqlite::establish(path).await?;
            c.batch_execute(SQLITE_SETTINGS).await.map_err(ConnectionError::CouldntSetupConfiguration)?;
            Ok(c)
        }
        .boxed()
    });
    let manager = AsyncDieselConnectionManager::new_with_config(path, config);
    Pool::builder(manager).max_size(size.max(1)).build().map_err(Error::store)
}

fn postgres_pool(url: &str, size: usize) -> Result<Pool<AsyncPgConnection>> {
    let mut config = ManagerConfig::<AsyncPgConnection>::default();
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(|url| establish(url).boxed());
    let manager = AsyncDieselConnectionManager::new_with_config(url, config);
    Pool::builder(manager).max_size(size.max(2)).build().map_err(Error::store)
}

/// Connects with TLS where the URL or the server asks for it (`sslmode`), by the machine's certificates.
async fn establish(url: &str) -> Result<AsyncPgConnection, ConnectionError> {
    let bad = |e: &dyn std::fmt::Display| ConnectionError::BadConnection(e.to_string());
    let config: tokio_postgres::Config = url.parse().map_err(|e| bad(&e))?;
    if matches!(config.get_ssl_mode(), tokio_postgres::config::SslMode::Require) {
        let tls = tls().map_err(|e| bad(&e))?;
        let (client, connection) = config.connect(tls).await.map_err(|e| bad(&e))?;
        return AsyncPgConnection::try_from_client_and_connection(client, connection).await;
    }
    let (client, connection) = config.connect(tokio_postgres::NoTls).await.map_err(|e| bad(&e))?;
    AsyncPgConnection::try_from_client_and_connection(client, connection).await
}

/// Trusts what the machine trusts; certificates of the machine that cannot be read are left out, and said.
fn tls() -> Result<tokio_postgres_rustls::MakeRustlsConnect, String> {
    let (tls, unreadable) = tokio_postgres_rustls::MakeRustlsConnect::with_native_certs()
        .map_err(|errors| format!("no certificates on this machine: {errors:?}"))?;
    for error in unreadable {
        tracing::warn!(%error, "a certificate of this machine cannot be read");
    }
    Ok(tls)
}

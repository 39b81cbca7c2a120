//! One connection to whichever database is open, and the macro that compiles each query against both.

use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::deadpool::Object;
use diesel_async::sync_connection_wrapper::{SpawnBlocking, SyncConnectionWrapper};
use futures_util::future::BoxFuture;

/// SQLite through the asynchronous interface, each statement run at once.
pub type Sqlite = SyncConnectionWrapper<diesel::SqliteConnection, Inline>;

/// Runs a SQLite statement on the thread that asked for it: a hop to another thread costs more than the statement.
pub struct Inline;

impl SpawnBlocking for Inline {
    fn spawn_blocking<'a, R>(
        &mut self,
        task: impl FnOnce() -> R + Send + 'static,
    ) -> BoxFuture<'a, Result<R, Box<dyn std::error::Error + Send + Sync + 'static>>>
    where
        R: Send + 'static,
    {
        Box::pin(std::future::ready(Ok(task())))
    }

    fn get_runtime() -> Self {
        Self
    }
}

/// A connection on which queries run, outside or inside a transaction.
#[expect(
    clippy::large_enum_variant,
    reason = "few at a time, and never copied: a box would cost an allocation for each"
)]
pub enum Conn {
    /// A connection to the SQLite file.
    Sqlite(Object<Sqlite>),
    /// A connection to the PostgreSQL server.
    Postgres(Object<AsyncPgConnection>),
}

/// Runs one query on whichever database is open. It must be valid on both.
macro_rules! on {
    ($conn:expr, |$c:ident| $query:expr) => {
        match $conn {
            $crate::store::Conn::Sqlite($c) => {
                let $c = &mut **$c;
                $query
            }
            $crate::store::Conn::Postgres($c) => {
                let $c = &mut **$c;
                $query
            }
        }
    };
}
pub(crate) use on;

//! A transaction: commit it, or drop it and nothing happened.

use std::ops::{Deref, DerefMut};

use diesel_async::pooled_connection::deadpool::Object;
use diesel_async::{AnsiTransactionManager, AsyncConnection, TransactionManager};
use futures_util::FutureExt;

use super::bell::Bell;
use super::conn::{Conn, Sqlite, on};
use crate::error::Result;

/// An open transaction. Use cases take `&mut Tx`; who began it commits it.
pub struct Tx {
    conn: Option<Conn>,
    bell: Bell,
    rings: bool,
}

impl Tx {
    /// Begins on `conn`. SQLite takes the write lock at once, so that no later statement fails for want of it.
    pub(super) async fn begin(mut conn: Conn, bell: &Bell) -> Result<Self> {
        match &mut conn {
            Conn::Sqlite(c) => {
                c.spawn_blocking(|c| {
                    diesel::connection::AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE")
                })
                .await?;
            }
            Conn::Postgres(c) => AnsiTransactionManager::begin_transaction_sql(&mut **c, "BEGIN").await?,
        }
        Ok(Self { conn: Some(conn), bell: bell.clone(), rings: false })
    }

    /// Whoever waits for work is woken once this is committed.
    pub(crate) fn ring(&mut self) {
        self.rings = true;
    }

    /// Makes everything since `begin` durable.
    ///
    /// # Errors
    /// When the database cannot; then nothing of it is kept.
    pub async fn commit(mut self) -> Result<()> {
        async fn commit<C: AsyncConnection>(c: &mut C) -> diesel::QueryResult<()> {
            C::TransactionManager::commit_transaction(c).await
        }
        let conn: &mut Conn = &mut self;
        let done = on!(conn, |c| commit(c).await);
        if done.is_ok() {
            // The connection is clean: back to the pool with it, past the rollback of `drop`.
            self.conn.take();
            if self.rings {
                self.bell.ring();
            }
        }
        Ok(done?)
    }
}

impl Deref for Tx {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        self.conn.as_ref().expect("a transaction holds its connection until it ends")
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        self.conn.as_mut().expect("a transaction holds its connection until it ends")
    }
}

impl Drop for Tx {
    /// Not committed: SQLite rolls back at once, PostgreSQL's connection is closed; neither goes back to the pool open.
    fn drop(&mut self) {
        match self.conn.take() {
            Some(Conn::Sqlite(mut c)) => {
                let rolled_back =
                    async { <Sqlite as AsyncConnection>::TransactionManager::rollback_transaction(&mut *c).await }
                        .now_or_never();
                if !matches!(rolled_back, Some(Ok(()))) {
                    drop(Object::take(c));
                }
            }
            Some(Conn::Postgres(c)) => drop(Object::take(c)),
            None => {}
        }
    }
}

//! A transaction: commit it, or drop it and nothing happened.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use diesel_async::pooled_connection::deadpool::Object;
use diesel_async::{AnsiTransactionManager, AsyncConnection, TransactionManager};
use futures_util::FutureExt;

use super::conn::{Conn, Sqlite, on};
use super::dialect;
use super::ends::{Ends, Teller};
use crate::error::Result;
use crate::job::Job;
use crate::network::delivery::Delivery;

/// An open transaction. Use cases take `&mut Tx`; who began it commits it.
pub struct Tx {
    conn: Option<Conn>,
    ends: Ends,
    /// Who tells others of it.
    teller: Option<Arc<dyn Teller>>,
    rings: bool,
    /// What others are to be told, in order.
    told: Vec<Job>,
    /// What is to be delivered, in order.
    deliveries: Vec<Delivery>,
}

impl Tx {
    /// Begins on `conn`. SQLite takes the write lock at once, so that no later statement fails for want of it.
    pub(super) async fn begin(mut conn: Conn, ends: &Ends) -> Result<Self> {
        match &mut conn {
            Conn::Sqlite(c) => {
                c.spawn_blocking(|c| {
                    diesel::connection::AnsiTransactionManager::begin_transaction_sql(c, "BEGIN IMMEDIATE")
                })
                .await?;
            }
            Conn::Postgres(c) => AnsiTransactionManager::begin_transaction_sql(&mut **c, "BEGIN").await?,
        }
        let (told, deliveries) = (Vec::new(), Vec::new());
        Ok(Self { conn: Some(conn), ends: ends.clone(), teller: ends.teller(), rings: false, told, deliveries })
    }

    /// Whoever waits for work is woken once this is committed.
    pub(crate) fn ring(&mut self) {
        self.rings = true;
    }

    /// Has others told of something once all is done; false if nobody here knows how.
    pub(crate) fn tells(&mut self, job: &Job) -> bool {
        if self.teller.is_some() && !self.told.contains(job) {
            self.told.push(job.clone());
        }
        self.teller.is_some()
    }

    /// Keeps what is to be delivered until all of it is written in one statement.
    pub(crate) fn deliver(&mut self, rows: Vec<Delivery>) {
        self.deliveries.extend(rows);
    }

    /// Writes what is to be delivered so far.
    pub(crate) async fn write_deliveries(&mut self) -> Result<()> {
        let rows = std::mem::take(&mut self.deliveries);
        dialect::add_deliveries(self, rows).await
    }

    /// Writes what others are to hear: no promise is made outside the transaction that causes it.
    async fn tell(&mut self) -> Result<()> {
        while let Some(teller) = self.teller.clone().filter(|_| !self.told.is_empty()) {
            let told = std::mem::take(&mut self.told);
            dialect::hold_lanes(self, told.iter().filter_map(Job::lane).collect()).await?;
            for job in told {
                teller.clone().tell(self, job).await?;
            }
        }
        self.write_deliveries().await
    }

    /// Tells others, and makes everything since `begin` durable.
    ///
    /// # Errors
    /// When the database cannot; then nothing of it is kept.
    pub async fn commit(mut self) -> Result<()> {
        self.tell().await?;
        async fn commit<C: AsyncConnection>(c: &mut C) -> diesel::QueryResult<()> {
            C::TransactionManager::commit_transaction(c).await
        }
        let conn: &mut Conn = &mut self;
        let done = on!(conn, |c| commit(c).await);
        if done.is_ok() {
            // The connection is clean: back to the pool with it, past the rollback of `drop`.
            self.conn.take();
            if self.rings {
                self.ends.bell.ring();
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

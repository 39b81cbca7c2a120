//! One state of the database, to read from for as long as it takes while others go on writing.

use std::ops::{Deref, DerefMut};

use diesel_async::SimpleAsyncConnection;
use diesel_async::pooled_connection::deadpool::Object;

use super::conn::Conn;
use super::open::Store;
use crate::error::Result;

/// A connection on which every query sees the same state. Its connection is closed with it.
pub struct Snapshot(Option<Conn>);

impl Store {
    /// Takes a snapshot: nobody waits for it, and it waits for nobody.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn snapshot(&self) -> Result<Snapshot> {
        let mut conn = self.conn().await?;
        match &mut conn {
            Conn::Sqlite(c) => c.batch_execute("BEGIN").await?,
            Conn::Postgres(c) => c.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?,
        }
        Ok(Snapshot(Some(conn)))
    }
}

impl Deref for Snapshot {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        self.0.as_ref().expect("a snapshot holds its connection until it ends")
    }
}

impl DerefMut for Snapshot {
    fn deref_mut(&mut self) -> &mut Conn {
        self.0.as_mut().expect("a snapshot holds its connection until it ends")
    }
}

impl Drop for Snapshot {
    /// Never back to the pool with the transaction open: the connection is closed.
    fn drop(&mut self) {
        match self.0.take() {
            Some(Conn::Sqlite(c)) => drop(Object::take(c)),
            Some(Conn::Postgres(c)) => drop(Object::take(c)),
            None => {}
        }
    }
}

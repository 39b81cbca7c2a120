//! What a transaction does as it ends: others are told, and whoever waits for work is woken.

use std::sync::{Arc, PoisonError, RwLock, Weak};

use futures_util::future::BoxFuture;

use super::bell::Bell;
use super::tx::Tx;
use crate::error::Result;
use crate::job::Job;

/// Writes what others are to hear of. It knows their language, which this crate does not.
pub trait Teller: Send + Sync {
    /// Writes the activities and deliveries of a job, in the transaction that causes it: `tx` reads what that did, and is
    /// about to be committed. Nothing here may wait for the network, or begin another transaction.
    ///
    /// # Errors
    /// When the database fails; then nothing of the transaction is kept.
    fn tell<'a>(self: Arc<Self>, tx: &'a mut Tx, job: Job) -> BoxFuture<'a, Result<()>>;
}

/// The bell and the teller of a store. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Ends {
    pub(super) bell: Bell,
    teller: Arc<RwLock<Option<Weak<dyn Teller>>>>,
}

impl Ends {
    pub(super) fn teller(&self) -> Option<Arc<dyn Teller>> {
        self.teller.read().unwrap_or_else(PoisonError::into_inner).as_ref()?.upgrade()
    }

    pub(super) fn tell_by(&self, teller: Weak<dyn Teller>) {
        *self.teller.write().unwrap_or_else(PoisonError::into_inner) = Some(teller);
    }
}

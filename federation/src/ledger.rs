//! Where deliveries are recorded: by one writer, as much at once as came meanwhile.

use model::network::delivery::Report;
use tokio::sync::{mpsc, oneshot};

/// What is to be recorded, and whom to tell once it is.
#[derive(Debug)]
pub struct Entry {
    /// What happened.
    pub reports: Vec<Report>,
    /// Told when it is durable.
    pub recorded: oneshot::Sender<()>,
}

/// The way to the writer. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Ledger(mpsc::Sender<Entry>);

impl Ledger {
    /// A ledger, and what its writer reads: at most `most` entries wait.
    #[must_use]
    pub fn open(most: usize) -> (Self, mpsc::Receiver<Entry>) {
        let (to, entries) = mpsc::channel(most);
        (Self(to), entries)
    }

    /// Has something recorded, and waits until it is.
    pub(crate) async fn record(&self, reports: Vec<Report>) {
        let (recorded, done) = oneshot::channel();
        if self.0.send(Entry { reports, recorded }).await.is_ok() {
            // An error says that the writer is gone: the process ends, leases run out, and what was not recorded is done again.
            drop(done.await);
        }
    }
}

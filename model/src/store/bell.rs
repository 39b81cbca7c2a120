//! Rings when there is new work, so that nobody has to ask the database all the time.

use tokio::sync::watch;

/// Rung by a transaction that leaves work behind, once it is committed; heard by whoever does such work in this process.
/// What another process commits is not heard: whoever listens looks for himself, too, now and then.
#[derive(Clone)]
pub struct Bell(watch::Sender<u64>);

impl Default for Bell {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Bell {
    pub(super) fn ring(&self) {
        self.0.send_modify(|times| *times = times.wrapping_add(1));
    }

    pub(super) fn listen(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}

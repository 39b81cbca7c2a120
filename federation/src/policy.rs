//! Whom this node speaks to: asked before anything is sent, fetched or taken in.

use model::error::Result;
use model::network::peer::{self, Treatment};
use model::store::Store;

use crate::app::App;

/// The records of how servers are treated.
#[derive(Clone)]
pub(crate) struct Gate {
    store: Store,
    allowlist: bool,
}

impl Gate {
    /// On an `allowlist` only servers that are named pass.
    pub(crate) fn new(store: Store, allowlist: bool) -> Self {
        Self { store, allowlist }
    }

    /// How a server is treated.
    pub(crate) async fn treatment(&self, host: &str) -> Result<Treatment> {
        peer::treatment(&mut self.store.conn().await?, host).await
    }

    /// Whether anything is sent there or taken from there.
    pub(crate) async fn opens(&self, host: &str) -> Result<bool> {
        Ok(self.treatment(host).await?.is_spoken_to(self.allowlist))
    }
}

impl std::fmt::Debug for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gate").field("allowlist", &self.allowlist).finish_non_exhaustive()
    }
}

impl App {
    /// Whether anything is sent to or taken from `host`.
    pub(crate) async fn speaks_to(&self, host: &str) -> Result<bool> {
        self.gate.opens(host).await
    }
}

//! What every part of this crate needs: the records, our address, the time, and the way out to the network.

use std::ops::Deref;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use model::address::Address;
use model::care::census::Census;
use model::clock::{Clock, Instant};
use model::count::cap::Caps;
use model::people::actor::{self, Actor};
use model::people::proof::Signer as Prover;
use model::store::Store;

use crate::directory::Directory;
use crate::fetch::{self, Budget, Fetcher};
use crate::guard::{self, Guard, Rules};
use crate::keyring::Keyring;
use crate::knock::Knocker;
use crate::limit::Limit;
use crate::parcel::Parcels;
use crate::policy::Gate;
use crate::signature::PrivateKey;

/// What the operator's configuration says of federation, apart from the network.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whether the node speaks to others at all.
    pub enabled: bool,
    /// Whether only hosts that an administrator allowed are spoken to.
    pub allowlist: bool,
    /// Whether documents are given to signed requests alone.
    pub secure_mode: bool,
    /// At most one tally `Update` per consultation in this time.
    pub tally_interval: Duration,
    /// First back-off of a failed delivery.
    pub retry_first: Duration,
    /// How many deliveries a host may make a minute.
    pub inbox_per_minute: u32,
    /// How many voters of the tier `open` a consultation takes from one host.
    pub open_votes_per_host: u32,
    /// How many from all hosts under one registrable domain.
    pub open_votes_per_domain: u32,
    /// The version of the program.
    pub version: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            enabled: true,
            allowlist: false,
            secure_mode: false,
            tally_interval: Duration::from_secs(180),
            retry_first: Duration::from_secs(30),
            inbox_per_minute: 3_000,
            open_votes_per_host: Caps::default().host,
            open_votes_per_domain: Caps::default().domain,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

/// The state shared by every handler and job. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// See [`App`].
pub struct Inner {
    /// The records.
    pub store: Store,
    /// Where this node lives.
    pub address: Address,
    /// The time.
    pub clock: Clock,
    /// The configuration.
    pub settings: Settings,
    pub(crate) knocker: Knocker,
    pub(crate) guard: Guard,
    pub(crate) fetcher: Fetcher,
    pub(crate) gate: Gate,
    pub(crate) directory: Directory,
    pub(crate) keyring: Keyring,
    /// The key that signs fetches: needed for each activity that comes, so not looked for each time.
    node_key: tokio::sync::OnceCell<PrivateKey>,
    pub(crate) limit: Limit,
    pub(crate) parcels: Parcels,
    pub(crate) counted: Mutex<Option<(Instant, Census)>>,
}

impl Deref for App {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl From<Arc<Inner>> for App {
    fn from(inner: Arc<Inner>) -> Self {
        Self(inner)
    }
}

impl App {
    /// Puts the parts together. `rules.own` is set to the host of `address`.
    ///
    /// # Errors
    /// When the certificate authorities cannot be read.
    pub fn new(
        store: Store,
        address: Address,
        clock: Clock,
        settings: Settings,
        rules: Rules,
    ) -> reqwest::Result<Self> {
        let guard = Guard::new(Rules { own: address.host().to_owned(), ..rules });
        let agent = format!("Palabre/{} (+{})", settings.version, address.node());
        let client = guard::client(&guard, &agent)?;
        let knocker = Knocker::new(client.clone()).remembering(store.clone(), clock.clone());
        let gate = Gate::new(store.clone(), settings.allowlist);
        let app = Self(Arc::new(Inner {
            fetcher: Fetcher::new(client, guard.clone()).with(knocker.clone()).behind(gate.clone()),
            gate,
            directory: Directory::default(),
            keyring: Keyring::default(),
            node_key: tokio::sync::OnceCell::new(),
            parcels: Parcels::default(),
            counted: Mutex::default(),
            limit: Limit::per_minute(settings.inbox_per_minute),
            store,
            address,
            clock,
            settings,
            knocker,
            guard,
        }));
        let teller: std::sync::Weak<Inner> = Arc::downgrade(&app.0);
        app.store.tell_by(teller);
        Ok(app)
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// One exchange with a server that is no peer.
    ///
    /// # Errors
    /// [`fetch::Error`], by its first cause.
    pub async fn exchange(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, fetch::Error> {
        self.fetcher.exchange(request).await
    }

    /// The key that signs what `actor` sends.
    pub(crate) async fn key_of(&self, actor: &Actor) -> model::error::Result<PrivateKey> {
        self.keyring.key_of(&self.store, &self.address, self.now(), actor).await
    }

    /// The key that proves what `actor` says.
    pub(crate) async fn prover_of(&self, actor: &Actor) -> model::error::Result<Prover> {
        self.keyring.prover_of(&self.store, &self.address, self.now(), actor).await
    }

    /// A fetch in the node's name, within a budget of its own.
    pub(crate) async fn outing(&self) -> model::error::Result<Outing> {
        let key = self.node_key.get_or_try_init(async || {
            let node = actor::node(&mut self.store.conn().await?).await?;
            self.key_of(&node).await
        });
        Ok(Outing { key: key.await?.clone(), now: self.now().as_second(), budget: Budget::default() })
    }
}

/// Who fetches, when, and how much may still be fetched.
#[derive(Debug)]
pub(crate) struct Outing {
    key: PrivateKey,
    now: i64,
    pub(crate) budget: Budget,
}

impl Outing {
    /// The signer of its requests.
    pub(crate) fn signer(&self) -> crate::fetch::Signer<'_> {
        crate::fetch::Signer { key: &self.key, now: self.now }
    }
}

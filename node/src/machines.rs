//! The door for other servers, and the way out to them, as the configuration says.

use anyhow::Context;
use axum::Router;
use federation::Ledger;
use federation::checkup::Checkup;
use federation::guard::Rules;
use model::address::Address;
use model::clock::Clock;
use model::error::Refusal;
use model::job::{Claim, Outcome};
use model::network::delivery::Taken;
use model::store::Store;

use crate::config::{self, Config, FederationMode};

/// What does not hang on the domain: read once.
pub struct Network {
    rules: Rules,
    settings: federation::Settings,
}

impl Network {
    /// From the configuration.
    ///
    /// # Errors
    /// When the file of certificates cannot be read.
    pub fn read(config: &Config) -> anyhow::Result<Self> {
        let config::Federation { enabled, mode, allow_http, allow_private_addresses, .. } = config.federation.clone();
        let extra_ca = match &config.federation.extra_ca {
            Some(path) => {
                Some(std::fs::read(path).with_context(|| format!("federation.extra_ca: {}", path.display()))?)
            }
            None => None,
        };
        let hosts = config.federation.hosts.iter().map(|(host, address)| (host.to_lowercase(), *address)).collect();
        let settings = federation::Settings {
            enabled,
            allowlist: mode == FederationMode::Allowlist,
            secure_mode: config.federation.secure_mode,
            tally_interval: config.federation.tally_interval,
            retry_first: config.federation.retry_first,
            inbox_per_minute: config.limits.inbox,
            open_votes_per_host: config.federation.open_votes_per_host,
            open_votes_per_domain: config.federation.open_votes_per_domain,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        Ok(Self { rules: Rules { own: String::new(), hosts, allow_http, allow_private_addresses, extra_ca }, settings })
    }
}

impl Network {
    /// Which addresses of the network may be spoken to; nothing is our own host yet.
    pub fn rules(&self) -> Rules {
        self.rules.clone()
    }
}

/// What other servers meet under one address of this node.
pub struct Machines {
    /// Where this node lives.
    pub address: Address,
    /// What is answered in its name.
    pub documents: Router,
    app: federation::App,
}

impl Machines {
    /// Opens the door. `public` says whether other servers can find this node under its address: without a domain they
    /// cannot, and federation is off.
    ///
    /// # Errors
    /// When a certificate cannot be read.
    pub fn open(
        store: &Store,
        clock: &Clock,
        network: &Network,
        address: Address,
        public: bool,
    ) -> anyhow::Result<Self> {
        let settings = federation::Settings { enabled: network.settings.enabled && public, ..network.settings.clone() };
        let app = federation::App::new(store.clone(), address.clone(), clock.clone(), settings, network.rules.clone())
            .context("federation.extra_ca")?;
        Ok(Self { address, documents: federation::router(app.clone()), app })
    }

    /// The forum of another node, by its handle or address, made known here.
    ///
    /// # Errors
    /// As [`federation::resolve`].
    pub async fn resolve(&self, target: &str) -> model::error::Result<model::id::Id<model::people::actor::Actor>> {
        federation::resolve(&self.app, target).await.map(|forum| forum.id)
    }

    /// Another node or relay server, by its host or its address, made known here.
    ///
    /// # Errors
    /// As [`federation::resolve_node`].
    pub async fn resolve_node(&self, target: &str) -> model::error::Result<model::id::Id<model::people::actor::Actor>> {
        federation::resolve_node(&self.app, target).await.map(|node| node.id)
    }

    /// The forum of another node with its latest debates, before anybody follows it.
    ///
    /// # Errors
    /// As [`federation::preview`].
    pub async fn preview(&self, target: &str) -> model::error::Result<model::network::preview::Preview> {
        federation::preview(&self.app, target).await
    }

    /// The address on somebody's own server where they take part in what lies at `about`.
    ///
    /// # Errors
    /// As [`federation::intent`].
    pub async fn intent(&self, handle: &str, about: &str) -> model::error::Result<url::Url> {
        federation::intent(&self.app, handle, about).await
    }

    /// The person of a handle, as their own server describes them.
    ///
    /// # Errors
    /// As [`federation::recognise`].
    pub async fn recognise(&self, handle: &str) -> model::error::Result<model::people::actor::Remote> {
        federation::recognise(&self.app, handle).await
    }

    /// Sends a request to a server that is no peer, under the network guard, and brings its answer.
    ///
    /// # Errors
    /// [`Refusal::NotReachable`].
    pub async fn exchange(&self, request: http::Request<Vec<u8>>) -> model::error::Result<http::Response<Vec<u8>>> {
        self.app.exchange(request).await.map_err(|error| {
            tracing::warn!(%error, "a server does not answer");
            Refusal::NotReachable.into()
        })
    }

    /// Looks at this node from outside.
    ///
    /// # Errors
    /// When the records or the certificate authorities cannot be read.
    pub async fn checkup(&self, rules: Rules) -> anyhow::Result<Checkup> {
        Ok(Checkup::of(&self.app, rules).await?)
    }

    /// Whether this node speaks to other servers at all.
    pub fn speaks(&self) -> bool {
        self.app.settings.enabled
    }

    /// Goes through a lane of deliveries.
    pub async fn carry(&self, taken: Taken, ledger: &Ledger) {
        federation::carry(&self.app, taken, ledger).await;
    }

    /// Does a job that concerns other servers.
    pub async fn perform(&self, claim: &Claim) -> Outcome {
        federation::run(&self.app, claim).await
    }
}

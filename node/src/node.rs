//! One running node: the crates wired together, as configuration and settings say.

use std::num::NonZeroU32;
use std::sync::{Arc, PoisonError, RwLock};

use anyhow::Context;
use axum::Router;
use model::address::{Address, Scheme};
use model::clock::Clock;
use model::people::identity::{Mapping, Rule};
use model::store::Store;
use web::provider::Provider;

use crate::config::{Claim, Config, Oidc};
use crate::door::Door;
use crate::machines::{Machines, Network};
use crate::mailer::Mailer;
use crate::opening;

/// The parts of a node. What other servers see hangs on its domain, which can be given while it runs.
pub struct Node {
    /// The records.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// What is configured.
    pub config: Config,
    /// The way out for mails; without it they are kept.
    pub mailer: Option<Mailer>,
    /// The door for people and programs.
    pub web: web::App,
    port: Option<u16>,
    network: Network,
    machines: RwLock<Arc<Machines>>,
}

impl Node {
    /// Wires a node on an open store whose schema is current; `port` is where it listens.
    ///
    /// # Errors
    /// When file and database name different domains, or a certificate or the mail server's address cannot be read.
    pub async fn new(store: Store, clock: Clock, config: Config, port: Option<u16>) -> anyhow::Result<Self> {
        let address = opening::address(&store, &config, &clock, port).await?;
        let mailer = Mailer::open(&config.mail)?;
        let network = Network::read(&config)?;
        let web = web::App::new(store.clone(), clock.clone(), pages(&config, port)?);
        let public = opening::has_domain(&store, &config).await?;
        let machines = Machines::open(&store, &clock, &network, address, public)?;
        Ok(Self { machines: RwLock::new(Arc::new(machines)), store, clock, config, mailer, web, port, network })
    }

    /// The door for other servers, as it is now.
    pub fn machines(&self) -> Arc<Machines> {
        self.machines.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where the node lives, as it is now.
    pub fn address(&self) -> Address {
        self.machines().address.clone()
    }

    /// Opens the door for other servers anew if a domain was given meanwhile, here or by a command.
    ///
    /// # Errors
    /// As [`Node::new`].
    pub async fn follow_domain(&self) -> anyhow::Result<()> {
        let address = opening::address(&self.store, &self.config, &self.clock, self.port).await?;
        if self.address() == address {
            return Ok(());
        }
        tracing::info!(address = address.node(), "this node has a new address");
        let public = opening::has_domain(&self.store, &self.config).await?;
        let new = Machines::open(&self.store, &self.clock, &self.network, address, public)?;
        *self.machines.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
        Ok(())
    }

    /// Both doors and what is watched, as one.
    pub fn door(self: &Arc<Self>, watch: Router) -> Door {
        let (node, finder, messenger) = (self.clone(), self.clone(), self.clone());
        let (guide, porter) = (self.clone(), self.clone());
        let people = self.web.clone().with_resolve(Arc::new(move |target| {
            let machines = finder.machines();
            Box::pin(async move { machines.resolve(&target).await })
        }));
        let neighbourly = self.clone();
        let people = people.with_neighbours(Arc::new(move |target| {
            let machines = neighbourly.machines();
            Box::pin(async move { machines.resolve_node(&target).await })
        }));
        let scout = self.clone();
        let people = people.with_preview(Arc::new(move |target| {
            let machines = scout.machines();
            Box::pin(async move { machines.preview(&target).await })
        }));
        let people = people.with_exchange(Arc::new(move |request| {
            let machines = messenger.machines();
            Box::pin(async move { machines.exchange(request).await })
        }));
        let people = people.with_people_of_others(
            Arc::new(move |handle, about| {
                let machines = guide.machines();
                Box::pin(async move { machines.intent(&handle, &about).await })
            }),
            Arc::new(move |handle| {
                let machines = porter.machines();
                Box::pin(async move { machines.recognise(&handle).await })
            }),
        );
        let shared = web::Shared::of(&people);
        let rest = crate::router::router(web::router(people), move || node.machines().documents.clone(), watch);
        Door::new(shared, rest)
    }
}

/// What the pages take from the configuration.
fn pages(config: &Config, port: Option<u16>) -> anyhow::Result<web::Settings> {
    let most = |count| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
    let limits = &config.limits;
    Ok(web::Settings {
        scheme: if config.federation.allow_http { Scheme::Http } else { Scheme::Https },
        listen: opening::here(port),
        trusted_proxies: config.node.trusted_proxies.clone(),
        sign_in: most(limits.sign_in),
        api_reads: most(limits.api_reads),
        api_writes: most(limits.api_writes),
        anonymous: most(limits.anonymous),
        providers: config.auth.oidc.iter().map(provider).collect::<anyhow::Result<_>>()?,
    })
}

/// A provider as configured, with what it knows us by.
fn provider(it: &Oidc) -> anyhow::Result<Provider> {
    let file = &it.client_secret_file;
    let secret = std::fs::read_to_string(file)
        .with_context(|| format!("auth.oidc: {:?}: client_secret_file {}", it.name, file.display()))?;
    let rule = |claim: &Claim| {
        let Claim { claim, value, tier, list } = claim.clone();
        Rule { claim, value, tier, list }
    };
    let (provider, identifier) = (it.name.clone(), it.identifier.clone());
    Ok(Provider {
        issuer: it.issuer.clone(),
        client_id: it.client_id.clone(),
        client_secret: secret.trim().to_owned(),
        scopes: it.scopes.clone(),
        mapping: Mapping { provider, tier: it.tier, identifier, rules: it.claims.iter().map(rule).collect() },
    })
}

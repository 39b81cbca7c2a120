//! What every handler is given: the store, the clock, and how this node is run.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, PoisonError, RwLock};

use futures_util::future::BoxFuture;
use model::address::{Address, Scheme};
use model::care::settings::{self, Node};
use model::clock::{Clock, Instant};
use model::count::log;
use model::count::urn::Urn;
use model::error::{Error, Refusal};
use model::id::Id;
use model::network::preview::Preview;
use model::people::actor::{Actor, Remote};
use model::people::proof::Signer;
use model::store::Store;
use tokio::sync::Semaphore;
use url::Url;

use crate::api::Quotas;
use crate::cache::Pages;
use crate::limit::Limits;
use crate::live::Live;
use crate::provider::Provider;

/// How many long files at once may hold a connection each while they are read.
const FLOWS: usize = 2;

/// How the node is run, from its configuration.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How the node is reached: plain only where the configuration allows it.
    pub scheme: Scheme,
    /// The host, with its port, of a node that has no domain: where it listens.
    pub listen: String,
    /// The only machines whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Sign-ins a minute and account, from one address.
    pub sign_in: NonZeroU32,
    /// API reads a minute and token.
    pub api_reads: NonZeroU32,
    /// API writes a minute and token.
    pub api_writes: NonZeroU32,
    /// API requests a minute and address without a token.
    pub anonymous: NonZeroU32,
    /// The OpenID Connect providers with which people may sign in.
    pub providers: Vec<Provider>,
}

impl Default for Settings {
    /// The defaults of the configuration.
    fn default() -> Self {
        let a_minute = |count| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        Self {
            scheme: Scheme::Https,
            listen: "localhost:8080".into(),
            trusted_proxies: Vec::new(),
            sign_in: a_minute(10),
            api_reads: a_minute(3000),
            api_writes: a_minute(600),
            anonymous: a_minute(3000),
            providers: Vec::new(),
        }
    }
}

/// Finds the forum of another node by its handle or address, and makes its actor known here. The fediverse's door does it.
pub type Resolve = Arc<dyn Fn(String) -> BoxFuture<'static, Result<Id<Actor>, Error>> + Send + Sync>;

/// The same with its latest debates, before anybody follows it.
pub type Look = Arc<dyn Fn(String) -> BoxFuture<'static, Result<Preview, Error>> + Send + Sync>;

/// The address on the server of a handle where its owner takes part in what lies at an address of this node.
pub type Intent = Arc<dyn Fn(String, String) -> BoxFuture<'static, Result<Url, Error>> + Send + Sync>;

/// The person of a handle as their own server describes them, shown to be so both ways; nothing is kept.
pub type Recognise = Arc<dyn Fn(String) -> BoxFuture<'static, Result<Remote, Error>> + Send + Sync>;

/// Sends a request to another server and brings its answer, redirects unfollowed. Whoever gives it guards where it goes,
/// how long it takes and how much comes back.
pub type Exchange = Arc<dyn Fn(http::Request<Vec<u8>>) -> Reply + Send + Sync>;

/// The answer of another server, or why there is none.
pub type Reply = BoxFuture<'static, Result<http::Response<Vec<u8>>, Error>>;

/// What every handler is given. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// How the node is run.
    pub settings: Arc<Settings>,
    /// Where people's ballots go.
    pub urn: Urn,
    pub(crate) quotas: Arc<Quotas>,
    pub(crate) resolve: Option<Resolve>,
    pub(crate) neighbour: Option<Resolve>,
    pub(crate) look: Option<Look>,
    pub(crate) exchange: Option<Exchange>,
    pub(crate) intent: Option<Intent>,
    pub(crate) recognise: Option<Recognise>,
    pub(crate) limits: Arc<Limits>,
    pub(crate) pages: Arc<Pages>,
    /// Room for the long files that are read in one go, each on a connection of its own.
    pub(crate) flows: Arc<Semaphore>,
    pub(crate) live: Arc<Live>,
    /// What takes much room or a core for a while is done one after the other.
    heavy: Arc<Semaphore>,
    seen: Arc<RwLock<Seen>>,
    signer: Arc<RwLock<Option<Sealed>>>,
}

/// The key that signs receipts, and the address that it does so under.
type Sealed = (Address, Arc<Signer>);

/// What the database last said of the node: for what must be known before it can be asked.
struct Seen {
    here: Address,
    language: String,
}

impl App {
    /// An app on an open store whose schema is current.
    pub fn new(store: Store, clock: Clock, settings: Settings) -> Self {
        let here = Address::new(Scheme::Http, &settings.listen);
        let seen = Seen { here, language: Node::default().language };
        Self {
            quotas: Arc::new(Quotas::new(&settings)),
            limits: Arc::new(Limits::new(&settings)),
            pages: Arc::default(),
            flows: Arc::new(Semaphore::new(FLOWS)),
            live: Arc::default(),
            heavy: Arc::new(Semaphore::new(1)),
            resolve: None,
            neighbour: None,
            look: None,
            exchange: None,
            intent: None,
            recognise: None,
            signer: Arc::default(),
            seen: Arc::new(RwLock::new(seen)),
            urn: Urn::open(store.clone(), clock.clone()),
            store,
            clock,
            settings: Arc::new(settings),
        }
    }

    /// The same, able to find forums of other nodes.
    #[must_use]
    pub fn with_resolve(self, resolve: Resolve) -> Self {
        Self { resolve: Some(resolve), ..self }
    }

    /// The same, able to find other nodes.
    #[must_use]
    pub fn with_neighbours(self, neighbour: Resolve) -> Self {
        Self { neighbour: Some(neighbour), ..self }
    }

    /// The node of a host or address, fetched. Asked for outside transactions.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub(crate) async fn neighbour(&self, target: &str) -> Result<Id<Actor>, Error> {
        let domain = settings::node(&mut self.store.conn().await?).await?.domain;
        let resolve = self.neighbour.as_ref().filter(|_| domain.is_some()).ok_or(Refusal::FederationOff)?;
        resolve(target.to_owned()).await
    }

    /// The same, able to look at them before they are followed.
    #[must_use]
    pub fn with_preview(self, look: Look) -> Self {
        Self { look: Some(look), ..self }
    }

    /// The same, able to speak with OpenID Connect providers.
    #[must_use]
    pub fn with_exchange(self, exchange: Exchange) -> Self {
        Self { exchange: Some(exchange), ..self }
    }

    /// The same, able to meet people of other servers.
    #[must_use]
    pub fn with_people_of_others(self, intent: Intent, recognise: Recognise) -> Self {
        Self { intent: Some(intent), recognise: Some(recognise), ..self }
    }

    /// The forum that a handle or address names, fetched from its node. Asked for outside transactions.
    ///
    /// # Errors
    /// [`Refusal::FederationOff`] also while the node has no domain, and those of the network.
    pub(crate) async fn find(&self, target: &str) -> Result<Id<Actor>, Error> {
        let domain = settings::node(&mut self.store.conn().await?).await?.domain;
        let resolve = self.resolve.as_ref().filter(|_| domain.is_some()).ok_or(Refusal::FederationOff)?;
        resolve(target.to_owned()).await
    }

    /// The same forum with its latest debates. Asked for outside transactions.
    ///
    /// # Errors
    /// As [`App::find`].
    pub(crate) async fn look_at(&self, target: &str) -> Result<Preview, Error> {
        let domain = settings::node(&mut self.store.conn().await?).await?.domain;
        let look = self.look.as_ref().filter(|_| domain.is_some()).ok_or(Refusal::FederationOff)?;
        look(target.to_owned()).await
    }

    /// Lets go of whoever watches a page that stays open: the process is coming to its end.
    pub fn let_go(&self) {
        self.live.end();
    }

    /// How many consultations are watched by pages that stay open, by how many such pages, and how many tasks tell them.
    pub fn watched(&self) -> (usize, usize, usize) {
        self.live.count()
    }

    /// The time now.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Where this node lives, as the settings in the database say: a domain can be given while the node runs.
    pub fn address(&self, node: &Node) -> Address {
        let here = match &node.domain {
            Some(domain) => Address::new(self.settings.scheme, domain),
            None => Address::new(Scheme::Http, &self.settings.listen),
        };
        let seen = Seen { here: here.clone(), language: node.language.clone() };
        *self.seen.write().unwrap_or_else(PoisonError::into_inner) = seen;
        here
    }

    /// The key that signs receipts, read once: reading it costs more than signing with it. Asked for outside
    /// transactions.
    ///
    /// # Errors
    /// When the node is not set up or the database fails.
    pub(crate) async fn signer(&self, here: &Address) -> Result<Arc<Signer>, Error> {
        if let Some((of, signer)) = &*self.signer.read().unwrap_or_else(PoisonError::into_inner)
            && of == here
        {
            return Ok(signer.clone());
        }
        let mut tx = self.store.begin().await?;
        let signer = Arc::new(log::signer(&mut tx, self.now(), here).await?);
        tx.commit().await?;
        *self.signer.write().unwrap_or_else(PoisonError::into_inner) = Some((here.clone(), signer.clone()));
        Ok(signer)
    }

    /// Does what takes much room or a core for a while, on a thread that may block, when its turn has come.
    ///
    /// # Errors
    /// When `work` breaks off.
    pub(crate) async fn heavy<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let turn = self.heavy.clone().acquire_owned().await.map_err(Error::store)?;
        let work = move || {
            let done = work();
            drop(turn);
            done
        };
        tokio::task::spawn_blocking(work).await.map_err(Error::store)
    }

    /// Whether this node is reached encrypted, so that its cookies may ask for that; as last seen in the database.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.seen.read().unwrap_or_else(PoisonError::into_inner).here.scheme() == Scheme::Https
    }

    /// The node's own language, as last seen in the database.
    pub(crate) fn node_language(&self) -> String {
        self.seen.read().unwrap_or_else(PoisonError::into_inner).language.clone()
    }
}

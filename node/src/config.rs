//! What an administrator may set: one optional `palabre.toml`, over it `PALABRE_SECTION__KEY`, over that flags. Parsed once.
//!
//! [`Config`] is the only list of keys: the defaults, the names that are known and the hints for a misspelt one all come from it.

mod keys;
mod sources;
mod values;

use std::collections::{BTreeMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use model::count::cap::Caps;
use model::count::electorate::{PROVIDER_LONGEST, Tier};
use serde::{Deserialize, Serialize};

pub use sources::Sources;
pub use values::{Domain, Listen, Secret, parse_duration};

/// The file read when `--config` names none, if it is there.
pub const DEFAULT_FILE: &str = "palabre.toml";

/// Where a node listens that is told nothing else.
pub const DEFAULT_PORT: u16 = 8080;

/// Everything that can be configured, with the defaults of a node that has no file at all.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The node itself.
    pub node: Node,
    /// Where the records are kept.
    pub database: Database,
    /// How mail leaves; without `url` mails are kept and shown.
    pub mail: Mail,
    /// How the node speaks to others.
    pub federation: Federation,
    /// Who may have an account.
    pub auth: Auth,
    /// How much one token, address, host or account may ask of the node, a minute.
    pub limits: Limits,
    /// What the log looks like.
    pub log: Log,
}

/// `[node]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Node {
    /// The host name that all ids carry; without one federation is off.
    pub domain: Option<Domain>,
    /// `HOST:PORT`, or `unix:/path` for a unix socket.
    pub listen: Listen,
    /// Where the SQLite file, its backups and uploads live.
    pub data_dir: PathBuf,
    /// The only addresses whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
}

impl Default for Node {
    fn default() -> Self {
        Self {
            domain: None,
            listen: Listen::default(),
            data_dir: PathBuf::from("./data"),
            trusted_proxies: vec![IpAddr::from([127, 0, 0, 1])],
        }
    }
}

/// `[database]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// `sqlite:PATH` or `postgres://…`; absent: `palabre.db` in the data directory.
    pub url: Option<Secret>,
    /// Connections to PostgreSQL, and readers of SQLite.
    pub max_connections: u32,
}

impl Default for Database {
    fn default() -> Self {
        Self { url: None, max_connections: 10 }
    }
}

/// `[mail]`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    /// `smtp://user:pass@host:587` (STARTTLS when offered) or `smtps://…`.
    pub url: Option<Secret>,
    /// The sender, `Name <address>`.
    pub from: Option<String>,
}

/// `[federation]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Federation {
    /// Whether the node speaks to others at all.
    pub enabled: bool,
    /// Whom it speaks to.
    pub mode: FederationMode,
    /// Plain `http://`, for tests and intranets; makes the node's own addresses `http://` too.
    pub allow_http: bool,
    /// Names that lead to private networks, for tests and intranets.
    pub allow_private_addresses: bool,
    /// A PEM file of certificate authorities trusted beside the system's.
    pub extra_ca: Option<PathBuf>,
    /// Names resolved without DNS, as `curl --resolve` does.
    pub hosts: BTreeMap<String, SocketAddr>,
    /// Whether documents are given to signed requests alone.
    pub secure_mode: bool,
    /// How many voters of the tier `open` a consultation takes from one host.
    pub open_votes_per_host: u32,
    /// How many from all hosts under one registrable domain.
    pub open_votes_per_domain: u32,
    /// At most one tally `Update` per consultation in this time.
    #[serde(with = "values::duration")]
    pub tally_interval: Duration,
    /// First back-off of a failed delivery.
    #[serde(with = "values::duration")]
    pub retry_first: Duration,
}

impl Default for Federation {
    fn default() -> Self {
        Self {
            enabled: true,
            mode: FederationMode::Open,
            allow_http: false,
            allow_private_addresses: false,
            extra_ca: None,
            hosts: BTreeMap::new(),
            secure_mode: false,
            open_votes_per_host: Caps::default().host,
            open_votes_per_domain: Caps::default().domain,
            tally_interval: Duration::from_secs(180),
            retry_first: Duration::from_secs(30),
        }
    }
}

/// Whom the node speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FederationMode {
    /// Everybody who is not blocked.
    Open,
    /// Only hosts that an administrator allowed.
    Allowlist,
}

/// `[auth]`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Auth {
    /// How people come to an account.
    pub registration: Registration,
    /// OpenID Connect providers.
    pub oidc: Vec<Oidc>,
}

/// How people come to an account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Registration {
    /// Anybody with an e-mail address.
    #[default]
    Open,
    /// Anybody, once an administrator agrees.
    Approval,
    /// The invited.
    Invite,
    /// Only those whom an administrator creates.
    Closed,
}

/// One entry of `auth.oidc`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oidc {
    /// The name on the button.
    pub name: String,
    /// The issuer's address.
    pub issuer: String,
    /// Our id there.
    pub client_id: String,
    /// The file that holds our secret there.
    pub client_secret_file: PathBuf,
    /// The tier its people vote in: `member` or `open`.
    pub tier: Tier,
    /// What is asked for beside `openid`.
    #[serde(default = "scopes")]
    pub scopes: Vec<String>,
    /// The claim that identifies a person on lists of identifiers.
    #[serde(default)]
    pub identifier: Option<String>,
    /// What single claims lead to besides.
    #[serde(default)]
    pub claims: Vec<Claim>,
}

/// One entry of `claims` of a provider: whoever has `value` in `claim` is of the tier, or on the list, or both.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The claim's name; dots lead into objects.
    pub claim: String,
    /// What it must say, or hold among other things.
    pub value: String,
    /// The tier.
    #[serde(default)]
    pub tier: Option<Tier>,
    /// The list's name.
    #[serde(default)]
    pub list: Option<String>,
}

fn scopes() -> Vec<String> {
    vec!["profile".to_owned(), "email".to_owned()]
}

/// `[limits]`, each a minute.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Reads per token.
    pub api_reads: u32,
    /// Writes per token.
    pub api_writes: u32,
    /// Requests per address without an account.
    pub anonymous: u32,
    /// Deliveries per host.
    pub inbox: u32,
    /// Attempts to sign in per account.
    pub sign_in: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { api_reads: 3000, api_writes: 600, anonymous: 3000, inbox: 3000, sign_in: 10 }
    }
}

/// `[log]`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// What a line looks like.
    pub format: LogFormat,
}

/// What a line of the log looks like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl Config {
    /// The database's address: the one configured, or a file in the data directory.
    pub fn database_url(&self) -> String {
        match &self.database.url {
            Some(url) => url.reveal().to_owned(),
            None => format!("sqlite:{}", self.node.data_dir.join("palabre.db").display()),
        }
    }

    /// What no single key can say about itself. Errors name the key to mend.
    fn validate(&self) -> Result<(), String> {
        if self.node.domain.as_ref().is_some_and(Domain::has_port) && !self.federation.allow_http {
            return Err("node.domain carries a port, which only federation.allow_http permits".into());
        }
        if self.database.max_connections == 0 {
            return Err("database.max_connections must be at least 1".into());
        }
        if let Some(url) = &self.database.url {
            values::check_database(url.reveal()).map_err(|why| format!("database.url: {why}"))?;
        }
        if let Some(url) = &self.mail.url {
            values::check_mail(url.reveal()).map_err(|why| format!("mail.url: {why}"))?;
            let from = self.mail.from.as_deref().ok_or("mail.from is missing: mail.url needs a sender")?;
            values::check_mailbox(from).map_err(|why| format!("mail.from: {why}"))?;
        }
        self.validate_providers()?;
        self.validate_limits()
    }

    fn validate_providers(&self) -> Result<(), String> {
        let mut names = HashSet::new();
        for provider in &self.auth.oidc {
            let wrong = |why: &str| Err(format!("auth.oidc: {:?}: {why}", provider.name));
            if provider.name.trim().is_empty() || provider.name.chars().count() > PROVIDER_LONGEST {
                return wrong(&format!("name holds 1 to {PROVIDER_LONGEST} characters"));
            }
            if !names.insert(&provider.name) {
                return wrong("two providers have this name");
            }
            let plain = provider.issuer.starts_with("http://") && self.federation.allow_http;
            if !provider.issuer.starts_with("https://") && !plain {
                return wrong("issuer is an https:// address, or http:// where federation.allow_http permits");
            }
            let tiers = provider.claims.iter().filter_map(|claim| claim.tier).chain([provider.tier]);
            if tiers.into_iter().any(|tier| tier == Tier::Partner) {
                return wrong("tier is neither `member` nor `open`");
            }
            if provider.claims.iter().any(|claim| claim.tier.is_none() && claim.list.is_none()) {
                return wrong("an entry of claims leads to a tier, a list, or both");
            }
        }
        Ok(())
    }

    fn validate_limits(&self) -> Result<(), String> {
        let Limits { api_reads, api_writes, anonymous, inbox, sign_in } = self.limits;
        let named = [
            ("api_reads", api_reads),
            ("api_writes", api_writes),
            ("anonymous", anonymous),
            ("inbox", inbox),
            ("sign_in", sign_in),
        ];
        match named.iter().find(|(_, limit)| *limit == 0) {
            Some((key, _)) => Err(format!("limits.{key} must be at least 1")),
            None => Ok(()),
        }
    }
}

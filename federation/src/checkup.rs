//! How this node looks from outside: asked for by its own name, as other servers ask. Whoever looks at himself may speak to his own
//! host, and to no other that the guard forbids.

use http::header::{ACCEPT, DATE};
use jiff::fmt::rfc2822::DateTimeParser;
use model::address::Address;
use model::people::actor;
use reqwest::{Client, Response};
use serde_json::Value;
use url::Url;

use crate::app::App;
use crate::guard::{self, Guard, Rules};
use crate::signature::{Payload, PrivateKey, cavage};
use crate::wire::{ACTIVITY_JSON, MAX_BYTES};

/// What is wrong.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Nothing answers, or the guard forbids it, or TLS fails.
    #[error("{0}")]
    Unreachable(String),
    /// Something else than expected answers.
    #[error("{0} answers {1}")]
    Status(String, u16),
    /// The answer is another server's, or damaged on its way.
    #[error("{0}")]
    Other(String),
    /// The records failed.
    #[error(transparent)]
    Records(#[from] model::error::Error),
}

/// Looks at a node from outside.
pub struct Checkup {
    client: Client,
    guard: Guard,
    here: Address,
    key: PrivateKey,
    now: i64,
}

impl Checkup {
    /// Looks at the node of `app`; `rules` are its own, but for the host that it does not speak to.
    ///
    /// # Errors
    /// When the records or the certificate authorities cannot be read.
    pub async fn of(app: &App, rules: Rules) -> Result<Self, Fault> {
        let node = actor::node(&mut app.store.conn().await?).await?;
        let key = app.key_of(&node).await?;
        let guard = Guard::new(Rules { own: String::new(), ..rules });
        let agent = format!("Palabre/{} doctor (+{})", app.settings.version, app.address.node());
        let client = guard::client(&guard, &agent).map_err(|error| Fault::Unreachable(said(&error)))?;
        Ok(Self { client, guard, here: app.address.clone(), key, now: app.now().as_second() })
    }

    /// The name leads here, over TLS: NodeInfo names this node.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn reach(&self) -> Result<(), Fault> {
        let links = self.json(".well-known/nodeinfo", "*/*").await?;
        let named = links["links"][0]["href"].as_str().unwrap_or_default();
        self.is_ours("NodeInfo", named)
    }

    /// WebFinger finds the node by its name.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn webfinger(&self) -> Result<(), Fault> {
        let host = self.here.host();
        let path = format!(".well-known/webfinger?resource=acct:{host}@{host}");
        let answer = self.json(&path, "application/jrd+json").await?;
        let links = answer["links"].as_array().cloned().unwrap_or_default();
        let own = links.iter().find(|link| link["rel"] == "self").and_then(|link| link["href"].as_str());
        self.is_ours("WebFinger", own.unwrap_or_default())
    }

    /// The node's own actor is found under its id.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn actor(&self) -> Result<(), Fault> {
        let actor = self.json("", ACTIVITY_JSON).await?;
        self.is_ours("The node's actor", actor["id"].as_str().unwrap_or_default())
    }

    /// A signed delivery reaches the inbox as it was sent. The node knows its own key for a stranger's, since it never asks
    /// itself, and refuses it for that reason; any other tells what was changed on the way.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn inbox(&self) -> Result<(), Fault> {
        let url = self.url("inbox")?;
        let node = self.here.node();
        let id = format!("{node}#doctor/{}", self.now);
        let body = serde_json::json!({"id": id, "type": "View", "actor": node, "object": node}).to_string();
        let payload = Payload::of(body.as_bytes(), ACTIVITY_JSON);
        let signed = cavage::sign("POST", &url, Some(&payload), &self.key, self.now);
        let mut request = self.client.post(url).body(body);
        for (name, value) in signed.map_err(|error| Fault::Other(error.to_string()))? {
            request = request.header(name, value);
        }
        let response = request.send().await.map_err(|error| Fault::Unreachable(said(&error)))?;
        let status = response.status().as_u16();
        let problem: Value = serde_json::from_slice(&read(response).await?).unwrap_or_default();
        match problem["code"].as_str() {
            Some("signature-unknown-key") => Ok(()),
            Some("signature-foreign") => Err(Fault::Other("the header `Host` is changed on its way".to_owned())),
            Some("signature-other-body") => Err(Fault::Other("bodies are changed on their way".to_owned())),
            Some(code) if code.starts_with("signature-") => {
                Err(Fault::Other(format!("headers are lost or changed on their way ({code})")))
            }
            _ => Err(Fault::Status("the inbox".to_owned(), status)),
        }
    }

    /// What time another server has, in seconds since 1970; `None` if it does not say.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn time_of(&self, host: &str) -> Result<Option<i64>, Fault> {
        let scheme = if self.guard.allows_http() { "http" } else { "https" };
        let url: Url = format!("{scheme}://{host}/.well-known/nodeinfo")
            .parse()
            .map_err(|_| Fault::Other(format!("{host} is no host name")))?;
        let response = self.get(url, "*/*").await?;
        let date = response.headers().get(DATE).and_then(|date| date.to_str().ok());
        Ok(date.and_then(|date| DateTimeParser::new().parse_timestamp(date).ok()).map(jiff::Timestamp::as_second))
    }

    fn url(&self, path: &str) -> Result<Url, Fault> {
        let url = format!("{}{path}", self.here.node());
        url.parse().map_err(|_| Fault::Other(format!("{url} is no address")))
    }

    fn is_ours(&self, what: &str, named: &str) -> Result<(), Fault> {
        if named.starts_with(&self.here.node()) {
            return Ok(());
        }
        Err(Fault::Other(format!("{what} names `{named}` and not {}", self.here.node())))
    }

    async fn get(&self, url: Url, accept: &str) -> Result<Response, Fault> {
        self.guard.admit(&url).map_err(|refused| Fault::Unreachable(refused.to_string()))?;
        let request = self.client.get(url).header(ACCEPT, accept);
        request.send().await.map_err(|error| Fault::Unreachable(said(&error)))
    }

    async fn json(&self, path: &str, accept: &str) -> Result<Value, Fault> {
        let url = self.url(path)?;
        let response = self.get(url.clone(), accept).await?;
        if response.status() != http::StatusCode::OK {
            return Err(Fault::Status(url.to_string(), response.status().as_u16()));
        }
        serde_json::from_slice(&read(response).await?)
            .map_err(|_| Fault::Other(format!("what lies at {url} is no JSON: another program answers there")))
    }
}

async fn read(mut response: Response) -> Result<Vec<u8>, Fault> {
    let mut octets = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| Fault::Unreachable(said(&error)))? {
        if octets.len() + chunk.len() > MAX_BYTES {
            return Err(Fault::Other("the answer has no end".to_owned()));
        }
        octets.extend_from_slice(&chunk);
    }
    Ok(octets)
}

/// The last cause says most.
fn said(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    if error.is_timeout() { "nothing answers in time".to_owned() } else { cause.to_string() }
}

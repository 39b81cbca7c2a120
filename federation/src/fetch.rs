//! Fetching documents of other servers: only through the guard, signed by the node, bounded, and under their own name.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use http::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use reqwest::Response;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use crate::guard::{self, Guard};
use crate::knock::{Knock, Knocker};
use crate::policy::Gate;
use crate::signature::PrivateKey;
use crate::wire::{self, ACTIVITY_JSON, MAX_BYTES, Malformed, lenient};

/// How many documents may be fetched because of one incoming activity.
pub const FETCHES_PER_ACTIVITY: u32 = 20;
/// What we ask for; GoToSocial wants both.
const ACCEPTED: &str =
    r#"application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams""#;
const AS_PROFILE: &str = "https://www.w3.org/ns/activitystreams";

/// Why a document could not be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The guard forbids it.
    #[error(transparent)]
    Refused(#[from] guard::Refused),
    /// The budget of the activity is spent.
    #[error("too many fetches for one activity")]
    Budget,
    /// The network failed, or the guard at connect.
    #[error("{0} does not answer")]
    Network(String, #[source] reqwest::Error),
    /// The server answered something else than 200.
    #[error("{0} answers {1}")]
    Status(Url, u16),
    /// A second redirect, or one without a target.
    #[error("{0} redirects too often")]
    Redirects(Url),
    /// Not one of the two media types of ActivityPub.
    #[error("{0} answers with another type of content: {1}")]
    ContentType(Url, String),
    /// Larger than 1 MiB.
    #[error("{0} answers more than {MAX_BYTES} bytes")]
    TooLarge(Url),
    /// No readable document.
    #[error("{0}: {1}")]
    Malformed(Url, Malformed),
    /// The document names another address as its own.
    #[error("{0} holds a document that calls itself {1}")]
    Identity(Url, String),
    /// The request could not be signed.
    #[error("the request could not be signed")]
    Unsigned,
    /// An administrator does not want this server spoken to.
    #[error("{0} is not spoken to")]
    NotSpokenTo(String),
    /// The records cannot be read.
    #[error(transparent)]
    Records(#[from] model::error::Error),
}

impl Error {
    /// Whether the origin says that the document is no more.
    #[must_use]
    pub const fn is_gone(&self) -> bool {
        matches!(self, Self::Status(_, 404 | 410))
    }

    /// Whether the same fetch may succeed later.
    #[must_use]
    pub const fn may_pass(&self) -> bool {
        matches!(self, Self::Network(..) | Self::Records(_) | Self::Status(_, 408 | 429 | 500..=599))
    }
}

/// What may still be fetched for one activity.
#[derive(Debug)]
pub struct Budget(AtomicU32);

impl Default for Budget {
    fn default() -> Self {
        Self(AtomicU32::new(FETCHES_PER_ACTIVITY))
    }
}

impl Budget {
    /// Whether nothing more may be fetched.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }

    fn spend(&self) -> Result<(), Error> {
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
            .map(|_| ())
            .map_err(|_| Error::Budget)
    }
}

/// Who signs a fetch, and when.
#[derive(Debug, Clone, Copy)]
pub struct Signer<'a> {
    /// The key of the node actor.
    pub key: &'a PrivateKey,
    /// Seconds since 1970.
    pub now: i64,
}

/// Fetches documents.
#[derive(Debug, Clone)]
pub struct Fetcher {
    client: reqwest::Client,
    guard: Arc<Guard>,
    knocker: Knocker,
    gate: Option<Gate>,
}

impl Fetcher {
    /// A fetcher that goes only where `guard` admits; `client` is one that [`guard::client`] made for the same guard.
    #[must_use]
    pub fn new(client: reqwest::Client, guard: Guard) -> Self {
        Self { knocker: Knocker::new(client.clone()), client, guard: Arc::new(guard), gate: None }
    }

    /// The same, which learns for good in which dialects servers want requests signed.
    #[must_use]
    pub(crate) fn with(self, knocker: Knocker) -> Self {
        Self { knocker, ..self }
    }

    /// The same, that fetches nothing from a server that is not spoken to.
    #[must_use]
    pub(crate) fn behind(self, gate: Gate) -> Self {
        Self { gate: Some(gate), ..self }
    }

    /// What knocks for it.
    #[cfg(test)]
    pub(crate) fn knocker(&self) -> Knocker {
        self.knocker.clone()
    }

    /// Whether `http:` addresses may be tried.
    #[must_use]
    pub fn allows_http(&self) -> bool {
        self.guard.allows_http()
    }

    /// Fetches the document that lies at `url` and calls itself so, or that names one other address on the same host and
    /// is found there.
    ///
    /// # Errors
    /// [`Error`], by its first cause.
    pub async fn document<T: DeserializeOwned>(
        &self,
        url: &Url,
        signer: Signer<'_>,
        budget: &Budget,
    ) -> Result<T, Error> {
        let value = self.value(url, signer, budget).await?;
        wire::typed(value).map_err(|malformed| Error::Malformed(url.clone(), malformed))
    }

    /// The same, untyped.
    ///
    /// # Errors
    /// [`Error`], by its first cause.
    pub async fn value(&self, url: &Url, signer: Signer<'_>, budget: &Budget) -> Result<Value, Error> {
        let (at, value) = self.at(url, signer, budget).await?;
        let Some(id) = named(&value) else {
            return Err(Error::Identity(at, "nothing".into()));
        };
        if id == at {
            return Ok(value);
        }
        if guard::authority(&id) != guard::authority(&at) || id.scheme() != at.scheme() {
            return Err(Error::Identity(at, id.into()));
        }
        let (at, value) = self.at(&id, signer, budget).await?;
        match named(&value) {
            Some(id) if id == at => Ok(value),
            other => Err(Error::Identity(at, other.map(String::from).unwrap_or_default())),
        }
    }

    /// What lies at `url`, and where it was found at last.
    async fn at(&self, url: &Url, signer: Signer<'_>, budget: &Budget) -> Result<(Url, Value), Error> {
        let (at, response) = self.get(url, ACCEPTED, Some(signer), budget).await?;
        let content_type = header(&response, CONTENT_TYPE);
        if !is_activity(&content_type) {
            return Err(Error::ContentType(at, content_type));
        }
        let bytes = read(&at, response).await?;
        let value = wire::parse(&bytes).map_err(|malformed| Error::Malformed(at.clone(), malformed))?;
        Ok((at, value))
    }

    /// Plain JSON that is no ActivityPub document, such as a WebFinger answer, whatever its content type.
    ///
    /// # Errors
    /// [`Error`], by its first cause.
    pub async fn json<T: DeserializeOwned>(&self, url: &Url, accept: &str, budget: &Budget) -> Result<T, Error> {
        let (at, response) = self.get(url, accept, None, budget).await?;
        let bytes = read(&at, response).await?;
        wire::parse(&bytes).and_then(wire::typed).map_err(|malformed| Error::Malformed(at, malformed))
    }

    /// A GET that follows one redirect, judged and signed anew.
    async fn get(
        &self,
        url: &Url,
        accept: &str,
        signer: Option<Signer<'_>>,
        budget: &Budget,
    ) -> Result<(Url, Response), Error> {
        let mut url = url.clone();
        url.set_fragment(None);
        for may_redirect in [true, false] {
            budget.spend()?;
            let response = self.request(&url, accept, signer).await?;
            let status = response.status();
            if status.is_redirection() {
                let next = header(&response, LOCATION);
                url = match url.join(&next) {
                    Ok(next) if may_redirect => next,
                    _ => return Err(Error::Redirects(url)),
                };
                url.set_fragment(None);
            } else if status == http::StatusCode::OK {
                return Ok((url, response));
            } else {
                return Err(Error::Status(url, status.as_u16()));
            }
        }
        Err(Error::Redirects(url))
    }

    /// One exchange with a server that is no peer, such as a provider of identities: where the guard admits it, bounded,
    /// a redirect answered as it is.
    ///
    /// # Errors
    /// [`Error`], by its first cause.
    pub async fn exchange(&self, request: http::Request<Vec<u8>>) -> Result<http::Response<Vec<u8>>, Error> {
        let (parts, body) = request.into_parts();
        let asked = parts.uri.to_string();
        let at = Url::parse(&asked).map_err(|_| guard::Refused::NotAName(asked))?;
        self.guard.admit(&at)?;
        let request = self.client.request(parts.method, at.clone()).headers(parts.headers).body(body);
        let answer = request.send().await.map_err(|error| Error::Network(at.to_string(), error.without_url()))?;
        let mut said = http::Response::new(Vec::new());
        *said.status_mut() = answer.status();
        *said.headers_mut() = answer.headers().clone();
        *said.body_mut() = read(&at, answer).await?;
        Ok(said)
    }

    /// The octets of a public file, of `most` at most, by plain GET without a redirect; `None` if nothing is there.
    ///
    /// # Errors
    /// [`Error`], by its first cause.
    pub async fn file(&self, url: &Url, most: usize) -> Result<Option<Vec<u8>>, Error> {
        let lost = |error: reqwest::Error| Error::Network(url.to_string(), error.without_url());
        let mut response = self.request(url, "*/*", None).await?;
        match response.status() {
            http::StatusCode::OK => {}
            http::StatusCode::NOT_FOUND | http::StatusCode::GONE => return Ok(None),
            other => return Err(Error::Status(url.clone(), other.as_u16())),
        }
        let mut octets = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(lost)? {
            if octets.len() + chunk.len() > most {
                return Err(Error::TooLarge(url.clone()));
            }
            octets.extend_from_slice(&chunk);
        }
        Ok(Some(octets))
    }

    async fn request(&self, url: &Url, accept: &str, signer: Option<Signer<'_>>) -> Result<Response, Error> {
        self.guard.admit(url)?;
        if let (Some(gate), Some(host)) = (&self.gate, guard::authority(url))
            && !gate.opens(&host).await?
        {
            return Err(Error::NotSpokenTo(host));
        }
        let lost = |error: reqwest::Error| Error::Network(url.to_string(), error.without_url());
        let Some(Signer { key, now }) = signer else {
            return self.client.get(url.clone()).header(ACCEPT, accept).send().await.map_err(lost);
        };
        let knock = Knock { url, key, now, accept: Some(accept), payload: None };
        self.knocker.knock(&knock).await
    }
}

fn header(response: &Response, name: http::HeaderName) -> String {
    response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// The id that a document gives itself.
fn named(value: &Value) -> Option<Url> {
    value.get("id").filter(|id| id.is_string()).and_then(lenient::id_of)
}

/// Whether a content type is one of the two of ActivityPub.
#[must_use]
pub fn is_activity(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    essence == ACTIVITY_JSON || (essence == "application/ld+json" && parts.any(is_as_profile))
}

fn is_as_profile(parameter: &str) -> bool {
    parameter.split_once('=').is_some_and(|(name, value)| {
        name.trim().eq_ignore_ascii_case("profile")
            && value.trim().trim_matches('"').split_ascii_whitespace().any(|profile| profile == AS_PROFILE)
    })
}

/// The body, as long as it is not too large; a length that is promised is not believed.
async fn read(at: &Url, mut response: Response) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) =
        response.chunk().await.map_err(|error| Error::Network(at.to_string(), error.without_url()))?
    {
        if bytes.len() + chunk.len() > MAX_BYTES {
            return Err(Error::TooLarge(at.clone()));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;

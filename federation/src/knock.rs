//! Signed requests to others, in the dialect that they understand: the draft first, and RFC 9421 when that is refused
//! ("double knock"). What is learnt about a host is kept for good.

use std::sync::Arc;

use http::header::ACCEPT;
use http::{Method, StatusCode};
use model::clock::Clock;
use model::network::dialect::{self, Dialect};
use model::store::Store;
use reqwest::Response;
use url::Url;

use crate::fetch::Error;
use crate::guard;
use crate::recent::Recent;
use crate::signature::{self, Payload, PrivateKey};

/// How many hosts' dialects are kept in memory at least.
const KEPT_HOSTS: usize = 5_000;

/// A request to be signed and sent.
#[derive(Debug)]
pub(crate) struct Knock<'a> {
    pub(crate) url: &'a Url,
    pub(crate) key: &'a PrivateKey,
    /// Seconds since 1970.
    pub(crate) now: i64,
    /// What may be answered.
    pub(crate) accept: Option<&'a str>,
    /// A body, which makes it a POST.
    pub(crate) payload: Option<(Payload<'a>, bytes::Bytes)>,
}

/// Knocks.
#[derive(Clone)]
pub(crate) struct Knocker {
    client: reqwest::Client,
    dialects: Arc<Recent<String, Dialect>>,
    records: Option<(Store, Clock)>,
}

impl std::fmt::Debug for Knocker {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Knocker").field("dialects", &self.dialects).finish_non_exhaustive()
    }
}

impl Knocker {
    /// Knocks with this client, and remembers as long as it lives.
    pub(crate) fn new(client: reqwest::Client) -> Self {
        Self { client, dialects: Arc::new(Recent::of(KEPT_HOSTS)), records: None }
    }

    /// The same, which remembers for good.
    pub(crate) fn remembering(self, store: Store, clock: Clock) -> Self {
        Self { records: Some((store, clock)), ..self }
    }

    /// What it sends with.
    pub(crate) fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// Sends a request in the dialect that the host is known to understand, and in the other if it answers 400 or 401.
    ///
    /// # Errors
    /// [`Error::Unsigned`], [`Error::Network`], and [`Error::Records`] when the database fails.
    pub(crate) async fn knock(&self, knock: &Knock<'_>) -> Result<Response, Error> {
        let host = guard::authority(knock.url).unwrap_or_default();
        let dialect = self.dialect(&host).await?;
        let answer = self.send(knock, dialect).await?;
        if !is_not_understood(answer.status()) {
            return Ok(answer);
        }
        let other = dialect.other();
        let second = self.send(knock, other).await?;
        if is_not_understood(second.status()) {
            return Ok(answer);
        }
        if second.status().is_success() {
            tracing::info!(host, dialect = %other, "a server understands another dialect of signatures");
            self.learn(host, other).await?;
        }
        Ok(second)
    }

    /// The dialect that a host is known to understand; the draft's, if nothing is known.
    pub(crate) async fn dialect(&self, host: &String) -> Result<Dialect, Error> {
        if let Some(known) = self.dialects.get(host) {
            return Ok(known);
        }
        let known = match &self.records {
            Some((store, _)) => dialect::of(&mut store.conn().await?, host).await?,
            None => None,
        };
        let known = known.unwrap_or(Dialect::Cavage);
        self.dialects.insert(host.clone(), known);
        Ok(known)
    }

    /// Keeps what a host has been found to understand.
    pub(crate) async fn learn(&self, host: String, dialect: Dialect) -> Result<(), Error> {
        if let Some((store, clock)) = &self.records {
            let mut tx = store.begin().await?;
            dialect::learn(&mut tx, clock.now(), &host, dialect).await?;
            tx.commit().await?;
        }
        self.dialects.insert(host, dialect);
        Ok(())
    }

    async fn send(&self, knock: &Knock<'_>, dialect: Dialect) -> Result<Response, Error> {
        let Knock { url, key, now, accept, payload } = knock;
        let method = if payload.is_some() { Method::POST } else { Method::GET };
        let described = payload.as_ref().map(|(described, _)| described);
        let signed = signature::sign(dialect, method.as_str(), url, described, key, *now);
        let mut request = self.client.request(method, (*url).clone());
        for (name, value) in signed.map_err(|_| Error::Unsigned)? {
            request = request.header(name, value);
        }
        if let Some(accept) = accept {
            request = request.header(ACCEPT, *accept);
        }
        if let Some((_, body)) = payload {
            request = request.body(body.clone());
        }
        request.send().await.map_err(|error| Error::Network(url.to_string(), error.without_url()))
    }
}

/// What servers answer to a signature that they cannot read.
pub(crate) fn is_not_understood(status: StatusCode) -> bool {
    matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED)
}

#[cfg(test)]
mod tests;

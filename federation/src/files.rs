//! Public files of other nodes, by plain unsigned GET: for whoever checks what a node gives out. Only through the guard,
//! bounded, and where they are said to be: no redirect is followed.

use http::StatusCode;
use http::header::{ACCEPT, ACCEPT_ENCODING};
use url::Url;

use crate::fetch::Error;
use crate::guard::{self, Guard, Rules};

/// Gets files.
#[derive(Debug, Clone)]
pub struct Files {
    client: reqwest::Client,
    guard: Guard,
}

impl Files {
    /// Goes where `rules` admit, in the name of this version of the program.
    ///
    /// # Errors
    /// When a certificate cannot be read.
    pub fn new(rules: Rules, version: &str) -> reqwest::Result<Self> {
        let guard = Guard::new(rules);
        Ok(Self { client: guard::client(&guard, &format!("Palabre/{version}"))?, guard })
    }

    /// The octets of a file, of `most` at most; `None` if nothing is there.
    ///
    /// # Errors
    /// [`Error`], by its first cause.
    pub async fn get(&self, url: &Url, accept: &str, most: usize) -> Result<Option<Vec<u8>>, Error> {
        self.guard.admit(url)?;
        let lost = |error: reqwest::Error| Error::Network(url.to_string(), error.without_url());
        // What is hashed is taken as it is.
        let asked = self.client.get(url.clone()).header(ACCEPT, accept).header(ACCEPT_ENCODING, "identity");
        let mut response = asked.send().await.map_err(lost)?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND | StatusCode::GONE => return Ok(None),
            other => return Err(Error::Status(url.clone(), other.as_u16())),
        }
        let length = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        let mut bytes = Vec::with_capacity(length.min(most));
        while let Some(chunk) = response.chunk().await.map_err(lost)? {
            if bytes.len() + chunk.len() > most {
                return Err(Error::TooLarge(url.clone()));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Some(bytes))
    }
}

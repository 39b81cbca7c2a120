//! Somebody with a browser: follows links and redirects, sends forms, keeps cookies; runs no script.

use std::collections::{BTreeMap, HashMap};

use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, StatusCode};
use url::Url;

use crate::net::Net;

/// More redirects than any of our ways has.
const REDIRECTS: usize = 12;

/// A browser of its own.
pub struct Visitor {
    client: Client,
    jars: HashMap<String, BTreeMap<String, String>>,
}

/// Where a browser has arrived.
#[derive(Debug)]
pub struct Page {
    /// Its address.
    pub url: Url,
    /// The status.
    pub status: StatusCode,
    /// What it says.
    pub text: String,
}

impl Visitor {
    /// A new one, without cookies.
    pub fn new(net: &Net) -> Self {
        Self { client: net.client(), jars: HashMap::new() }
    }

    /// Opens an address.
    pub async fn opens(&mut self, url: &str) -> Page {
        self.follows(Method::GET, url.parse().expect("an address"), None).await
    }

    /// Follows the link with these words.
    pub async fn clicks(&mut self, on: &Page, words: &str) -> Page {
        let (before, _) = on.text.split_once(&format!(">{words}</a>")).unwrap_or_else(|| panic!("no {words}: {on:?}"));
        let href = before.rsplit_once("href=\"").expect("a link").1.split('"').next().expect("an address");
        let to = on.url.join(&plain(href)).expect("an address");
        self.follows(Method::GET, to, None).await
    }

    /// Fills in the first form whose address holds `to`, and sends it.
    pub async fn sends(&mut self, on: &Page, to: &str, fields: &[(&str, &str)]) -> Page {
        let action = on.text.split("action=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let action =
            action.into_iter().find(|action| action.contains(to)).unwrap_or_else(|| panic!("no form {to}: {on:?}"));
        let url = on.url.join(&plain(action)).expect("an address");
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.follows(Method::POST, url, Some(body)).await
    }

    /// Where an address leads without following it.
    pub async fn is_sent_to(&mut self, url: &str) -> Option<String> {
        let asked = self.asks(Method::GET, url.parse().expect("an address"), None).await;
        asked.headers().get(LOCATION).and_then(|to| to.to_str().ok()).map(str::to_owned)
    }

    async fn follows(&mut self, mut method: Method, mut url: Url, mut body: Option<String>) -> Page {
        for _ in 0..REDIRECTS {
            let answer = self.asks(method, url.clone(), body).await;
            let status = answer.status();
            let to = answer.headers().get(LOCATION).and_then(|to| to.to_str().ok()).map(str::to_owned);
            match to.filter(|_| status.is_redirection()) {
                Some(to) => url = url.join(&to).expect("an address"),
                None => return Page { url, status, text: answer.text().await.expect("a page") },
            }
            (method, body) = (Method::GET, None);
        }
        panic!("{url} redirects without end");
    }

    async fn asks(&mut self, method: Method, url: Url, body: Option<String>) -> reqwest::Response {
        let jar = self.jars.entry(url.host_str().expect("a host").to_owned()).or_default();
        let cookies: Vec<String> = jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = self.client.request(method, url.clone()).header("accept", "text/html");
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        if let Some(body) = body {
            let from = url.origin().ascii_serialization();
            request =
                request.header("origin", from).header("content-type", "application/x-www-form-urlencoded").body(body);
        }
        let answer = request.send().await.expect("an answer");
        for cookie in answer.headers().get_all(SET_COOKIE).iter().filter_map(|cookie| cookie.to_str().ok()) {
            let (name, value) = cookie.split(';').next().and_then(|pair| pair.split_once('=')).expect("a cookie");
            if value.is_empty() || cookie.to_ascii_lowercase().contains("max-age=0") {
                jar.remove(name);
            } else {
                jar.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }
}

/// An attribute without the escapes of HTML.
fn plain(attribute: &str) -> String {
    attribute.replace("&#38;", "&").replace("&amp;", "&").replace("&#x26;", "&")
}

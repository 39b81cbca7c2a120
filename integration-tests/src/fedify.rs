//! A server made with Fedify, an independent implementation of ActivityPub from npm; `./check` installs it, and the Node
//! that it needs.

use std::path::Path;
use std::process::Stdio;

use reqwest::Client;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::net::Net;
use crate::wait;

/// The draft, as Fedify names it.
pub const DRAFT: &str = "draft-cavage-http-signatures-12";
/// RFC 9421, as Fedify names it.
pub const RFC_9421: &str = "rfc9421";
/// Either.
pub const BOTH: &str = "both";

/// The server, with one person on it, Fay. Dropped, it is killed.
pub struct Fedify {
    host: String,
    client: Client,
    log: std::path::PathBuf,
    _folder: TempDir,
    _process: Child,
}

#[expect(clippy::disallowed_methods, reason = "./check names the node")]
fn node() -> String {
    std::env::var("PALABRE_TEST_NODE").expect("a Node of version 22 or later; ./check installs one")
}

impl Fedify {
    /// Starts it under `host`; it signs in one dialect first, and takes what is signed in another or in both.
    ///
    /// # Panics
    /// Where it is not installed.
    pub async fn start(net: &Net, host: &str, signs: &str, understands: &str) -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("fedify");
        assert!(here.join("node_modules").is_dir(), "no Fedify: run ./check, or npm ci in {}", here.display());
        let folder = TempDir::new().expect("a temporary folder");
        let log = folder.path().join("log");
        let says = std::fs::File::create(&log).expect("a log file");
        let hosts = Value::Object(net.ports().map(|(name, port)| (name.to_owned(), json!(port))).collect());
        let mut command = Command::new(node());
        command.arg(here.join("peer.mjs")).args([host, &hosts.to_string(), signs, understands]);
        command.stdin(Stdio::null()).stdout(says.try_clone().expect("a log file")).stderr(says).kill_on_drop(true);
        let process = command.spawn().expect("node starts");
        let it = Self { host: host.to_owned(), client: net.client(), log, _folder: folder, _process: process };
        let ready = async || it.said().lines().any(|line| line == "ready").then_some(());
        wait::until_or(|| format!("Fedify is ready: {}", it.said()), ready).await;
        it
    }

    fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    async fn call(&self, path: &str, body: &Value) -> Value {
        let url = format!("http://{}{path}", self.host);
        let answer = self.client.post(url).json(body).send().await.expect("Fedify answers");
        let (status, text) = (answer.status(), answer.text().await.expect("text"));
        assert!(status.is_success(), "{body}: {status} {text}\n{}", self.said());
        serde_json::from_str(&text).expect("JSON")
    }

    /// Fay does something; answers the ids of the activity and of its object.
    pub async fn does(&self, act: &Value) -> Value {
        self.call("/do", act).await
    }

    /// How Fedify reads the document at `url`.
    pub async fn looks_at(&self, url: &str) -> Value {
        self.call("/look", &json!({"url": url})).await
    }

    /// All that came, in order.
    pub async fn received(&self) -> Vec<Value> {
        let url = format!("http://{}/received", self.host);
        let answer = self.client.get(url).send().await.expect("Fedify answers");
        answer.json().await.expect("a list")
    }

    /// Waits for something that `wanted` holds for and that was verified and handled.
    pub async fn receives(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut came = Vec::new();
        let found = async {
            wait::until(what, async || {
                came = self.received().await;
                came.iter().find(|one| one["handled"] == true && wanted(&one["activity"])).cloned()
            })
            .await
        };
        found.await
    }
}

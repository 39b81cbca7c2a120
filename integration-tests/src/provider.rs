//! An OpenID Connect provider: a real server of its own, `oidc-provider` from npm, which `./check` installs.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::net::Net;
use crate::visitor::{Page, Visitor};
use crate::wait;

/// What the provider knows a node by.
const SECRET: &str = "a secret of at least thirty-two characters";

/// A provider that runs. Dropped, it is killed.
pub struct Provider {
    folder: TempDir,
    _process: Child,
}

impl Provider {
    /// Starts it under `host`, for the node at `node`, and waits until it answers. It knows nobody yet.
    ///
    /// # Panics
    /// Where it is not installed.
    pub async fn start(net: &Net, host: &str, node: &str) -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("provider");
        assert!(here.join("node_modules").is_dir(), "no oidc-provider: run ./check, or npm ci in {}", here.display());
        let folder = TempDir::new().expect("a temporary folder");
        std::fs::write(folder.path().join("secret"), format!("{SECRET}\n")).expect("a file");
        std::fs::write(folder.path().join("people.json"), "{}").expect("a file");
        let (issuer, port) = (format!("http://{host}"), net.address(host).port().to_string());
        let back = format!("http://{node}/login/oidc/return");
        let mut command = Command::new("node");
        command.arg(here.join("provider.mjs")).args([&issuer, &port, &back]).arg(folder.path().join("people.json"));
        let log = folder.path().join("log");
        let says = std::fs::File::create(&log).expect("a log file");
        command.stdin(Stdio::null()).stdout(says.try_clone().expect("a log file")).stderr(says).kill_on_drop(true);
        let process = command.spawn().expect("node starts");
        let said = || std::fs::read_to_string(&log).unwrap_or_default();
        let ready = async || said().lines().any(|line| line == "ready").then_some(());
        wait::until_or(|| format!("the provider is ready: {}", said()), ready).await;
        Self { folder, _process: process }
    }

    /// The file that holds what it knows a node by.
    pub fn secret_file(&self) -> PathBuf {
        self.folder.path().join("secret")
    }

    /// Says from now on these claims of these people.
    pub fn knows(&self, people: &Value) {
        std::fs::write(self.folder.path().join("people.json"), people.to_string()).expect("a file");
    }

    /// Signs in at the provider and agrees to be told of, from its first page on; ends where it sends the person then.
    pub async fn admits(&self, visitor: &mut Visitor, at: Page, subject: &str) -> Page {
        let mut page = at;
        for _ in 0..2 {
            let Some(prompt) = ["login", "consent"].into_iter().find(|p| page.text.contains(&format!("value=\"{p}\"")))
            else {
                return page;
            };
            let fields = [("prompt", prompt), ("login", subject), ("password", "any")];
            page = visitor.sends(&page, "/interaction/", &fields).await;
        }
        page
    }
}

//! snac, a small server from Debian that knows nothing of ours; `./check` unpacks it.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONNECTION, CONTENT_TYPE, HOST, TRANSFER_ENCODING};
use axum::response::{IntoResponse as _, Response};
use reqwest::Client;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, Command};
use tokio::task::AbortHandle;

use crate::net::Net;
use crate::wait;

/// The name of the one person on it.
pub const NAME: &str = "sna";
/// The most octets of a body that pass.
const BODY: usize = 1 << 20;

/// The server, running. Dropped, it is killed.
pub struct Snac {
    host: String,
    password: String,
    client: Client,
    folder: TempDir,
    proxy: (String, AbortHandle),
    _process: Option<Child>,
}

impl Drop for Snac {
    fn drop(&mut self) {
        self.proxy.1.abort();
    }
}

#[expect(clippy::disallowed_methods, reason = "./check names the folder")]
fn program() -> PathBuf {
    let servers = std::env::var("PALABRE_TEST_SERVERS").expect("a folder with usr/bin/snac; ./check makes one");
    Path::new(&servers).join("usr/bin/snac")
}

impl Snac {
    /// Starts it under `host`, with [`NAME`] on it, and waits until it answers.
    ///
    /// # Panics
    /// Where it is not unpacked.
    pub async fn start(net: &Net, host: &str) -> Self {
        assert!(program().is_file(), "no snac in {}: run ./check", program().display());
        let folder = TempDir::new().expect("a temporary folder");
        let (client, port) = (net.client(), net.address(host).port());
        let mut it = Self {
            host: host.to_owned(),
            password: String::new(),
            proxy: proxy(client.clone()).await,
            client,
            folder,
            _process: None,
        };
        let answers = format!("127.0.0.1\n{port}\n{host}\n\n\n");
        it.asked("init", &[], &answers).await;
        it.configure();
        let told = it.asked("adduser", &[NAME], &format!("{NAME}\n")).await;
        let password = told.lines().find_map(|line| line.strip_prefix("User password is "));
        it.password = password.unwrap_or_else(|| panic!("no password: {told}")).trim().to_owned();
        it._process = Some(it.command("httpd", &[]).stdin(Stdio::null()).spawn().expect("snac starts"));
        let actor = format!("http://{host}/{NAME}");
        let ready = async || {
            let asked = it.client.get(&actor).header("accept", "application/activity+json").send().await;
            asked.ok().filter(|response| response.status().is_success())
        };
        wait::until_or(|| format!("snac answers: {}", it.log()), ready).await;
        it
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// No TLS on loopback; a retry at once.
    fn configure(&self) {
        let file = self.data().join("server.json");
        let text = std::fs::read_to_string(&file).expect("a configuration");
        let mut settings: Value = serde_json::from_str(&text).expect("JSON");
        for (name, value) in [
            ("protocol", json!("http")),
            ("disable_sandbox", json!(true)),
            ("shared_inboxes", json!(true)),
            ("dbglevel", json!(1)),
        ] {
            settings[name] = value;
        }
        std::fs::write(&file, settings.to_string()).expect("written");
    }

    fn command(&self, verb: &str, more: &[&str]) -> Command {
        let log = || {
            let file = self.folder.path().join("log");
            std::fs::OpenOptions::new().create(true).append(true).open(file).expect("a log file")
        };
        let mut command = Command::new(program());
        command.arg(verb).arg(self.data()).args(more).env("http_proxy", &self.proxy.0);
        command.stdout(log()).stderr(log()).kill_on_drop(true);
        command
    }

    /// Runs a command that asks its questions; answers what it said.
    async fn asked(&self, verb: &str, more: &[&str], answers: &str) -> String {
        let mut command = self.command(verb, more);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("snac starts");
        let mut to = child.stdin.take().expect("a way in");
        to.write_all(answers.as_bytes()).await.expect("answered");
        drop(to);
        let ended = child.wait_with_output().await.expect("ends");
        assert!(ended.status.success(), "{verb}: {}", self.log());
        String::from_utf8_lossy(&ended.stdout).into_owned()
    }

    /// Has [`NAME`] do what a command does.
    pub async fn does(&self, verb: &str, about: &str) {
        self.asked(verb, &[NAME, about], "").await;
    }

    /// Has [`NAME`] send a form of their pages.
    pub async fn sends(&self, form: &str, fields: &[(&str, &str)]) {
        let url = format!("http://{}/{NAME}/admin/{form}", self.host);
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let form_type = "application/x-www-form-urlencoded";
        let request = self.client.post(&url).basic_auth(NAME, Some(&self.password)).header(CONTENT_TYPE, form_type);
        let sent = request.body(body).send().await;
        let status = sent.expect("snac answers").status();
        assert!(status.is_redirection() || status.is_success(), "{form}: {status}\n{}", self.log());
    }

    /// Waits until [`NAME`] reads something on their page.
    pub async fn reads(&self, words: &str) {
        let url = format!("http://{}/{NAME}/admin", self.host);
        let seen = async || {
            let page = self.client.get(&url).basic_auth(NAME, Some(&self.password)).send().await.ok()?;
            page.text().await.ok()?.contains(words).then_some(())
        };
        wait::until_or(|| format!("{NAME} reads {words:?}: {}", self.log()), seen).await;
    }

    /// What it wrote so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

/// Names lead nowhere for a program that is not ours: it asks this proxy, which knows where they do.
async fn proxy(client: Client) -> (String, AbortHandle) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let serves = Router::new().fallback(pass).with_state(client);
    let task = tokio::spawn(async move { axum::serve(listener, serves).await });
    (format!("http://{address}"), task.abort_handle())
}

async fn pass(State(client): State<Client>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let body = to_bytes(body, BODY).await.expect("a body");
    for name in [HOST, CONNECTION, TRANSFER_ENCODING] {
        parts.headers.remove(name);
    }
    parts.headers.remove("proxy-connection");
    let sent = client.request(parts.method, parts.uri.to_string()).headers(parts.headers).body(body).send().await;
    let Ok(answer) = sent else { return StatusCode::BAD_GATEWAY.into_response() };
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        if name != CONNECTION && name != TRANSFER_ENCODING {
            response = response.header(name, value);
        }
    }
    match answer.bytes().await {
        Ok(body) => response.body(Body::from(body)).expect("a response"),
        Err(_) => StatusCode::BAD_GATEWAY.into_response(),
    }
}

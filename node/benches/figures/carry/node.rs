//! Nodes of a network, each a process of its own on a SQLite file, which find each other through ways that may be long.

use std::fmt::Write as _;
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use model::clock::Clock;
use model::debate::{comment, consultation, forum};
use model::job;
use model::network::{delivery, exchange};
use model::people::account;
use model::people::role::Standing;
use model::store::{Options, Store};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::way::Way;
use crate::cpu::Meter;
use crate::inbox::wire;

/// Far more than any machine needs.
pub const PATIENCE: Duration = Duration::from_secs(300);
/// Comments that are written in one transaction.
const AT_ONCE: usize = 100;
/// How often something is asked while it is waited for.
const PAUSE: Duration = Duration::from_millis(2);

/// A node. Dropped, it is killed.
pub struct Node {
    pub host: String,
    pub at: SocketAddr,
    process: Child,
    token: String,
    store: Store,
    _folder: TempDir,
}

impl Drop for Node {
    fn drop(&mut self) {
        // One that has ended already needs no end.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// So many nodes, each of which reaches every other one by a way.
pub async fn network(hosts: &[&str], way: &Way) -> anyhow::Result<Vec<Node>> {
    // Each port is held until its node takes it: no other is given the same.
    let (mut places, mut held): (Vec<(String, SocketAddr, SocketAddr)>, Vec<TcpListener>) = Default::default();
    for host in hosts {
        let port = TcpListener::bind("127.0.0.1:0")?;
        let at = port.local_addr()?;
        places.push(((*host).to_owned(), at, way.to(at).await?));
        held.push(port);
    }
    let mut nodes = Vec::new();
    for ((host, at, _), port) in places.iter().zip(held) {
        nodes.push(Node::start(host, *at, port, &places).await?);
    }
    Ok(nodes)
}

impl Node {
    async fn start(
        host: &str,
        at: SocketAddr,
        port: TcpListener,
        places: &[(String, SocketAddr, SocketAddr)],
    ) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("palabre.db");
        std::fs::write(folder.path().join("palabre.toml"), configuration(folder.path(), &file, host, at, places)?)?;
        let setup = ["setup", "--name", host, "--admin", "maire", "--email", "m@example.org", "--password-stdin"];
        let place = ["--domain", host, "--time-zone", "Europe/Paris", "--language", "en"];
        run(folder.path(), &[&setup[..], &place[..]].concat())?;
        let token = run(folder.path(), &["token", "create", "--account", "maire"])?.trim().to_owned();
        drop(port);
        let process = palabre(folder.path(), &["serve"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let store = Store::open(&Options { url: format!("sqlite:{}", file.display()), max_connections: 2 })?;
        let node = Self { host: host.to_owned(), at, process, token, store, _folder: folder };
        until("a node is ready", async || Ok(matches!(node.ask("GET", "/readyz", &Value::Null).await, Ok((200, _)))))
            .await?;
        Ok(node)
    }

    /// Counts its processor time.
    pub fn meter(&self) -> Meter<'static> {
        Meter { server: Some(self.process.id()), database: None }
    }

    /// A call of the API that goes well.
    pub async fn api(&self, method: &str, path: &str, body: &Value) -> anyhow::Result<Value> {
        let (status, answer) = self.ask(method, &format!("/api/v1{path}"), body).await?;
        ensure!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        Ok(answer)
    }

    async fn ask(&self, method: &str, path: &str, body: &Value) -> anyhow::Result<(u16, Value)> {
        let (status, answer) = wire::once(self.at, &self.request(method, path, body)).await?;
        Ok((status, serde_json::from_slice(&answer).unwrap_or_default()))
    }

    /// A request as it goes over the wire.
    pub fn request(&self, method: &str, path: &str, body: &Value) -> Vec<u8> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\naccept: application/json\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.host,
            self.token,
            body.len()
        )
        .into_bytes()
    }

    pub async fn opens(&self, slug: &str) -> anyhow::Result<()> {
        let forum = json!({"slug": slug, "title": slug, "visibility": "public", "language": "en"});
        self.api("POST", "/forums", &forum).await.map(drop)
    }

    /// Publishes a vote; its slug and its address.
    pub async fn publishes(&self, forum: &str) -> anyhow::Result<(String, String)> {
        let closes = Clock::System.now().plus(Duration::from_secs(48 * 3600)).to_string();
        let draft = json!({
            "title": "Close the square to cars?", "text": "The square belongs to everybody.", "language": "en",
            "method": {"kind": "vote"}, "closes_at": closes, "results": "live",
        });
        let made = self.api("POST", &format!("/forums/{forum}/consultations"), &draft).await?;
        let text = |name: &str| made[name].as_str().map(str::to_owned).context("a text");
        let (slug, url) = (text("slug")?, text("url")?);
        self.api("POST", &format!("/consultations/{slug}/publish"), &json!({})).await?;
        Ok((slug, url))
    }

    /// So many comments on a consultation, written as the API writes them, past what one person may write in a minute.
    pub async fn says(&self, slug: &str, many: usize) -> anyhow::Result<()> {
        for first in (0..many).step_by(AT_ONCE) {
            let mut tx = self.store.begin().await?;
            let on = consultation::by_slug(&mut tx, slug).await?;
            let forum = forum::by_id(&mut tx, on.forum_id).await?;
            let by = Standing { account: Some(account::by_name(&mut tx, "maire").await?), member: None };
            for number in first..many.min(first + AT_ONCE) {
                let text = format!("The square belongs to everybody who crosses it: {number}.");
                let draft = comment::Draft { text, ..comment::Draft::default() };
                comment::post(&mut tx, Clock::System.now(), &forum, &on, &by, &draft).await?;
            }
            tx.commit().await?;
        }
        Ok(())
    }

    /// Waits until it has nothing to do.
    pub async fn rests(&self) -> anyhow::Result<()> {
        until("a node has nothing to do", async || {
            let mut conn = self.store.conn().await?;
            let due = job::next_due(&mut conn).await?.is_some_and(|due| due <= Clock::System.now());
            Ok(!due && delivery::waiting(&mut conn).await? == 0)
        })
        .await
    }

    /// Follows a forum elsewhere, once that is accepted.
    pub async fn follows(&self, target: &str) -> anyhow::Result<()> {
        let asked = self.api("POST", "/follows", &json!({"target": target})).await?;
        until("a follow is accepted", async || self.has("/follows", "id", &asked["id"]).await).await
    }

    /// A forum here carries one elsewhere, once that is accepted.
    pub async fn carries(&self, forum: &str, source: &str) -> anyhow::Result<()> {
        let path = format!("/forums/{forum}/relays");
        self.api("POST", &path, &json!({"source": source, "rule": {"kind": "all", "comments": true}})).await?;
        until("a relay is accepted", async || self.has(&path, "source", &json!(source)).await).await
    }

    async fn has(&self, path: &str, name: &str, value: &Value) -> anyhow::Result<bool> {
        let list = self.api("GET", &format!("{path}?limit=100"), &Value::Null).await?;
        let all = list["items"].as_array().context("a list")?;
        Ok(all.iter().any(|it| it[name] == *value && it["state"] == "accepted"))
    }

    /// Whether it has a copy of what stands at `uri`.
    pub async fn knows(&self, uri: &str) -> anyhow::Result<bool> {
        let (status, answer) = self.ask("GET", &format!("/api/v1/remote?uri={uri}"), &Value::Null).await?;
        Ok(status == 200 && answer["local_url"].is_string())
    }

    /// How much it has of another node.
    pub async fn received(&self, host: &str) -> anyhow::Result<usize> {
        let all = exchange::table(&mut self.store.conn().await?).await?;
        let received = all.iter().find(|one| one.host == host).map_or(0, |one| one.received);
        Ok(usize::try_from(received)?)
    }
}

/// Waits until something holds.
pub async fn until(what: &str, holds: impl AsyncFn() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let began = Instant::now();
    while !holds().await? {
        ensure!(began.elapsed() < PATIENCE, "waited in vain: {what}");
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

fn configuration(
    folder: &Path,
    file: &Path,
    host: &str,
    at: SocketAddr,
    places: &[(String, SocketAddr, SocketAddr)],
) -> anyhow::Result<String> {
    let data: PathBuf = folder.join("data");
    let mut text = format!(
        "[node]\ndomain = {host:?}\nlisten = \"{at}\"\ndata_dir = {data:?}\n[database]\nurl = \"sqlite:{}\"\n\
         [limits]\ninbox = 100000000\napi_reads = 100000000\napi_writes = 100000000\nanonymous = 100000000\n\
         [federation]\nallow_http = true\nallow_private_addresses = true\n[federation.hosts]\n",
        file.display()
    );
    for (other, _, by) in places {
        writeln!(text, "{other:?} = \"{by}\"")?;
    }
    Ok(text)
}

fn palabre(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palabre"));
    command.args(arguments).arg("--config").arg(folder.join("palabre.toml")).current_dir(folder);
    // Ours to be told, and no setting of a node.
    command.env_remove("PALABRE_BENCH_COMMENTS");
    command
}

fn run(folder: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let mut command = palabre(folder, arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    child.stdin.take().context("its input")?.write_all(b"correct horse battery")?;
    let done = child.wait_with_output()?;
    ensure!(done.status.success(), "palabre {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}

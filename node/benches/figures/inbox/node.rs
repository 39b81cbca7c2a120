//! The program itself on PostgreSQL, in a process of its own.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use model::testing::POSTGRES;
use serde_json::{Value, json};

use super::crowd;
use super::wire;
use crate::cpu::{Database, Meter};
use crate::pgbench;

/// The host of the node.
pub const HOST: &str = "node.test";
const FORUM: &str = "square";
/// How long it may take to start, and to count what came last.
const PATIENCE: Duration = Duration::from_secs(60);

/// The node. Dropped, it is killed, and its database with it.
pub struct Node {
    at: SocketAddr,
    process: Child,
    token: String,
    database: String,
}

/// Where letters go to.
pub struct Place {
    pub slug: String,
    pub page: String,
    pub question: String,
    pub choice: String,
    pub author: String,
    pub comment: String,
}

impl Node {
    /// Sets one up with an empty database, and starts it.
    pub async fn start(folder: &Path, crowd: SocketAddr) -> anyhow::Result<Self> {
        let at = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let server = std::env::var(POSTGRES).context("no server")?;
        let database = format!("palabre_inbox_{}", std::process::id());
        psql(&server, &format!("CREATE DATABASE {database}"))?;
        let mut url = url::Url::parse(&server)?;
        url.set_path(&database);
        std::fs::write(folder.join("palabre.toml"), configuration(folder, at, url.as_str(), crowd))?;
        let setup = ["setup", "--name", "Node", "--admin", "maire", "--email", "m@example.org", "--password-stdin"];
        let place = ["--domain", HOST, "--time-zone", "Europe/Paris", "--language", "en"];
        run(folder, &[&setup[..], &place[..]].concat())?;
        let token = run(folder, &["token", "create", "--account", "maire"])?.trim().to_owned();
        let process = palabre(folder, &["serve"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let node = Self { at, process, token, database };
        let began = Instant::now();
        while !matches!(node.ask("GET", "/readyz", &Value::Null).await, Ok((200, _))) {
            ensure!(began.elapsed() < PATIENCE, "the node does not start");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let forum = json!({"slug": FORUM, "title": "Square", "visibility": "public", "language": "en"});
        node.api("POST", "/forums", &forum).await?;
        Ok(node)
    }

    /// Where it listens.
    pub fn at(&self) -> SocketAddr {
        self.at
    }

    /// Counts its processor time and its database's.
    pub fn meter<'a>(&self, database: &'a Database) -> Meter<'a> {
        Meter { server: Some(self.process.id()), database: Some(database) }
    }

    /// A vote with a comment in it.
    pub async fn opens_a_vote(&self) -> anyhow::Result<Place> {
        let closes = model::clock::Clock::default().now().plus(Duration::from_secs(48 * 3600)).to_string();
        let draft = json!({
            "title": "Close the square to cars?", "text": "The square belongs to everybody.", "language": "en",
            "method": {"kind": "vote"}, "closes_at": closes, "results": "live",
        });
        let made = self.api("POST", &format!("/forums/{FORUM}/consultations"), &draft).await?;
        let slug = text(&made["slug"])?;
        self.api("POST", &format!("/consultations/{slug}/publish"), &json!({})).await?;
        let said =
            self.api("POST", &format!("/consultations/{slug}/comments"), &json!({"text": "Buses first."})).await?;
        let (status, question) = self.ask("GET", &format!("/c/{slug}/ballot"), &Value::Null).await?;
        ensure!(status == 200, "the Question: {status} {question}");
        Ok(Place {
            page: text(&made["url"])?,
            question: text(&question["id"])?,
            choice: text(&question["oneOf"][0]["name"])?,
            author: text(&question["attributedTo"])?,
            comment: text(&said["uri"])?,
            slug,
        })
    }

    /// Makes sure that what came was stored: so many votes, comments and likes.
    pub async fn has_counted(&self, place: &Place, wanted: usize) -> anyhow::Result<()> {
        let began = Instant::now();
        loop {
            let results = self.api("GET", &format!("/consultations/{}/results", place.slug), &Value::Null).await?;
            let comment = self
                .api("GET", &format!("/consultations/{}/comments?sort=agreement", place.slug), &Value::Null)
                .await?;
            let voters = results["tiers"]["open"]["voters"].as_u64();
            let agrees =
                comment["items"].as_array().into_iter().flatten().filter_map(|one| one["agrees"].as_u64()).max();
            if (voters, agrees) == (Some(wanted as u64), Some(wanted as u64)) {
                return Ok(());
            }
            ensure!(began.elapsed() < PATIENCE, "{voters:?} votes and {agrees:?} likes of {wanted} were counted");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn api(&self, method: &str, path: &str, body: &Value) -> anyhow::Result<Value> {
        let (status, answer) = self.ask(method, &format!("/api/v1{path}"), body).await?;
        ensure!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        Ok(answer)
    }

    async fn ask(&self, method: &str, path: &str, body: &Value) -> anyhow::Result<(u16, Value)> {
        let accept = if path.starts_with("/api") { "application/json" } else { "application/activity+json" };
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {HOST}\r\naccept: {accept}\r\nauthorization: Bearer {}\r\n",
            self.token
        );
        let request = format!("{head}content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        let (status, answer) = wire::once(self.at, request.as_bytes()).await?;
        Ok((status, serde_json::from_slice(&answer).unwrap_or_default()))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // One that has ended already needs no end.
        drop(self.process.kill());
        drop(self.process.wait());
        if let Ok(server) = std::env::var(POSTGRES) {
            drop(psql(&server, &format!("DROP DATABASE {} WITH (FORCE)", self.database)));
        }
    }
}

fn text(value: &Value) -> anyhow::Result<String> {
    Ok(value.as_str().with_context(|| format!("no text: {value}"))?.to_owned())
}

fn configuration(folder: &Path, at: SocketAddr, database: &str, crowd: SocketAddr) -> String {
    let hosts: Vec<String> = crowd::hosts().map(|host| format!("{host:?} = \"{crowd}\"")).collect();
    let hosts = hosts.join(", ");
    let data = folder.join("data");
    format!(
        "[node]\ndomain = {HOST:?}\nlisten = \"{at}\"\ndata_dir = {data:?}\n[database]\nurl = {database:?}\n\
         [federation]\nallow_http = true\nallow_private_addresses = true\nhosts = {{ {hosts} }}\n\
         [limits]\ninbox = 100000000\napi_reads = 100000000\napi_writes = 100000000\nanonymous = 100000000\n"
    )
}

fn palabre(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palabre"));
    command.args(arguments).arg("--config").arg(folder.join("palabre.toml")).current_dir(folder);
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

fn psql(server: &str, statement: &str) -> anyhow::Result<()> {
    let done = Command::new(pgbench::program("psql")?).args(["--quiet", "--command", statement, server]).output()?;
    ensure!(done.status.success(), "psql: {}", String::from_utf8_lossy(&done.stderr));
    Ok(())
}

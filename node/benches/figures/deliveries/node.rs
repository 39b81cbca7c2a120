//! A real `palabre serve` with followers elsewhere.

use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use model::clock::Clock;
use model::debate::forum::{Forum, Visibility};
use model::id::Id;
use model::job;
use model::network::activity::{self, Outgoing};
use model::network::{delivery, follow};
use model::people::actor::{self, Actor, Kind, Remote};
use model::people::token;
use model::store::Store;
use model::testing::World;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::sink::Sink;
use crate::cpu::{self, Database, Meter};

/// About what an announced comment has. Octets.
const BODY: usize = 3_000;

/// The node. Dropped, it is killed.
pub struct Node {
    process: Child,
    store: Store,
    group: Actor,
    at: SocketAddr,
    slug: String,
    token: String,
    database: Option<Database>,
    _folder: TempDir,
    _world: World,
}

impl Drop for Node {
    fn drop(&mut self) {
        // One that has ended already needs no end.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

impl Node {
    /// Starts a node with so many followers on so many hosts, all of which are `sink`.
    pub async fn start(
        database: &str,
        sink: &Sink,
        hosts: usize,
        followers: usize,
        shared: bool,
    ) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let (mut world, url) = world(database, &folder).await?;
        world.clock = Clock::System;
        let forum = world.forum("mobilite", Visibility::Public).await;
        let on = world.publish(&forum, world.draft(&json!({"kind": "vote"}))).await;
        let group = follow_all(&world, &forum, hosts, followers, shared).await?;
        let mut tx = world.store.begin().await?;
        let token = token::create(&mut tx, world.now(), &world.admin, None).await?;
        tx.commit().await?;
        let at = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let config = folder.path().join("palabre.toml");
        std::fs::write(&config, configuration(&folder, &url, at, sink.at, hosts)?)?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_palabre"));
        command.args(["serve", "--config"]).arg(&config).current_dir(folder.path());
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().context("palabre serve")?;
        let database = if world.store.sqlite_file().is_none() { Some(cpu::database()?) } else { None };
        let (store, slug) = (world.store.clone(), on.slug);
        let node = Self { process, store, group, at, slug, token, database, _folder: folder, _world: world };
        let began = Instant::now();
        while node.ask("GET", "/readyz", &Value::Null).await.ok() != Some(200) {
            ensure!(began.elapsed() < Duration::from_secs(60), "the node is not ready");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(node)
    }

    /// Enqueues an activity for every follower, as the node does.
    pub async fn tells_everybody(&self) -> anyhow::Result<()> {
        let now = Clock::System.now();
        let mut tx = self.store.begin().await?;
        let inboxes = follow::inboxes(&mut tx, self.group.id).await?;
        let uri = format!("http://a.test/f/mobilite#announce/{}", Id::<Actor>::new(now));
        let mut body = json!({
            "@context": "https://www.w3.org/ns/activitystreams", "id": uri, "type": "Announce",
            "actor": "http://a.test/f/mobilite", "object": "http://a.test/c/x",
        });
        body["summary"] = Value::String("x".repeat(BODY));
        let object = Some(("http://a.test/c/x", false));
        let outgoing = Outgoing { signer: self.group.id, uri: &uri, body: &body.to_string(), object };
        activity::tell(&mut tx, now, outgoing, &inboxes).await?;
        Ok(tx.commit().await?)
    }

    /// Publishes a comment over the API.
    pub async fn publishes_comment(&self, number: usize) -> anyhow::Result<()> {
        let path = format!("/api/v1/consultations/{}/comments", self.slug);
        let status = self.ask("POST", &path, &json!({"text": format!("Une remarque, la {number}e.")})).await?;
        ensure!(status == 201, "the comment: {status}");
        Ok(())
    }

    /// Waits until it has nothing to do.
    pub async fn rests(&self) -> anyhow::Result<()> {
        let began = Instant::now();
        let busy = async || {
            let mut conn = self.store.conn().await?;
            let due = job::next_due(&mut conn).await?.is_some_and(|due| due <= Clock::System.now());
            anyhow::Ok(due || delivery::waiting(&mut conn).await? > 0)
        };
        while busy().await? {
            ensure!(began.elapsed() < Duration::from_secs(120), "deliveries wait for ever");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Seconds of processor time that it and its database have used.
    pub fn processor_time(&self) -> anyhow::Result<f64> {
        Meter { server: Some(self.process.id()), database: self.database.as_ref() }.read()
    }

    async fn ask(&self, method: &str, path: &str, body: &Value) -> anyhow::Result<u16> {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: a.test\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            self.token,
            body.len()
        );
        let mut stream = tokio::net::TcpStream::connect(self.at).await?;
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(body.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        let text = String::from_utf8_lossy(&answer);
        text.split(' ').nth(1).and_then(|status| status.parse().ok()).context("an answer")
    }
}

/// A world on a database whose address the node can be given.
async fn world(database: &str, folder: &TempDir) -> anyhow::Result<(World, String)> {
    let url = if database == "SQLite" {
        format!("sqlite:{}", folder.path().join("palabre.db").display())
    } else {
        model::testing::postgres_url().await
    };
    Ok((World::at(&url).await, url))
}

async fn follow_all(
    world: &World,
    forum: &Forum,
    hosts: usize,
    followers: usize,
    shared: bool,
) -> anyhow::Result<Actor> {
    let mut tx = world.store.begin().await?;
    let group = actor::by_id(&mut tx, forum.actor_id).await?;
    for number in 0..followers {
        let host = format!("h{}.test", number % hosts);
        let uri = format!("http://{host}/users/u{number}");
        let remote = Remote {
            kind: Kind::Person,
            name: format!("u{number}"),
            display_name: format!("u{number}"),
            summary: String::new(),
            url: None,
            inbox: format!("{uri}/inbox"),
            shared_inbox: shared.then(|| format!("http://{host}/inbox")),
            document: json!({}),
            uri,
            host,
        };
        let follower = actor::remember(&mut tx, world.now(), &remote).await?;
        follow::accept(&mut tx, world.now(), &follower, &group, &format!("{}#follow", remote.uri)).await?;
    }
    tx.commit().await?;
    Ok(group)
}

fn configuration(
    folder: &TempDir,
    database: &str,
    at: SocketAddr,
    sink: SocketAddr,
    hosts: usize,
) -> anyhow::Result<String> {
    let mut text = format!(
        "[node]\ndomain = \"a.test\"\nlisten = \"{at}\"\ndata_dir = {data:?}\n\n[database]\nurl = {database:?}\n\n\
         [federation]\nallow_http = true\nallow_private_addresses = true\nretry_first = \"50ms\"\n\n[federation.hosts]\n",
        data = folder.path().join("data"),
    );
    for host in 0..hosts {
        writeln!(text, "\"h{host}.test\" = \"{sink}\"")?;
    }
    Ok(text)
}

//! Readers with a session, for whom each page is made: beside rows that PostgreSQL gives by their key, and of a debate of
//! ten thousand comments beside one of a hundred.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use model::clock::Clock;
use model::count::tally::Results;
use model::debate::comment;
use model::debate::consultation::{Consultation, Draft};
use model::debate::forum::{Forum, Visibility};
use model::people::role::Standing;
use model::people::session;
use model::store::{Options, Store};
use model::testing::{World, postgres_url};
use serde_json::json;

use crate::cpu::{self, Meter};
use crate::load::{CONNECTIONS, Page};
use crate::million::palabre;
use crate::pgbench;
use crate::report::{Figure, best};

/// How many comments each debate has.
const MANY: usize = 10_000;
const FEW: usize = 100;
/// How many are written in one transaction.
const TOGETHER: usize = 500;
const ROUNDS: usize = 3;
const LENGTH: Duration = Duration::from_secs(3);
const HOST: &str = "a.test";
/// The id of a session that is kept before the node starts.
const ID: &str = "AAAAAAAAAAAAAAAAAAAAAA";
const SESSION: &str = "session=AAAAAAAAAAAAAAAAAAAAAA";
/// Far after any run of this.
const CLOSES: &str = "2099-01-01T00:00:00Z";

/// A node whose administrator reads.
struct Node {
    at: SocketAddr,
    process: Child,
}

impl Drop for Node {
    fn drop(&mut self) {
        // One that has ended already needs no end.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Measures both.
pub async fn measure() -> anyhow::Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let url = postgres_url().await;
    let at = configure(folder.path(), &url)?;
    let world = World::over(Store::open(&Options::new(url.as_str()))?).await;
    let forum = world.forum("agora", Visibility::Public).await;
    let many = debate(&world, &forum, MANY).await?;
    let few = debate(&world, &forum, FEW).await?;
    keep_session(&world).await?;
    let node = Node { at, process: palabre(folder.path(), &["serve"]).spawn()? };
    node.is_ready().await?;
    let database = cpu::database()?;
    let meter = Meter { server: Some(node.process.id()), database: Some(&database) };
    let rows = Meter { server: None, database: Some(&database) };
    let (mut long, mut short, mut selects) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        long.push(node.page(&many).rate_by(&meter, LENGTH).await?);
        short.push(node.page(&few).rate_by(&meter, LENGTH).await?);
        selects.push(pgbench::selects(&rows, CONNECTIONS, LENGTH).await?);
    }
    Ok(vec![
        Figure {
            name: format!("page with a session, {FEW} comments, per second of processor time"),
            ours: best(&short),
            reference: best(&selects),
            beside: "rows by their key, by pgbench".to_owned(),
            target: 0.4,
        },
        Figure {
            name: format!("the same with {MANY} comments"),
            ours: best(&long),
            reference: best(&short),
            beside: format!("with {FEW}"),
            target: 0.8,
        },
    ])
}

fn configure(folder: &Path, url: &str) -> anyhow::Result<SocketAddr> {
    let at = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let configuration = format!(
        "[node]\ndomain = \"{HOST}\"\nlisten = \"{at}\"\n[database]\nurl = \"{url}\"\n[limits]\nanonymous = 100000000\n\
         [federation]\nallow_http = true\nallow_private_addresses = true\nhosts = {{ \"{HOST}\" = \"{at}\" }}\n"
    );
    std::fs::write(folder.join("palabre.toml"), configuration)?;
    let setup = ["setup", "--name", "Valmont", "--admin", "admina", "--email", "a@valmont.example", "--password-stdin"];
    let mut child = palabre(folder, &setup).stdin(Stdio::piped()).spawn()?;
    child.stdin.take().context("its input")?.write_all(b"correct horse battery")?;
    anyhow::ensure!(child.wait()?.success(), "palabre setup");
    Ok(at)
}

async fn debate(world: &World, forum: &Forum, comments: usize) -> anyhow::Result<Consultation> {
    let closes_at = Some(model::clock::Instant::parse(CLOSES)?);
    let draft = Draft { results: Results::Live, closes_at, ..world.draft(&json!({"kind": "vote"})) };
    let on = world.publish(forum, draft).await;
    let who = Standing { account: Some(world.admin.clone()), member: None };
    for part in 0..comments.div_ceil(TOGETHER) {
        let mut tx = world.store.begin().await?;
        for n in part * TOGETHER..comments.min((part + 1) * TOGETHER) {
            let text = format!("Argument number {n}: the street is narrow, and people on foot need room there.");
            let draft = comment::Draft { text, ..comment::Draft::default() };
            comment::post(&mut tx, world.now(), forum, &on, &who, &draft).await?;
        }
        tx.commit().await?;
    }
    Ok(on)
}

async fn keep_session(world: &World) -> anyhow::Result<()> {
    let ends = Clock::System.now().plus(Duration::from_secs(24 * 3600));
    let mut tx = world.store.begin().await?;
    let data = json!({"account": world.admin.id});
    session::save(&mut tx, ID, Some(world.admin.id), data, ends).await?;
    Ok(tx.commit().await?)
}

impl Node {
    fn page(&self, on: &Consultation) -> Page {
        self.at(format!("/c/{}", on.slug))
    }

    fn at(&self, path: String) -> Page {
        Page { at: self.at, host: HOST.to_owned(), path, cookie: SESSION, headers: String::new() }
    }

    async fn is_ready(&self) -> anyhow::Result<()> {
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(60) {
            if self.at("/readyz".to_owned()).fetch().await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("palabre serve does not get ready")
    }
}

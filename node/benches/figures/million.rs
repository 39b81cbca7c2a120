//! One consultation with a million ballots on PostgreSQL: its CSV and its verification beside `psql COPY` of the same
//! rows, its results beside those of one with a hundred. `PALABRE_BENCH_BALLOTS` makes it fewer.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use model::clock::Clock;
use model::count::check;
use model::count::tally::Results;
use model::debate::consultation::{Consultation, Draft};
use model::debate::forum::Visibility;
use model::store::{Options, Store};
use model::testing::{POSTGRES, World, postgres_url, reference};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::load::Page;
use crate::report::{Figure, Most, best};

/// How many ballots, unless the environment says another number.
const MILLION: u32 = 1_000_000;
const FEW: u32 = 100;
const ROUNDS: usize = 3;
/// How long pages are asked for.
const LENGTH: Duration = Duration::from_secs(2);
const HOST: &str = "a.test";
/// Whoever has a session is given no page that was kept for everybody: each is made.
const SESSION: &str = "session=AAAAAAAAAAAAAAAAAAAAAA";
/// Far after any run of this.
const CLOSES: &str = "2099-01-01T00:00:00Z";

/// What was measured.
pub enum Told {
    Rate(Figure),
    Most(Most),
}

/// Measures all of it.
pub async fn measure() -> anyhow::Result<Vec<Told>> {
    let ballots = match std::env::var("PALABRE_BENCH_BALLOTS") {
        Ok(number) => number.parse().context("PALABRE_BENCH_BALLOTS is no number")?,
        Err(_) => MILLION,
    };
    let folder = tempfile::tempdir()?;
    let ground = Ground::lay(folder.path(), ballots).await?;
    let mut told = ground.csv().await?;
    told.push(ground.verification().await?);
    told.extend(ground.pages().await?);
    Ok(told)
}

/// A node that serves two consultations.
struct Ground {
    folder: std::path::PathBuf,
    url: String,
    at: SocketAddr,
    node: Child,
    many: Consultation,
    few: Consultation,
    ballots: u32,
}

impl Drop for Ground {
    fn drop(&mut self) {
        // One that has ended already needs no end.
        drop(self.node.kill());
        drop(self.node.wait());
    }
}

pub fn palabre(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_palabre"));
    // The program refuses variables that it does not know.
    command.env_remove("PALABRE_BENCH_BALLOTS").env_remove(POSTGRES);
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

impl Ground {
    async fn lay(folder: &Path, ballots: u32) -> anyhow::Result<Self> {
        let url = postgres_url().await;
        let at = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let configuration = format!(
            "[node]\ndomain = \"{HOST}\"\nlisten = \"{at}\"\n[database]\nurl = \"{url}\"\n[limits]\nanonymous = 100000000\n\
             [federation]\nallow_http = true\nallow_private_addresses = true\nhosts = {{ \"{HOST}\" = \"{at}\" }}\n"
        );
        std::fs::write(folder.join("palabre.toml"), configuration)?;
        let setup =
            ["setup", "--name", "Valmont", "--admin", "admina", "--email", "a@valmont.example", "--password-stdin"];
        let mut child = palabre(folder, &setup).stdin(Stdio::piped()).spawn()?;
        std::io::Write::write_all(&mut child.stdin.take().context("its input")?, b"correct horse battery")?;
        anyhow::ensure!(child.wait()?.success(), "palabre setup");
        let world = World::over(Store::open(&Options::new(url.as_str()))?).await;
        let forum = world.forum("agora", Visibility::Public).await;
        let closes_at = Some(model::clock::Instant::parse(CLOSES)?);
        let draft = || Draft { results: Results::Live, closes_at, ..world.draft(&json!({"kind": "vote"})) };
        let (many, few) = (world.publish(&forum, draft()).await, world.publish(&forum, draft()).await);
        for (on, count) in [(&many, ballots), (&few, FEW)] {
            reference::ballots(&world.store, world.now(), on, count).await?;
            // The nightly check of so many ballots would be measured with what it stands beside.
            let checked = check::run(&world.store, Clock::System.now(), on.id).await?;
            anyhow::ensure!(checked.holds, "{}", checked.detail);
        }
        let node = palabre(folder, &["serve"]).spawn()?;
        let ground = Self { folder: folder.to_owned(), url, at, node, many, few, ballots };
        ground.is_ready().await?;
        Ok(ground)
    }

    async fn is_ready(&self) -> anyhow::Result<()> {
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(60) {
            if self.page("/readyz".to_owned()).fetch().await.is_ok() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("palabre serve does not get ready")
    }

    fn page(&self, path: String) -> Page {
        Page { at: self.at, host: HOST.to_owned(), path, cookie: SESSION, headers: String::new() }
    }

    /// The time of `psql COPY` of the ballots that stand.
    fn copy(&self) -> anyhow::Result<f64> {
        let rows = format!(
            "COPY (SELECT actor_id, tier, choice, cast_at, changed_at FROM ballots WHERE consultation_id = '{}' \
             AND NOT withdrawn) TO STDOUT WITH (FORMAT csv, HEADER)",
            self.many.id
        );
        let began = Instant::now();
        let mut psql = Command::new("psql");
        psql.args(["--no-psqlrc", "--quiet", "--command", &rows, &self.url]).stdout(Stdio::null());
        anyhow::ensure!(psql.status().context("psql")?.success(), "psql COPY");
        Ok(began.elapsed().as_secs_f64())
    }

    async fn csv(&self) -> anyhow::Result<Vec<Told>> {
        let path = format!("/c/{}/ballots.csv", self.many.slug);
        // What the first request alone costs is not the file's.
        self.fetch(&format!("/c/{}/ballots.csv", self.few.slug)).await?;
        let before = memory(&self.node, true)?;
        let (mut ours, mut bare, mut first) = (Vec::new(), Vec::new(), f64::MAX);
        for _ in 0..ROUNDS {
            let Fetched { octets, first_byte, whole } = self.fetch(&path).await?;
            anyhow::ensure!(octets > u64::from(self.ballots) * 20, "{octets} octets are not all rows");
            ours.push(f64::from(self.ballots) / whole);
            bare.push(f64::from(self.ballots) / self.copy()?);
            first = first.min(first_byte);
        }
        let grown = memory(&self.node, false)?.saturating_sub(before);
        Ok(vec![
            Told::Rate(Figure {
                name: format!("ballots.csv of {} ballots over HTTP, rows", self.ballots),
                ours: best(&ours),
                reference: best(&bare),
                beside: "psql COPY of the same rows".to_owned(),
                target: 0.5,
            }),
            Told::Most(Most { name: "its first byte".to_owned(), value: first * 1000.0, unit: "ms", most: 100.0 }),
            Told::Most(Most {
                name: "memory that it takes".to_owned(),
                value: grown as f64 / 1024.0,
                unit: "MiB",
                most: 16.0,
            }),
        ])
    }

    async fn verification(&self) -> anyhow::Result<Told> {
        let address = format!("http://{HOST}/c/{}", self.many.slug);
        let (mut ours, mut bare) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let began = Instant::now();
            let status = palabre(&self.folder, &["verify", &address]).stderr(Stdio::inherit()).status()?;
            anyhow::ensure!(status.success(), "palabre verify");
            ours.push(f64::from(self.ballots) / began.elapsed().as_secs_f64());
            bare.push(f64::from(self.ballots) / self.copy()?);
        }
        Ok(Told::Rate(Figure {
            name: format!("palabre verify of {} entries", self.ballots),
            ours: best(&ours),
            reference: best(&bare),
            beside: "psql COPY of the ballots".to_owned(),
            target: 1.0 / 3.0,
        }))
    }

    async fn pages(&self) -> anyhow::Result<Vec<Told>> {
        let mut told = Vec::new();
        for (name, path) in [("page", "/c/{}"), ("results by API", "/api/v1/consultations/{}/results")] {
            let of = |on: &Consultation| self.page(path.replace("{}", &on.slug));
            let (mut ours, mut bare) = (Vec::new(), Vec::new());
            for _ in 0..ROUNDS {
                ours.push(of(&self.many).rate(LENGTH).await?);
                bare.push(of(&self.few).rate(LENGTH).await?);
            }
            told.push(Told::Rate(Figure {
                name: format!("{name} of {} ballots", self.ballots),
                ours: best(&ours),
                reference: best(&bare),
                beside: format!("the same of {FEW}"),
                target: 1.0 / 1.2,
            }));
        }
        Ok(told)
    }

    /// Reads an answer to its end and keeps nothing of it.
    async fn fetch(&self, path: &str) -> anyhow::Result<Fetched> {
        let began = Instant::now();
        let mut stream = TcpStream::connect(self.at).await?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let (mut octets, mut first_byte, mut piece) = (0, None, vec![0; 256 * 1024]);
        loop {
            let read = stream.read(&mut piece).await?;
            if read == 0 {
                break;
            }
            if first_byte.is_none() {
                anyhow::ensure!(
                    piece.starts_with(b"HTTP/1.1 200"),
                    "{path}: {}",
                    String::from_utf8_lossy(&piece[..read])
                );
                first_byte = Some(began.elapsed().as_secs_f64());
            }
            octets += read as u64;
        }
        let first_byte = first_byte.context("no answer")?;
        Ok(Fetched { octets, first_byte, whole: began.elapsed().as_secs_f64() })
    }
}

/// An answer: its length, and the seconds until its first and its last byte.
struct Fetched {
    octets: u64,
    first_byte: f64,
    whole: f64,
}

/// The most memory that a process has held, in KiB; what it holds now, from when on the most is counted, if `anew`.
fn memory(process: &Child, anew: bool) -> anyhow::Result<u64> {
    let of = format!("/proc/{}", process.id());
    if anew {
        std::fs::write(format!("{of}/clear_refs"), "5")?;
    }
    let status = std::fs::read_to_string(format!("{of}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

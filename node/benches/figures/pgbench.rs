//! PostgreSQL's own benchmark as a reference: single inserts under a unique constraint, each a transaction.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use model::testing::POSTGRES;

use crate::cpu::Meter;

const TABLE: &str = "DROP TABLE IF EXISTS bare_ballots; CREATE TABLE bare_ballots (voter UUID NOT NULL UNIQUE)";
const INSERT: &str = "INSERT INTO bare_ballots (voter) VALUES (gen_random_uuid());\n";

const KEYS: i64 = 100_000;
const KEYED: &str = "DROP TABLE IF EXISTS bare_rows; CREATE TABLE bare_rows (id BIGINT PRIMARY KEY, words TEXT NOT NULL); \
     INSERT INTO bare_rows SELECT n, repeat('word ', 20) FROM generate_series(1, 100000) n; ANALYZE bare_rows";

/// Rows read by their key a second of processor time, that of the client included, by so many clients for so long.
pub async fn selects(meter: &Meter<'_>, clients: usize, length: Duration) -> anyhow::Result<f64> {
    let select = format!("\\set id random(1, {KEYS})\nSELECT words FROM bare_rows WHERE id = :id;\n");
    tokio::task::spawn_blocking(|| prepare(KEYED)).await??;
    let before = meter.read()?;
    let rate = tokio::task::spawn_blocking(move || ask(&select, clients, length)).await??;
    Ok(rate * length.as_secs_f64() / (meter.read()? - before))
}

/// Inserts a second, by so many clients for so long.
pub async fn rate(clients: usize, length: Duration) -> anyhow::Result<f64> {
    tokio::task::spawn_blocking(move || run(clients, length)).await?
}

fn run(clients: usize, length: Duration) -> anyhow::Result<f64> {
    prepare(TABLE)?;
    ask(INSERT, clients, length)
}

fn prepare(sql: &str) -> anyhow::Result<()> {
    let url = std::env::var(POSTGRES).context("no server")?;
    let made = Command::new(program("psql")?).args(["--quiet", "--command", sql, &url]).output()?;
    anyhow::ensure!(made.status.success(), "psql: {}", String::from_utf8_lossy(&made.stderr));
    Ok(())
}

fn ask(statement: &str, clients: usize, length: Duration) -> anyhow::Result<f64> {
    let url = std::env::var(POSTGRES).context("no server")?;
    let mut script = tempfile::NamedTempFile::new()?;
    script.write_all(statement.as_bytes())?;
    let mut pgbench = Command::new(program("pgbench")?);
    pgbench.args(["--no-vacuum", "--protocol=prepared", "--jobs=2"]);
    pgbench.args([format!("--client={clients}"), format!("--time={}", length.as_secs())]);
    let done = pgbench.arg("--file").arg(script.path()).arg(&url).output()?;
    let told = String::from_utf8_lossy(&done.stdout);
    let rate = told.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    rate.with_context(|| format!("pgbench: {told}{}", String::from_utf8_lossy(&done.stderr)))
}

/// Refuses a server that acknowledges what a power cut would take back: both sides would be measured against nothing.
pub fn is_durable() -> anyhow::Result<()> {
    let url = std::env::var(POSTGRES).context("no server")?;
    for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
        let mut asked = Command::new(program("psql")?);
        let asked = asked.args(["--quiet", "--no-align", "--tuples-only", "--command", &format!("SHOW {setting}")]);
        let told = asked.arg(&url).output()?;
        let value = String::from_utf8_lossy(&told.stdout);
        anyhow::ensure!(value.trim() == "on", "a rush is measured with {setting} on, and it is `{}`", value.trim());
    }
    Ok(())
}

/// Debian keeps each version's programs apart from the path.
pub fn program(name: &str) -> anyhow::Result<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").context("PostgreSQL's programs are not installed")?;
    let mut found: Vec<PathBuf> = versions.flatten().map(|version| version.path().join("bin").join(name)).collect();
    found.retain(|path| path.exists());
    found.sort();
    found.pop().with_context(|| format!("no {name} below /usr/lib/postgresql"))
}

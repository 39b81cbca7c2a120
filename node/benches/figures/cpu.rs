//! Processor time, as the kernel counts it.

use std::path::Path;
use std::process::Command;

use anyhow::Context;
use model::testing::POSTGRES;

use crate::pgbench;

/// Ticks a second: what Linux tells programs on every architecture that Debian runs on.
const TICKS: f64 = 100.0;

/// A PostgreSQL server on this machine.
pub struct Database {
    postmaster: u32,
}

/// Whose time is counted: a server's and its database's; without a server, that of the children which this process ran and
/// waited for. SQLite's is part of the server's.
pub struct Meter<'a> {
    pub server: Option<u32>,
    pub database: Option<&'a Database>,
}

/// The server that the tests use.
pub fn database() -> anyhow::Result<Database> {
    let url = std::env::var(POSTGRES).context("no server")?;
    let mut asked = Command::new(pgbench::program("psql")?);
    let asked = asked.args(["--quiet", "--no-align", "--tuples-only", "--command"]);
    let told = asked.arg("SELECT pg_read_file('postmaster.pid')").arg(&url).output()?;
    let text = String::from_utf8_lossy(&told.stdout);
    let postmaster = text.lines().next().and_then(|line| line.trim().parse().ok());
    let postmaster = postmaster.with_context(|| format!("psql: {text}{}", String::from_utf8_lossy(&told.stderr)))?;
    anyhow::ensure!(Path::new(&format!("/proc/{postmaster}/stat")).exists(), "PostgreSQL runs on another machine");
    Ok(Database { postmaster })
}

impl Meter<'_> {
    /// Seconds of processor time so far.
    pub fn read(&self) -> anyhow::Result<f64> {
        let server = match self.server {
            Some(pid) => Times::of(pid)?.own,
            None => Times::of(std::process::id())?.waited,
        };
        let database = self.database.map_or(Ok(0.0), Database::ticks)?;
        Ok((server + database) / TICKS)
    }
}

impl Database {
    fn ticks(&self) -> anyhow::Result<f64> {
        let itself = Times::of(self.postmaster)?;
        let mut ticks = itself.own + itself.waited;
        for entry in std::fs::read_dir("/proc")?.flatten() {
            let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            // One that ends meanwhile is counted with those that the postmaster waited for.
            if let Ok(times) = Times::of(pid)
                && times.parent == self.postmaster
            {
                ticks += times.own;
            }
        }
        Ok(ticks)
    }
}

/// A line of `/proc/PID/stat` (proc(5)), in ticks.
struct Times {
    parent: u32,
    own: f64,
    waited: f64,
}

impl Times {
    fn of(pid: u32) -> anyhow::Result<Self> {
        let line = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
        // The name may hold anything: what follows its last bracket does not.
        let (_, rest) = line.rsplit_once(')').context("a line of /proc")?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let field =
            |number: usize| -> anyhow::Result<f64> { Ok(fields.get(number - 3).context("a line of /proc")?.parse()?) };
        let parent = fields.get(1).context("a line of /proc")?.parse()?;
        Ok(Self { parent, own: field(14)? + field(15)?, waited: field(16)? + field(17)? })
    }
}

//! Processor time of a process and of the database's, as the kernel counts it.

use std::path::Path;

use anyhow::Context;

/// Ticks a second: what Linux tells programs on every architecture that Debian runs on.
const TICKS: f64 = 100.0;

/// Seconds that a process has used.
pub fn of_process(pid: u32) -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).context("the node's process")?;
    Ok(times(&stat).context("the node's times")?.own / TICKS)
}

/// Seconds that all PostgreSQL servers of this machine have used, those of processes that ended too.
pub fn of_postgres() -> anyhow::Result<f64> {
    let mut ticks = 0.0;
    for entry in std::fs::read_dir("/proc")?.flatten() {
        // Processes end while they are read.
        let Ok(stat) = std::fs::read_to_string(Path::new(&entry.path()).join("stat")) else { continue };
        if let Some(times) = times(&stat).filter(|times| times.name == "postgres") {
            ticks += times.own + times.waited;
        }
    }
    Ok(ticks / TICKS)
}

struct Times {
    name: String,
    own: f64,
    waited: f64,
}

/// proc(5): the name stands in brackets; then, from the state on, user and system time are the 12th and 13th fields, those of
/// children waited for the 14th and 15th.
fn times(stat: &str) -> Option<Times> {
    let (head, rest) = stat.rsplit_once(')')?;
    let name = head.split_once('(')?.1.to_owned();
    let fields: Vec<f64> = rest.split_whitespace().skip(1).map(|field| field.parse().unwrap_or(0.0)).collect();
    let [user, system, waited_user, waited_system] = *fields.get(10..14)? else { return None };
    Some(Times { name, own: user + system, waited: waited_user + waited_system })
}

//! What can be seen from within: the database, what waits, the disk, mail.

use std::path::Path;

use model::clock::Clock;
use model::count::check;
use model::job;
use model::network::delivery::{self, Lane, State as Health};
use model::store::Store;
use model::store::migrate::{self, Schema};

use super::Finding;
use crate::config::Config;
use crate::mailer::Mailer;
use crate::opening;

/// With less room on the disk the node is soon in trouble. Octets.
const ROOM_NEEDED: u64 = 64 * 1024 * 1024;
/// Less is said. Octets.
const ROOM_WANTED: u64 = 1024 * 1024 * 1024;
/// How many hosts that fail are named.
const NAMED: usize = 5;

/// Looks at everything that needs no network but the mail server's.
pub(super) async fn look(config: &Config, fix: bool) -> Vec<Finding> {
    let mut findings = vec![disk(&config.node.data_dir)];
    let (store, database) = database(config, fix).await;
    findings.push(database);
    if let Some(store) = store {
        findings.push(counts(&store).await);
        findings.push(queue(&store, fix).await);
        findings.push(deliveries(&store, fix).await);
    }
    findings.push(mail(config).await);
    findings
}

fn disk(folder: &Path) -> Finding {
    const CHECK: &str = "disk";
    let name = folder.display();
    if let Err(error) = writable(folder) {
        let mend = format!("let the user that the node runs as write there: chown it, or set node.data_dir. ({name})");
        return Finding::fail(CHECK, format!("{name} cannot be written: {error}"), mend);
    }
    let free = match rustix::fs::statvfs(folder) {
        Ok(room) => room.f_bavail.saturating_mul(room.f_frsize),
        Err(error) => return Finding::skipped(CHECK, format!("the room left on {name} is not told: {error}")),
    };
    let detail = format!("{} MiB are free at {name}", free / (1024 * 1024));
    match free {
        ..ROOM_NEEDED => Finding::fail(CHECK, detail, "make room: old copies of the database, logs, backups"),
        ROOM_NEEDED..ROOM_WANTED => Finding::warn(CHECK, detail, "make room before it is needed"),
        _ => Finding::ok(CHECK, detail),
    }
}

fn writable(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let probe = folder.join(format!(".doctor-{}", std::process::id()));
    std::fs::write(&probe, b"well")?;
    std::fs::remove_file(&probe)
}

async fn database(config: &Config, fix: bool) -> (Option<Store>, Finding) {
    const CHECK: &str = "database";
    let reachable = "check database.url, and that the server runs and lets this user in";
    let store = match opening::connect(config) {
        Ok(store) => store,
        Err(error) => return (None, Finding::fail(CHECK, format!("{error:#}"), reachable)),
    };
    let kind = if store.sqlite_file().is_some() { "SQLite" } else { "PostgreSQL" };
    match migrate::inspect(&store).await {
        Err(error) => (None, Finding::fail(CHECK, format!("{kind} does not answer: {error}"), reachable)),
        Ok(Schema::Current) => (Some(store), Finding::ok(CHECK, format!("{kind}, at this program's version"))),
        Ok(Schema::Newer(versions)) => {
            let detail = format!("it was written by a later version ({})", versions.join(", "));
            (None, Finding::fail(CHECK, detail, "install that version of palabre, or restore a backup made before"))
        }
        Ok(Schema::Behind { pending, .. }) if fix => match opening::migrate(&store, &Clock::System).await {
            Ok(_) => (Some(store), Finding::ok(CHECK, format!("{kind}, brought up to date ({})", pending.join(", ")))),
            Err(error) => (
                None,
                Finding::fail(CHECK, format!("a migration failed: {error:#}"), "restore the copy made before it"),
            ),
        },
        Ok(Schema::Behind { fresh: true, .. }) => {
            (None, Finding::warn(CHECK, format!("{kind}, empty"), "start `palabre serve`, or run `palabre setup`"))
        }
        Ok(Schema::Behind { pending, .. }) => {
            let detail = format!("it waits for {}", pending.join(", "));
            (None, Finding::fail(CHECK, detail, "run `palabre migrate`, or `palabre doctor --fix`"))
        }
    }
}

async fn counts(store: &Store) -> Finding {
    const CHECK: &str = "counts";
    let broken = async { check::broken(&mut store.conn().await?).await };
    match broken.await {
        Ok(0) => Finding::ok(CHECK, "every tally fits its log"),
        Ok(broken) => {
            let mend = "restore a backup beside this node and compare: `palabre verify ADDRESS` says which differs";
            Finding::fail(CHECK, format!("{broken} consultations whose tally differs from its log"), mend)
        }
        Err(error) => unread(CHECK, &error),
    }
}

fn unread(check: &'static str, error: &model::error::Error) -> Finding {
    Finding::fail(check, format!("the database cannot be read: {error}"), "see the log of the database")
}

async fn queue(store: &Store, fix: bool) -> Finding {
    const CHECK: &str = "jobs";
    let looked = async {
        let revived = if fix {
            let mut tx = store.begin().await?;
            let revived = job::revive(&mut tx, Clock::System.now()).await?;
            tx.commit().await?;
            revived
        } else {
            0
        };
        Ok((job::depth(&mut store.conn().await?).await?, revived))
    };
    match looked.await {
        Ok(((waiting, 0), 0)) => Finding::ok(CHECK, format!("{waiting} wait, none was given up")),
        Ok(((waiting, _), revived @ 1..)) => {
            Finding::ok(CHECK, format!("{waiting} wait; {revived} that were given up are tried again"))
        }
        Ok(((waiting, buried), _)) => {
            let mend = "the log says why (`job not done`); `palabre doctor --fix` has them tried again";
            Finding::warn(CHECK, format!("{waiting} wait, {buried} were given up"), mend)
        }
        Err(error) => unread(CHECK, &error),
    }
}

async fn deliveries(store: &Store, fix: bool) -> Finding {
    const CHECK: &str = "deliveries";
    let now = Clock::System.now();
    let looked = async {
        if fix {
            let mut tx = store.begin().await?;
            delivery::hurry(&mut tx, now).await?;
            tx.commit().await?;
        }
        let mut conn = store.conn().await?;
        Ok((delivery::waiting(&mut conn).await?, delivery::lanes(&mut conn).await?))
    };
    let (waiting, lanes): (i64, Vec<Lane>) = match looked.await {
        Ok(looked) => looked,
        Err(error) => return unread(CHECK, &error),
    };
    let fails = |lane: &&Lane| lane.state(now) != Health::Working;
    let failing: Vec<String> = lanes.iter().filter(fails).map(|lane| said(lane, now)).collect();
    if failing.is_empty() {
        return Finding::ok(CHECK, format!("{waiting} wait for {} servers, all of which answer", lanes.len()));
    }
    let named = failing.iter().take(NAMED).cloned().collect::<Vec<_>>().join("; ");
    let more = failing.len().saturating_sub(NAMED);
    let rest = if more > 0 { format!("; and {more} more") } else { String::new() };
    let detail = format!("{waiting} wait; {} of {} servers fail: {named}{rest}", failing.len(), lanes.len());
    let mend = "others' servers come back by themselves, and are tried up to a week, then daily; if all fail, look at \
                this machine's own network. `palabre doctor --fix` has them tried now";
    if failing.len() == lanes.len() && lanes.len() > 1 {
        Finding::fail(CHECK, detail, mend)
    } else {
        Finding::warn(CHECK, detail, mend)
    }
}

fn said(lane: &Lane, now: model::clock::Instant) -> String {
    let why = lane.errors.0.first().map_or("", |trouble| trouble.why.as_str());
    format!("{} ({}: {why})", lane.host, lane.state(now))
}

async fn mail(config: &Config) -> Finding {
    const CHECK: &str = "mail";
    let mend = "check mail.url: host, port, name and password; many providers close port 25, and want 587 or 465";
    match Mailer::open(&config.mail) {
        Ok(None) => Finding::warn(CHECK, "no mail leaves this machine: mails are kept", "set mail.url and mail.from"),
        Ok(Some(mailer)) => match mailer.greet().await {
            Ok(()) => Finding::ok(CHECK, "the mail server takes mails of ours"),
            Err(error) => Finding::fail(CHECK, format!("the mail server does not: {error}"), mend),
        },
        Err(error) => Finding::fail(CHECK, format!("{error:#}"), mend),
    }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    #[test]
    fn a_folder_that_cannot_be_written_fails_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        assert_ne!(disk(folder.path()).state, State::Fail);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
        let file = folder.path().join("file");
        std::fs::write(&file, b"").unwrap();
        let finding = disk(&file.join("below"));
        assert!(finding.state == State::Fail && finding.mend.is_some_and(|mend| mend.contains("node.data_dir")));
    }
}

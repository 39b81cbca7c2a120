//! Signed activities of other servers, verified and stored, beside PostgreSQL's own single inserts and beside the least that
//! can be done with a library; with keys that are known and with keys that have to be fetched.
//!
//! Every rate is one per second of processor time: of the server's process and of its database.

mod crowd;
mod library;
mod node;
pub mod wire;

use crate::cpu::{self, Meter};
use crate::pgbench;
use crate::report::{Figure, best};
use crowd::{Crowd, Letter};
pub use library::serve;
use node::Node;

/// How often each is measured, in turn.
const ROUNDS: usize = 3;
/// New people in each round; each sends a vote, a comment and a like, one of them while nobody knows the key yet.
const PEOPLE: usize = 2_000;
/// Connections at once.
const CONNECTIONS: usize = 64;
/// What pgbench is given: as many clients, for so long.
const CLIENTS: usize = 32;
const LENGTH: std::time::Duration = std::time::Duration::from_secs(4);

/// What one round came to, each a second of processor time.
#[derive(Default)]
struct Rates {
    warm: Vec<f64>,
    cold: Vec<f64>,
    inserts: Vec<f64>,
    library: Vec<f64>,
}

/// Measures all of them in turn.
pub async fn measure() -> anyhow::Result<Vec<Figure>> {
    let crowd = Crowd::gathered().await?;
    let folder = tempfile::tempdir()?;
    let node = Node::start(folder.path(), crowd.address()).await?;
    let mut library = library::Bare::start(crowd.address())?;
    let database = cpu::database()?;
    let mut rates = Rates::default();
    for _ in 0..ROUNDS {
        let place = node.opens_a_vote().await?;
        let people = crowd.grows(PEOPLE)?;
        let letters = crowd.writes(&people, &place)?;
        rates.cold.push(posted(node.at(), node.meter(&database), &letters.first).await?);
        anyhow::ensure!(crowd.asked() == people.len(), "each key is fetched once, and was {} times", crowd.asked());
        rates.warm.push(posted(node.at(), node.meter(&database), &letters.rest).await?);
        node.has_counted(&place, PEOPLE).await?;
        // The same letters: the first make the people known, the rest are measured.
        posted(library.at(), library.meter(&database), &letters.first).await?;
        rates.library.push(posted(library.at(), library.meter(&database), &letters.rest).await?);
        rates.inserts.push(inserted(&database).await?);
        crowd.forgets_what_was_asked();
    }
    library.ends()?;
    Ok(figures(&rates))
}

fn figures(rates: &Rates) -> Vec<Figure> {
    let figure = |name: &str, ours: &[f64], reference: &[f64], beside: &str, target| Figure {
        name: format!("{name}, per second of processor time"),
        ours: best(ours),
        reference: best(reference),
        beside: beside.to_owned(),
        target,
    };
    let warm = "signed activities taken in, keys known";
    vec![
        figure(warm, &rates.warm, &rates.inserts, "single inserts by pgbench", 0.8),
        figure(warm, &rates.warm, &rates.library, "a bare inbox of activitypub_federation with one insert", 4.0),
        figure("the same, each by somebody new", &rates.cold, &rates.warm, "keys known", 0.25),
    ]
}

/// Posts all letters, each answered 202; how many a second of processor time.
async fn posted(at: std::net::SocketAddr, meter: Meter<'_>, letters: &[Letter]) -> anyhow::Result<f64> {
    let began = meter.read()?;
    wire::post_all(at, letters, CONNECTIONS).await?;
    Ok(letters.len() as f64 / (meter.read()? - began))
}

/// Single inserts by pgbench, a second of its processor time and the database's.
async fn inserted(database: &cpu::Database) -> anyhow::Result<f64> {
    let meter = Meter { server: None, database: Some(database) };
    let began = meter.read()?;
    let rate = pgbench::rate(CLIENTS, LENGTH).await?;
    Ok(rate * LENGTH.as_secs_f64() / (meter.read()? - began))
}

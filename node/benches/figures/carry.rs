//! What it costs to carry each other's debates: a chain of relays, many forums that are mirrored, a page of a mirror, and a
//! long debate that is caught up with. Nodes are processes of their own, each on a SQLite file.

mod node;
mod way;

use std::time::{Duration, Instant};

use crate::load::Page;
use crate::report::{Figure, Most, best};
use node::{Node, network, until};
use way::Way;

/// Relays in the chain.
const RELAYS: usize = 5;
/// How long a round trip is made, to count them.
const ROUND_TRIP: Duration = Duration::from_millis(200);
/// How often each is measured.
const ROUNDS: usize = 3;
/// Forums that are mirrored, and the comments an hour of each.
const FORUMS: usize = 100;
const AN_HOUR: usize = 1_000;
/// Comments of each forum that are measured.
const OF_EACH: usize = 20;
/// Comments of the debate that is caught up with; `PALABRE_BENCH_COMMENTS` says another number.
const LONG: usize = 10_000;
/// How long pages are asked for.
const LENGTH: Duration = Duration::from_secs(3);
const ORIGIN: &str = "origin.test";
const MIRROR: &str = "mirror.test";

/// What is told.
pub enum Told {
    /// A rate beside another.
    Rate(Figure),
    /// Something that may not be more.
    Most(Most),
}

/// Measures all of it.
pub async fn measure() -> anyhow::Result<Vec<Told>> {
    let mut told = vec![Told::Most(chain().await?)];
    told.push(Told::Most(forums().await?));
    told.extend(mirror().await?.map(Told::Rate));
    Ok(told)
}

/// Round trips from publishing to the last of a chain of relays: what it takes longer where each takes longer.
async fn chain() -> anyhow::Result<Most> {
    let way = Way::default();
    let hosts: Vec<String> = (0..=RELAYS).map(|at| format!("r{at}.test")).collect();
    let nodes = network(&hosts.iter().map(String::as_str).collect::<Vec<_>>(), &way).await?;
    for (at, node) in nodes.iter().enumerate() {
        node.opens("square").await?;
        if at > 0 {
            node.carries("square", &format!("@square@{}", hosts[at - 1])).await?;
        }
    }
    // The first time everybody learns to know everybody.
    reaches_the_last(&nodes).await?;
    let (mut short, mut long) = (f64::MAX, f64::MAX);
    for _ in 0..ROUNDS {
        way.takes(Duration::ZERO);
        short = short.min(reaches_the_last(&nodes).await?);
        way.takes(ROUND_TRIP);
        long = long.min(reaches_the_last(&nodes).await?);
    }
    let trips = (long - short) / ROUND_TRIP.as_secs_f64();
    Ok(Most {
        name: format!("from publishing to the last of {RELAYS} relays, {:.0} ms on one machine", short * 1_000.0),
        value: trips,
        unit: "round trips",
        most: RELAYS as f64,
    })
}

/// Seconds from publishing to the copy on the last node.
async fn reaches_the_last(nodes: &[Node]) -> anyhow::Result<f64> {
    let (first, last) = (&nodes[0], &nodes[nodes.len() - 1]);
    let began = Instant::now();
    let (_, url) = first.publishes("square").await?;
    until("the last node has it", async || last.knows(&url).await).await?;
    Ok(began.elapsed().as_secs_f64())
}

/// The share of one core that many mirrored forums take.
async fn forums() -> anyhow::Result<Most> {
    let nodes = network(&[ORIGIN, MIRROR], &Way::default()).await?;
    let [origin, mirror] = nodes.as_slice() else { anyhow::bail!("two nodes") };
    let mut slugs = Vec::new();
    for number in 0..FORUMS {
        let forum = format!("square{number}");
        origin.opens(&forum).await?;
        mirror.follows(&format!("@{forum}@{ORIGIN}")).await?;
        let (slug, url) = origin.publishes(&forum).await?;
        until("each debate is known", async || mirror.knows(&url).await).await?;
        slugs.push(slug);
    }
    // The author of them becomes known.
    origin.says(&slugs[0], 1).await?;
    let before = settled(mirror).await?;
    let meter = mirror.meter();
    let began = meter.read()?;
    for slug in &slugs {
        origin.says(slug, OF_EACH).await?;
    }
    let comments = FORUMS * OF_EACH;
    until("every comment is mirrored", async || Ok(mirror.received(ORIGIN).await? >= before + comments)).await?;
    let each = (meter.read()? - began) / comments as f64;
    let a_second = (FORUMS * AN_HOUR) as f64 / 3_600.0;
    Ok(Most {
        name: format!("{FORUMS} mirrored forums with {AN_HOUR} comments an hour each, {:.2} ms a comment", each * 1e3),
        value: each * a_second * 100.0,
        unit: "% of a core",
        most: 10.0,
    })
}

/// How much a mirror has, once nothing more comes.
async fn settled(mirror: &Node) -> anyhow::Result<usize> {
    let mut last = mirror.received(ORIGIN).await?;
    loop {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let now = mirror.received(ORIGIN).await?;
        if now == last {
            return Ok(now);
        }
        last = now;
    }
}

/// A long debate that somebody begins to follow, and its page there beside the page at home.
async fn mirror() -> anyhow::Result<[Figure; 2]> {
    let nodes = network(&[ORIGIN, MIRROR], &Way::default()).await?;
    let [origin, mirror] = nodes.as_slice() else { anyhow::bail!("two nodes") };
    let comments = std::env::var("PALABRE_BENCH_COMMENTS").ok().and_then(|many| many.parse().ok()).unwrap_or(LONG);
    origin.opens("square").await?;
    let (slug, url) = origin.publishes("square").await?;
    origin.says(&slug, comments).await?;
    origin.rests().await?;
    let began = Instant::now();
    mirror.follows(&format!("@square@{ORIGIN}")).await?;
    until("all of it is there", async || Ok(mirror.received(ORIGIN).await? >= comments)).await?;
    let backfilled = comments as f64 / began.elapsed().as_secs_f64();
    until("the debate is known", async || mirror.knows(&url).await).await?;
    let page = |node: &Node, path: String| Page {
        at: node.at,
        host: node.host.clone(),
        path,
        cookie: "",
        headers: String::new(),
    };
    let home = page(origin, format!("/c/{slug}"));
    let there = page(mirror, format!("/remote/{ORIGIN}/c/{slug}"));
    let (mut local, mut mirrored) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        local.push(home.rate(LENGTH).await?);
        mirrored.push(there.rate(LENGTH).await?);
    }
    Ok([
        Figure {
            name: format!("{comments} comments caught up with"),
            ours: backfilled,
            reference: 500.0,
            beside: "what is asked for".to_owned(),
            target: 1.0,
        },
        Figure {
            name: format!("the page of a mirrored debate of {comments} comments, anonymous"),
            ours: best(&mirrored),
            reference: best(&local),
            beside: "the same page at its origin".to_owned(),
            target: 0.9,
        },
    ])
}

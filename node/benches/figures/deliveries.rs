//! Deliveries of a running node to a server that only counts them, by processor time of the node and its database, beside
//! OpenSSL's own signatures.

mod node;
mod sink;

use std::collections::HashMap;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use crate::report::{Figure, Most, best};
use node::Node;
use sink::Sink;

/// Followers with an inbox each, and the hosts that they live on.
const FOLLOWERS: usize = 5_000;
const HOSTS: usize = 50;
/// Followers of the node that is timed; each host has a shared inbox.
const SHARING: usize = 2_000;
/// How many activities go to each follower.
const ACTIVITIES: usize = 2;
/// How often each is measured in turn.
const ROUNDS: usize = 3;
/// The share of deliveries that fails once.
const FAILING: usize = 20;
/// Far more than any machine needs.
const DEADLINE: Duration = Duration::from_secs(300);

/// What is told.
pub enum Told {
    /// A rate beside another.
    Rate(Figure),
    /// Something that may not be more.
    Most(Most),
}

/// Measures on one database: `PostgreSQL`, or `SQLite`.
pub async fn measure(database: &str) -> anyhow::Result<Vec<Told>> {
    let sink = Sink::start().await?;
    let node = Node::start(database, &sink, HOSTS, FOLLOWERS, false).await?;
    let (mut well, mut failing, mut signs) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        signs.push(openssl()?);
        well.push(rate(&node, &sink, 0).await?);
        failing.push(rate(&node, &sink, FAILING).await?);
    }
    drop(node);
    let mut told = vec![
        Told::Rate(Figure {
            name: format!("deliveries on {database}, one inbox per follower, per processor second"),
            ours: best(&well),
            reference: best(&signs),
            beside: "`openssl speed rsa2048` signs".to_owned(),
            target: 0.75,
        }),
        Told::Rate(Figure {
            name: format!("deliveries on {database} of which 5 % fail once, per processor second"),
            ours: best(&failing),
            reference: best(&well),
            beside: "without failures".to_owned(),
            target: 0.6,
        }),
    ];
    told.extend(promptly(database).await?);
    Ok(told)
}

/// Deliveries a second of processor time; one of `failing` is refused once, none if 0.
async fn rate(node: &Node, sink: &Sink, failing: usize) -> anyhow::Result<f64> {
    sink.forget(failing);
    let before = node.processor_time()?;
    let began = Instant::now();
    for _ in 0..ACTIVITIES {
        node.tells_everybody().await?;
    }
    let expected = FOLLOWERS * ACTIVITIES;
    while sink.taken() < expected {
        ensure!(began.elapsed() < DEADLINE, "only {} of {expected} deliveries came", sink.taken());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    node.rests().await?;
    let spent = node.processor_time()? - before;
    let came = sink.came();
    ensure!(came.len() == expected && came.values().all(|times| *times == 1), "each came once: {}", summary(&came));
    Ok(expected as f64 / spent)
}

fn summary(came: &HashMap<(String, String), usize>) -> String {
    format!("{} kinds, {} in all", came.len(), came.values().sum::<usize>())
}

/// One comment, published over the API, for followers on hosts with shared inboxes.
async fn promptly(database: &str) -> anyhow::Result<Vec<Told>> {
    let sink = Sink::start().await?;
    let node = Node::start(database, &sink, HOSTS, SHARING, true).await?;
    let (mut best, mut most) = (f64::MAX, 0);
    for round in 0..=ROUNDS {
        node.rests().await?;
        sink.forget(0);
        let began = Instant::now();
        node.publishes_comment(round).await?;
        while sink.taken() < HOSTS {
            ensure!(began.elapsed() < DEADLINE, "only {} of {HOSTS} deliveries came", sink.taken());
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let last = sink.last().context("a delivery")?.duration_since(began).as_secs_f64() * 1_000.0;
        node.rests().await?;
        most = most.max(sink.taken());
        // The first opens every connection: followers' servers have none open yet either. It is measured like the others.
        best = last.min(best);
    }
    Ok(vec![
        Told::Most(Most {
            name: format!("requests for {SHARING} followers on {HOSTS} hosts, {database}"),
            value: most as f64,
            unit: "requests",
            most: HOSTS as f64,
        }),
        Told::Most(Most {
            name: format!("from publishing to the last of them, {database}"),
            value: best,
            unit: "ms",
            most: 100.0,
        }),
    ])
}

/// Signatures a second, by OpenSSL's own measure, of one processor.
fn openssl() -> anyhow::Result<f64> {
    let told = Command::new("openssl").args(["speed", "-seconds", "3", "rsa2048"]).output().context("openssl")?;
    let text = String::from_utf8_lossy(&told.stdout).into_owned();
    let line = text.lines().find(|line| line.starts_with("rsa") && line.contains("2048")).map(str::to_owned);
    let line = line.with_context(|| format!("openssl: {text}"))?;
    // `rsa 2048 bits 0.000277s 0.000015s   3606.8  65726.7`: seconds for each, then signs and checks a second
    let numbers: Vec<f64> = line.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let rates = numbers.get(numbers.len().saturating_sub(2)..).unwrap_or_default();
    rates.first().copied().with_context(|| format!("openssl: {line}"))
}

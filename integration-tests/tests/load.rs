//! Many servers, some of which are down, slow, or out of their minds: all others hear everything, once and in order.

use std::collections::HashSet;
use std::time::Duration;

use integration_tests::crowd::{Crowd, Manner, names};
use integration_tests::net::Net;
use integration_tests::node::{Node, draft};
use integration_tests::wait;
use serde_json::{Value, json};

use crate::town::{Empty, FORUM, TOWN};

/// How many servers there are.
const HOSTS: usize = 200;
/// How many follow in `./check`; `PALABRE_TEST_FOLLOWERS` says another number, and `./check --long` ten thousand.
const FOLLOWERS: usize = 1_000;
/// How many comments are told.
const COMMENTS: usize = 10;
/// How long all of it may take: after the kill leases end first, which takes half a minute.
const LONG: Duration = Duration::from_secs(300);
/// The most that the process may hold in memory while it tells all that, in MiB. A debug build holds more than a release.
const MEMORY: u64 = 400;

on_both_databases! {
    everybody_who_can_be_reached_hears_everything_once_and_in_order,
}

#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says how many")]
fn followers() -> usize {
    std::env::var("PALABRE_TEST_FOLLOWERS").ok().and_then(|number| number.parse().ok()).unwrap_or(FOLLOWERS)
}

async fn everybody_who_can_be_reached_hears_everything_once_and_in_order(empty: Empty) {
    let crowd_names = names(HOSTS);
    let mut net = Net::new(&[TOWN, "crowd.test", "garbage.test", "down.test"]);
    for (host, manner) in &crowd_names {
        // Following, all are well: they get into trouble later.
        let lives_with = if *manner == Manner::Down { "down.test" } else { "crowd.test" };
        net.also(host, lives_with);
    }
    // Whoever is down was up when it followed: for that time the crowd answers in its place.
    let mut before = net.clone();
    for (host, manner) in &crowd_names {
        if matches!(manner, Manner::Down | Manner::Garbage) {
            before.moves(host, "crowd.test");
        }
    }
    for (host, _) in crowd_names.iter().filter(|(_, manner)| *manner == Manner::Garbage) {
        net.moves(host, "garbage.test");
    }
    let mut node = Node::start(&before, TOWN, empty()).await;
    let clerk = node.admin();
    let forum =
        json!({"slug": FORUM, "title": "Getting about", "summary": "", "visibility": "public", "language": "en"});
    clerk.post("/forums", forum).await.expect(201);
    let crowd = Crowd::start(&before, crowd_names).await;
    crowd.follows(TOWN, &format!("http://{TOWN}/f/{FORUM}"), followers()).await;
    settled(&node, "every Follow is answered", 0).await;
    node.moves_to(&net).await;

    let made = clerk.post(&format!("/forums/{FORUM}/consultations"), draft("Close it?", json!({"kind": "vote"}))).await;
    let slug = made.expect(201)["slug"].as_str().expect("a slug").to_owned();
    clerk.post(&format!("/consultations/{slug}/publish"), json!({})).await.expect(200);
    let before = crowd.count();
    let mut told = Vec::new();
    for number in 0..COMMENTS {
        let said =
            clerk.post(&format!("/consultations/{slug}/comments"), json!({"text": format!("Words {number}")})).await;
        told.push(said.expect(201)["uri"].as_str().expect("an address").to_owned());
    }
    wait::within(
        LONG,
        || "half of it is told".to_owned(),
        async || (crowd.count() > before + HOSTS * COMMENTS / 2).then_some(()),
    )
    .await;
    let at_the_kill = crowd.repeats();
    node.kill().await;
    node.resume().await;

    let about = |id: &str| id.contains("#announce/");
    let heard: Vec<String> = crowd.heard().map(str::to_owned).collect();
    // The Page and the Question, each carried and boosted; and every comment.
    let expected = 4 + COMMENTS;
    wait::within(
        LONG,
        || format!("everybody hears all; so far {:?}", heard.iter().map(|host| crowd.came(host, about).len()).min()),
        async || heard.iter().all(|host| crowd.came(host, about).len() >= expected).then_some(()),
    )
    .await;
    // One forum tells it, and a forum has one lane: so it is heard in the order in which it was said.
    let order = crowd.came(&heard[0], about);
    let said: Vec<String> = crowd.told(&order).into_iter().filter(|thing| told.contains(thing)).collect();
    assert_eq!(said, told, "comments are heard in the order in which they were written");
    assert_eq!(order.iter().collect::<HashSet<_>>().len(), expected);
    for host in &heard {
        assert_eq!(crowd.came(host, about), order, "{host} hears all, in the same order as everybody");
    }
    assert!(crowd.refused().is_empty(), "{:?}", crowd.refused());
    assert!(at_the_kill.is_empty(), "nothing is said twice: {at_the_kill:?}");
    // What was on its way when the process died, and nothing else, is sent again under the same id, which every server knows.
    assert!(crowd.repeats().values().all(|times| *times <= 1), "{:?}", crowd.repeats());
    let used = node.memory();
    assert!(used < MEMORY, "{used} MiB");
    unreachable_hosts_are_shown(&node).await;
}

/// Waits until so many deliveries wait.
async fn settled(node: &Node, what: &str, most: u64) {
    wait::within(
        LONG,
        || what.to_owned(),
        async || {
            let metrics = node.get("/metrics", "*/*").await.text;
            let line = metrics.lines().find(|line| line.starts_with("palabre_deliveries_waiting"))?;
            let waiting: f64 = line.split_whitespace().last()?.parse().ok()?;
            (waiting <= most as f64).then_some(())
        },
    )
    .await;
}

/// Whoever administers sees which hosts fail, what waits for them and why.
async fn unreachable_hosts_are_shown(node: &Node) {
    for host in ["h19.test", "h18.test"] {
        let peer: Value = node.admin().get(&format!("/peers/{host}")).await.expect(200);
        assert_eq!(peer["state"], "failing", "{peer}");
        assert!(peer["queue"].as_u64().is_some_and(|queue| queue > 0), "{peer}");
        assert!(peer["last_error"].as_str().is_some_and(|why| !why.is_empty()), "{peer}");
    }
    let doctor = node.run(&["doctor", "--json"]).await;
    let findings: Value = serde_json::from_str(&doctor.stdout).expect("findings");
    let deliveries = findings.as_array().and_then(|all| all.iter().find(|one| one["check"] == "deliveries"));
    let deliveries = deliveries.expect("a finding about deliveries");
    assert_eq!(deliveries["state"], "warn", "{deliveries}");
    assert!(deliveries["detail"].as_str().is_some_and(|detail| detail.contains("20 of 200")), "{deliveries}");
}

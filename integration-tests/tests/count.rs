//! Counts that anybody can check, whatever happens to the processes that make them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use integration_tests::api::Api;
use integration_tests::database::Database;
use integration_tests::node::draft;
use integration_tests::wait;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::town::{Empty, NEIGHBOUR, Published, TOWN, Town};

on_both_databases! {
    anybody_can_count_again,
    nothing_acknowledged_is_lost_by_a_kill,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a PostgreSQL server; ./check starts one"]
async fn two_processes_make_one_count() {
    Box::pin(many_vote_while_a_process_is_killed(Database::postgres, 64, true)).await;
}

async fn nothing_acknowledged_is_lost_by_a_kill(empty: Empty) {
    many_vote_while_a_process_is_killed(empty, 8, false).await;
}

/// What a voter does, in each round.
const ROUNDS: usize = 12;
const CHOICES: [&str; 3] = ["for", "neutral", "against"];

/// A ballot as its voter may find it: one state, or two where an answer never came.
type States = Vec<Option<&'static str>>;

/// Numbers that look like chance, the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % most).expect("a small number")
    }
}

/// Votes, changes and withdraws at random, at one process or the other, and answers how the ballot may stand.
async fn votes(doors: Vec<Api>, slug: String, seed: u64, done: Arc<AtomicUsize>) -> States {
    let mut chance = Chance(seed);
    let path = format!("/consultations/{slug}/ballot");
    let mut states: States = vec![None];
    let mut round = 0;
    while round < ROUNDS {
        let door = &doors[chance.below(doors.len() as u64)];
        let wanted = CHOICES.get(chance.below(4)).copied();
        let answered = match wanted {
            Some(choice) => door.attempt(Method::PUT, &path, Some(json!({"choice": [choice]}))).await,
            None => door.attempt(Method::DELETE, &path, None).await,
        };
        match answered.map(|status| status.as_u16()) {
            Some(200 | 201 | 204) => states = vec![wanted],
            // Nothing to withdraw.
            Some(404) => states = vec![None],
            // Killed in the midst of it: done or not, but nothing else.
            None => states.push(wanted),
            Some(other) => panic!("{other} for {wanted:?}"),
        }
        if answered.is_some() {
            round += 1;
            done.fetch_add(1, Ordering::Relaxed);
        }
    }
    states
}

async fn many_vote_while_a_process_is_killed(empty: Empty, voters: u64, second: bool) {
    let mut town = Town::founded(empty).await;
    let square = town.asks("Close the square to cars?").await;
    let other = if second { Some(town.node.beside(NEIGHBOUR).await) } else { None };
    let done = Arc::new(AtomicUsize::new(0));
    let (mut people, mut voting) = (Vec::new(), JoinSet::new());
    for number in 0..voters {
        let person = town.node.person(&format!("voter{number}")).await;
        let doors = if second { vec![person.at(TOWN), person.at(NEIGHBOUR)] } else { vec![person.clone()] };
        people.push(person);
        let (slug, done) = (square.slug.clone(), done.clone());
        voting.spawn(async move { (number, votes(doors, slug, number + 1, done).await) });
    }
    let some = usize::try_from(voters).expect("a number") * ROUNDS / 3;
    wait::until("a third is done", async || (done.load(Ordering::Relaxed) >= some).then_some(())).await;
    town.node.kill().await;
    town.node.resume().await;
    let states: BTreeMap<u64, States> = voting.join_all().await.into_iter().collect();
    let mut counted = BTreeMap::<String, u64>::new();
    for (person, (number, states)) in people.iter().zip(&states) {
        let ballot = person.get(&format!("/consultations/{}/ballot", square.slug)).await;
        let found =
            ballot.status.is_success().then(|| ballot.json()["choice"][0].as_str().expect("a choice").to_owned());
        let possible = states.iter().any(|state| state.map(str::to_owned) == found);
        assert!(possible, "voter{number}: {states:?} was acknowledged, {found:?} is there");
        found.into_iter().for_each(|choice| *counted.entry(choice).or_default() += 1);
    }
    let wanted: Vec<u64> = CHOICES.iter().map(|choice| counted.get(*choice).copied().unwrap_or(0)).collect();
    town.counts_become(&square, "member", &wanted).await;
    town.node.run(&["verify", &square.url]).await.expect(0);
    town.clerk.post(&format!("/consultations/{}/close", square.slug), json!({})).await.expect(200);
    let results = town.clerk.get(&format!("/consultations/{}/results", square.slug)).await.expect(200);
    assert_eq!((&results["final"], town.counts(&square, "member").await), (&json!(true), wanted));
    verified(&town, &square, &["verify", &square.url, "--json"]).await;
    let check = wait::until("the closing check", async || {
        let check = town.clerk.get(&format!("/consultations/{}/check", square.slug)).await;
        (check.status.is_success()).then(|| check.json()).filter(|check| check["size"] == results["log"]["size"])
    })
    .await;
    assert_eq!(check["holds"], true, "{check}");
    drop(other);
}

/// A verification in which all holds.
async fn verified(town: &Town, of: &Published, arguments: &[&str]) -> Value {
    let report: Value = serde_json::from_str(&town.node.run(arguments).await.expect(0)).expect("JSON");
    assert_eq!((&report["ok"], report["log"].as_str()), (&json!(true), of.url.strip_prefix("http://")), "{report}");
    report
}

async fn anybody_can_count_again(empty: Empty) {
    let town = Town::founded(empty).await;
    let ana = town.node.person("ana").await;
    let ben = town.node.person("ben").await;
    let secret = town.publishes({
        let mut secret = draft("Where does the market go?", json!({"kind": "poll", "options": ["North", "South"]}));
        secret["results"] = json!("after_close");
        secret
    });
    let secret = secret.await;
    let square = town.asks("Close the square to cars?").await;
    let ballot = |of: &Published| format!("/consultations/{}/ballot", of.slug);
    ana.put(&ballot(&secret), json!({"choice": ["o1"]})).await.expect(201);
    let promise = ana.put(&ballot(&square), json!({"choice": ["for"]})).await.expect(201);
    assert!(promise["log"].get("index").is_none() && promise["proof"]["proofValue"].is_string(), "{promise}");
    ben.put(&ballot(&square), json!({"choice": ["against"]})).await.expect(201);
    town.counts_become(&square, "member", &[1, 0, 1]).await;
    let receipt = ana.get(&ballot(&square)).await.expect(200);
    assert!(receipt["log"]["index"].is_u64() && receipt["log"]["proof"].is_array(), "{receipt}");
    let write = |name: &str, text: &str| {
        let path = town.node.folder().join(name);
        std::fs::write(&path, text).expect("written");
        path.to_str().expect("a path").to_owned()
    };
    let (early, placed) = (write("promise.json", &promise.to_string()), write("receipt.json", &receipt.to_string()));
    let checkpoint = town.node.get(&format!("/c/{}/log/checkpoint", square.slug), "*/*").await;
    let before = write("checkpoint", &checkpoint.text);
    for name in [&early, &placed] {
        let arguments = ["verify", &square.url, "--receipt", name, "--since", &before, "--json"];
        verified(&town, &square, &arguments).await;
    }
    // Another's receipt, a lie about one's own, and what is hidden.
    let hidden = ana.get(&ballot(&secret)).await.expect(200);
    assert!(hidden["log"].get("index").is_none(), "{hidden}");
    let foreign = write("foreign.json", &hidden.to_string());
    let lie = write("lie.json", &receipt.to_string().replace("\"for\"", "\"against\""));
    for name in [foreign, lie] {
        let output = town.node.run(&["verify", &square.url, "--receipt", &name]).await;
        assert!(output.stdout.contains("receipt     DOES NOT HOLD"), "{}", output.stdout);
        output.expect(1);
    }
    let output = town.node.run(&["verify", &secret.url]).await;
    assert!(output.stdout.contains("hidden until closing"), "{}", output.stdout);
    output.expect(1);
    town.node.run(&["verify", "nowhere"]).await.expect(2);
    town.clerk.post(&format!("/consultations/{}/close", secret.slug), json!({})).await.expect(200);
    verified(&town, &secret, &["verify", &secret.url, "--receipt", &write("late.json", &hidden.to_string()), "--json"])
        .await;
}

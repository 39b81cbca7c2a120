//! Five nodes, on SQLite and PostgreSQL, between which everything goes wrong: they are parted, one is away for an hour, one is
//! killed in the midst of passing things on, one has stayed at an earlier schema, one lies. Once it is healed the origin's
//! tally is its log is what every mirror shows; each ballot counts once; each comment stands once wherever it should.

use std::path::Path;
use std::time::Duration;

use integration_tests::api::Api;
use integration_tests::database::Database;
use integration_tests::ground::Ground;
use integration_tests::node::{Node, draft};
use integration_tests::wait;
use serde_json::{Value, json};

use crate::relays::{carries, opens};
use crate::town::{Empty, FORUM, NEIGHBOUR as HOME, Published, STRANGER as RELAY, TOWN, counts, items};

on_both_databases! {
    after_any_faults_and_their_healing_all_five_agree,
    a_node_that_stayed_at_an_earlier_schema_catches_up,
}

/// Watches, and follows the town.
const WATCHER: &str = "d.test";
/// Hears of the town through the relay alone.
const FAR: &str = "e.test";
/// How long what was kept back for a minute, or held by a process that was killed, may take: back-off and leases end first.
const LONG: Duration = Duration::from_secs(150);
/// How many comments are written while the relay dies.
const SAID: usize = 12;

/// The nodes. The town asks, people of another node take part from home, a third one's forum carries the town's on to a
/// fourth, and a fifth watches.
struct Land {
    town: Node,
    home: Node,
    relay: Node,
    watcher: Node,
    far: Node,
    // After the nodes, which are gone when it is taken away.
    ground: Ground,
}

impl Land {
    async fn settled(empty: Empty) -> Self {
        let ground = Ground::of(&[TOWN, HOME, RELAY, WATCHER, FAR]).await;
        let town = Node::start_on(&ground, TOWN, empty()).await;
        let home = Node::start_on(&ground, HOME, Database::Sqlite).await;
        let relay = Node::start_on(&ground, RELAY, empty()).await;
        let watcher = Node::start_on(&ground, WATCHER, empty()).await;
        let far = Node::start_on(&ground, FAR, Database::Sqlite).await;
        let it = Self { town, home, relay, watcher, far, ground };
        opens(&it.town.admin(), FORUM).await;
        for node in [&it.home, &it.watcher] {
            follows(node).await;
        }
        opens(&it.relay.admin(), "neighbours").await;
        opens(&it.far.admin(), "territory").await;
        carries(&it.relay.admin(), "neighbours", &format!("@{FORUM}@{TOWN}")).await;
        carries(&it.far.admin(), "territory", &format!("@neighbours@{RELAY}")).await;
        it
    }

    fn others(&self) -> [&Node; 4] {
        [&self.home, &self.relay, &self.watcher, &self.far]
    }

    async fn publishes(&self, title: &str) -> Published {
        let made = asks(&self.town, title).await;
        for node in self.others() {
            known(node, &made.url).await;
        }
        made
    }

    /// Everybody shows these ballots and these comments, each once, and nothing else; and it can be counted again.
    async fn agrees(&self, on: &Published, open: [u64; 3], words: &[String]) {
        let clerk = self.town.admin();
        let path = format!("/consultations/{}", on.slug);
        let mut wanted = words.to_vec();
        wanted.sort();
        within(&format!("the town counts {open:?}"), async || {
            let results = clerk.get(&format!("{path}/results")).await.expect(200);
            (counts(&results, "open") == open).then_some(())
        })
        .await;
        stand(&clerk, &format!("{path}/comments"), &wanted, TOWN).await;
        let results = clerk.get(&format!("{path}/results")).await.expect(200);
        for node in self.others() {
            let api = node.admin();
            stand(&api, &format!("/remote/{TOWN}/c/{}/comments", on.slug), &wanted, &node.host).await;
            within(&format!("{} shows what {TOWN} counts", node.host), async || {
                let held = api.get(&format!("/remote?uri={}", on.url)).await.expect(200);
                let same = held["results"]["tiers"] == results["tiers"] && held["results"]["log"] == results["log"];
                (same && held["verified_at"].is_string()).then_some(())
            })
            .await;
        }
        self.watcher.run(&["verify", &on.url]).await.expect(0);
    }
}

async fn within<T>(what: &str, condition: impl AsyncFnMut() -> Option<T>) -> T {
    wait::within(LONG, || what.to_owned(), condition).await
}

async fn follows(node: &Node) {
    let clerk = node.admin();
    clerk.post("/follows", json!({"target": format!("@{FORUM}@{TOWN}")})).await.expect(201);
    wait::until("the follow is accepted", async || {
        let follows = items(&clerk.get("/follows").await.expect(200));
        follows.iter().any(|follow| follow["state"] == "accepted").then_some(())
    })
    .await;
}

async fn asks(town: &Node, title: &str) -> Published {
    let clerk = town.admin();
    let path = format!("/forums/{FORUM}/consultations");
    let made = clerk.post(&path, draft(title, json!({"kind": "vote"}))).await.expect(201);
    let text = |name: &str| made[name].as_str().expect("a string").to_owned();
    let (slug, url) = (text("slug"), text("url"));
    clerk.post(&format!("/consultations/{slug}/publish"), json!({})).await.expect(200);
    Published { slug, url }
}

async fn known(node: &Node, uri: &str) {
    let api = node.admin();
    within(&format!("{} knows {uri}", node.host), async || {
        let answer = api.get(&format!("/remote?uri={uri}")).await;
        (answer.status.is_success() && answer.json()["local_url"].is_string()).then_some(())
    })
    .await;
}

/// The words of the comments at `path`, sorted.
async fn words(api: &Api, path: &str) -> Vec<String> {
    let mut all: Vec<String> = items(&api.get(path).await.expect(200))
        .iter()
        // Of what is gone its place is kept, without a word: here by its state, on a mirror by what is said of it.
        .filter(|it| it["gone"].is_null() && (it["state"].is_null() || it["state"] == "visible"))
        .map(|it| it["text"].as_str().unwrap_or_default().trim().to_owned())
        .collect();
    all.sort();
    all
}

async fn stand(api: &Api, path: &str, wanted: &[String], host: &str) {
    let mut last = Vec::new();
    let asked = wait::within(
        LONG,
        || format!("the comments at {host} are these: {wanted:?}"),
        async || {
            last = words(api, path).await;
            (last == wanted).then_some(())
        },
    );
    asked.await;
}

fn at(of: &Published) -> String {
    format!("/remote/{TOWN}/c/{}", of.slug)
}

async fn votes(api: &Api, of: &Published, choice: &str) {
    api.put(&format!("{}/ballot", at(of)), json!({"choice": [choice]})).await.expect(202);
}

async fn says(api: &Api, path: &str, text: &str) -> Value {
    api.post(&format!("{path}/comments"), json!({"text": text})).await.expect(201)
}

async fn after_any_faults_and_their_healing_all_five_agree(empty: Empty) {
    let mut land = Land::settled(empty).await;
    let on = land.publishes("Close the square to cars?").await;
    let here = format!("/consultations/{}", on.slug);
    let (ana, marc) = (land.home.person("ana").await, land.home.person("marc").await);
    let eve = land.watcher.person("eve").await;
    let clerk = land.town.admin();
    let mut said: Vec<String> = Vec::new();
    let mut say = |text: &str| {
        said.push(text.to_owned());
        said.clone()
    };

    // Home is cut off from the town, then the watcher too; everybody goes on.
    land.ground.part(TOWN, HOME);
    votes(&ana, &on, "for").await;
    says(&ana, &at(&on), "From behind the wall.").await;
    land.ground.part(TOWN, WATCHER);
    votes(&eve, &on, "neutral").await;
    votes(&ana, &on, "against").await;
    says(&clerk, &here, "From the town hall.").await;
    say("From behind the wall.");
    let all = say("From the town hall.");
    land.ground.join(TOWN, HOME);
    land.ground.join(TOWN, WATCHER);
    land.agrees(&on, [0, 1, 1], &all).await;

    // The town is away for an hour; what is read stays readable, what is done waits.
    land.town.kill().await;
    votes(&marc, &on, "for").await;
    votes(&ana, &on, "for").await;
    let gone = says(&marc, &at(&on), "Said too soon.").await;
    says(&eve, &at(&on), "While you were away.").await;
    let page = land.home.get(&at(&on), "text/html").await.text;
    assert!(page.contains("From the town hall.") && page.contains(&format!("Waiting for {TOWN}")), "{page}");
    marc.delete(&format!("/comments/{}", gone["id"].as_str().expect("a key"))).await.expect(204);
    land.ground.passes(3_600);
    land.town.resume().await;
    let all = say("While you were away.");
    land.agrees(&on, [2, 1, 0], &all).await;

    // The relay dies while it passes things on, and comes back.
    let mut taken_back = Value::Null;
    for number in 0..SAID {
        let text = format!("Argument {number}.");
        let made = says(&clerk, &here, &text).await;
        if number == 2 {
            taken_back = made["id"].clone();
        } else {
            say(&text);
        }
    }
    let at_far = format!("{}/comments", at(&on));
    let far = land.far.admin();
    within("some of it is far", async || {
        let some = words(&far, &at_far).await;
        some.iter().any(|text| text.starts_with("Argument")).then_some(())
    })
    .await;
    land.relay.kill().await;
    clerk.delete(&format!("/comments/{}", taken_back.as_str().expect("a key"))).await.expect(204);
    land.ground.passes(60);
    land.relay.resume().await;
    let all = say("And one more.");
    says(&clerk, &here, "And one more.").await;
    land.agrees(&on, [2, 1, 0], &all).await;
}

/// The last step that brought the schema where it is: the words that take it back, and its version.
fn last_step(database: &str) -> (String, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let of = |folder: &str| {
        let all = std::fs::read_dir(root.join(folder)).expect("migrations");
        all.map(|one| one.expect("a folder").path()).collect::<Vec<_>>()
    };
    let mut all = of("migrations");
    all.extend(of(&format!("migrations-{database}")));
    let name = |path: &Path| path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
    let last = all.into_iter().max_by_key(|path| name(path)).expect("a migration");
    let down = std::fs::read_to_string(last.join("down.sql")).expect("the way back");
    let version = name(&last).split('_').next().expect("a version").replace('-', "");
    (down, version)
}

async fn a_node_that_stayed_at_an_earlier_schema_catches_up(empty: Empty) {
    let ground = Ground::of(&[TOWN, HOME]).await;
    let town = Node::start_on(&ground, TOWN, empty()).await;
    let database = empty();
    let kind = if matches!(database, Database::Sqlite) { "sqlite" } else { "postgres" };
    let mut home = Node::start_on(&ground, HOME, database).await;
    opens(&town.admin(), FORUM).await;
    follows(&home).await;
    let on = asks(&town, "Close the square to cars?").await;
    known(&home, &on.url).await;
    let ana = home.person("ana").await;
    votes(&ana, &on, "for").await;

    home.kill().await;
    let (down, version) = last_step(kind);
    let back = format!("{down}; DELETE FROM __diesel_schema_migrations WHERE version = '{version}';");
    home.executes([&back, &back]);
    let waits = home.run(&["account", "list"]).await;
    assert!(waits.code != 0 && waits.stderr.contains(&version), "a command leaves it as it is: {}", waits.stderr);
    says(&town.admin(), &format!("/consultations/{}", on.slug), "Said meanwhile.").await;
    home.resume().await;

    stand(&home.admin(), &format!("{}/comments", at(&on)), &["Said meanwhile.".to_owned()], HOME).await;
    votes(&ana, &on, "against").await;
    within("the ballot counts once", async || {
        let results = town.admin().get(&format!("/consultations/{}/results", on.slug)).await.expect(200);
        (counts(&results, "open") == [0, 0, 1]).then_some(())
    })
    .await;

    // The other way round: a node that finds a schema of a later version does not touch it.
    home.kill().await;
    home.executes(["INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231000000');"; 2]);
    let newer = home.run(&["migrate"]).await;
    assert!(newer.code != 0 && newer.stderr.contains("later version"), "{}", newer.stderr);
    home.executes(["DELETE FROM __diesel_schema_migrations WHERE version = '99991231000000';"; 2]);
    home.resume().await;
    assert!(home.get(&at(&on), "text/html").await.text.contains("Said meanwhile."));
}

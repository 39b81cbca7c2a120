//! The network as it is: whoever crawls from node to node meets every open consultation and its data, and each node shows
//! with whom it really exchanged what.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use integration_tests::net::Net;
use integration_tests::node::{ADMIN, Node, PASSWORD, draft};
use integration_tests::visitor::Visitor;
use integration_tests::wait;
use reqwest::Client;
use serde_json::{Value, json};

use crate::relays::opens;
use crate::town::{Empty, NEIGHBOUR, STRANGER, TOWN, items};

on_both_databases! {
    a_crawler_that_begins_anywhere_meets_all_data,
    the_map_and_the_table_show_what_was_exchanged,
}

/// More nodes than any test has.
const NODES_MOST: usize = 10;

/// Lets an administrator list the node, in the browser.
async fn lists(net: &Net, node: &Node) {
    let mut browser = Visitor::new(net);
    let door = browser.opens(&format!("{}/login", node.url())).await;
    browser.sends(&door, "/login", &[("who", ADMIN), ("password", PASSWORD)]).await;
    let relays = browser.opens(&format!("{}/admin/relays", node.url())).await;
    let saved = browser.sends(&relays, "/admin/relays", &[("act", "share"), ("listed", "1")]).await;
    assert!(saved.url.as_str().ends_with("told=saved"), "{saved:?}");
}

async fn publishes(node: &Node, forum: &str) -> (String, String) {
    let clerk = node.admin();
    let title = format!("What of the square of {}?", node.host);
    let path = format!("/forums/{forum}/consultations");
    let made = clerk.post(&path, draft(&title, json!({"kind": "vote"}))).await.expect(201);
    let text = |name: &str| made[name].as_str().expect("a string").to_owned();
    let (slug, url) = (text("slug"), text("url"));
    clerk.post(&format!("/consultations/{slug}/publish"), json!({})).await.expect(200);
    (slug, url)
}

async fn follows(node: &Node, target: &str) {
    let clerk = node.admin();
    let asked = clerk.post("/follows", json!({"target": target})).await.expect(201);
    wait::until("the follow is accepted", async || {
        let all = items(&clerk.get("/follows").await.expect(200));
        all.iter().any(|it| it["id"] == asked["id"] && it["state"] == "accepted").then_some(())
    })
    .await;
}

async fn known(node: &Node, uri: &str) {
    let clerk = node.admin();
    wait::until(&format!("{} knows {uri}", node.host), async || {
        clerk.get(&format!("/remote?uri={uri}")).await.json()["received"].is_string().then_some(())
    })
    .await;
}

/// Goes from directory to directory, as a stranger; what each node says of itself, by its address.
async fn crawls(client: &Client, first: &str) -> BTreeMap<String, Value> {
    let (mut waiting, mut met) = (VecDeque::from([format!("http://{first}/directory.json")]), BTreeMap::new());
    while let Some(at) = waiting.pop_front() {
        assert!(met.len() < NODES_MOST, "it has an end");
        if met.contains_key(&at) {
            continue;
        }
        let answer = client.get(&at).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{at}: {}", answer.status());
        assert_eq!(answer.headers()["access-control-allow-origin"], "*", "a page elsewhere may read it");
        let found: Value = answer.json().await.expect("JSON");
        let peers = found["peers"].as_array().expect("peers").iter();
        waiting.extend(peers.map(|peer| peer["directory"].as_str().expect("an address").to_owned()));
        met.insert(at, found);
    }
    met
}

/// All addresses of data that a directory tells.
fn data(directory: &Value) -> Vec<String> {
    let texts = |value: &Value| value.as_str().map(str::to_owned);
    let of = |name: &str| directory[name].as_array().expect("a list").clone();
    let tables = of("consultations").into_iter().flat_map(|on| on["datasets"].as_array().expect("tables").clone());
    let forums = of("forums").into_iter().map(|forum| forum["dataset"].clone());
    let results = of("consultations").into_iter().map(|on| on["results"].clone());
    tables.chain(forums).chain(results).chain([directory["catalogue"].clone()]).filter_map(|it| texts(&it)).collect()
}

async fn a_crawler_that_begins_anywhere_meets_all_data(empty: Empty) {
    let net = Net::new(&[TOWN, NEIGHBOUR, STRANGER]);
    let (mut nodes, mut published) = (Vec::new(), BTreeSet::new());
    // each knows the one before it alone, and whoever follows it
    for (number, host) in [TOWN, NEIGHBOUR, STRANGER].into_iter().enumerate() {
        let node = Node::start(&net, host, empty()).await;
        let forum = format!("forum{number}");
        opens(&node.admin(), &forum).await;
        lists(&net, &node).await;
        if let Some(before) = number.checked_sub(1) {
            let before: &Node = &nodes[before];
            follows(&node, &format!("@forum{}@{}", number - 1, before.host)).await;
            let (slug, url) = publishes(before, &format!("forum{}", number - 1)).await;
            known(&node, &url).await;
            published.insert((before.host.clone(), slug));
        }
        nodes.push(node);
    }
    let last = &nodes[2];
    let (slug, _) = publishes(last, "forum2").await;
    published.insert((last.host.clone(), slug));
    let client = net.client();
    for first in &nodes {
        let met = crawls(&client, &first.host).await;
        assert_eq!(met.len(), 3, "from {}: {:?}", first.host, met.keys());
        let mut addresses: BTreeSet<String> = BTreeSet::new();
        for directory in met.values() {
            addresses.extend(data(directory));
        }
        for (host, slug) in &published {
            for table in ["comments", "ballots", "results"] {
                let wanted = format!("http://{host}/c/{slug}/{table}.csv");
                assert!(addresses.contains(&wanted), "from {}: {wanted} of {addresses:?}", first.host);
            }
        }
        for address in addresses {
            let answer = client.get(&address).send().await.expect("an answer");
            assert!(answer.status().is_success(), "{address}: {}", answer.status());
        }
    }
}

/// The rows of the table on `/federation`: how much was received from a host, and how much sent there.
async fn table(node: &Node) -> BTreeMap<String, (u64, u64)> {
    let page = node.get("/federation", "text/html").await.text;
    let section = page.split("<section id=\"network\">").nth(1).expect("the table").split("</section>").next();
    let rows = section.expect("its end").split("<tr><th scope=\"row\"").skip(1);
    let cell = |text: &str| text.split('<').next().and_then(|number| number.parse().ok()).expect("a number");
    let row = |text: &str| {
        let host = text.split("</a>").next().and_then(|link| link.rsplit('>').next()).expect("a host").to_owned();
        let mut cells = text.split("<td class=\"num\">").skip(1).map(cell);
        (host, (cells.next().expect("received"), cells.next().expect("sent")))
    };
    rows.map(row).collect()
}

/// The hosts that the map names.
async fn map(node: &Node) -> BTreeSet<String> {
    let page = node.get("/federation", "text/html").await.text;
    let Some(figure) = page.split("id=\"map\"").nth(1) else { return BTreeSet::new() };
    let drawn = figure.split("<ol").next().expect("what is drawn before its legend");
    [TOWN, NEIGHBOUR, STRANGER].into_iter().filter(|host| drawn.contains(*host)).map(str::to_owned).collect()
}

async fn becomes(node: &Node, wanted: &[(&str, (u64, u64))]) {
    let wanted: BTreeMap<String, (u64, u64)> = wanted.iter().map(|(host, row)| ((*host).to_owned(), *row)).collect();
    wait::until(&format!("{} shows {wanted:?}", node.host), async || (table(node).await == wanted).then_some(())).await;
    let around: BTreeSet<String> = wanted.keys().cloned().chain([node.host.clone()]).collect();
    assert_eq!(map(node).await, around, "the map of {} shows the same", node.host);
}

async fn the_map_and_the_table_show_what_was_exchanged(empty: Empty) {
    let net = Net::new(&[TOWN, NEIGHBOUR, STRANGER]);
    let town = Node::start(&net, TOWN, empty()).await;
    let neighbour = Node::start(&net, NEIGHBOUR, empty()).await;
    let apart = Node::start(&net, STRANGER, empty()).await;
    opens(&town.admin(), "mobility").await;
    assert!(map(&town).await.is_empty() && table(&town).await.is_empty(), "nothing was exchanged");
    follows(&neighbour, &format!("@mobility@{TOWN}")).await;
    let (slug, url) = publishes(&town, "mobility").await;
    known(&neighbour, &url).await;
    let comments = format!("/consultations/{slug}/comments");
    for words in ["One.", "Two."] {
        let said = town.admin().post(&comments, json!({"text": words})).await.expect(201);
        known(&neighbour, said["uri"].as_str().expect("an address")).await;
    }
    // the debate, its ballot, and two comments; nothing has gone the other way
    becomes(&neighbour, &[(TOWN, (4, 0))]).await;
    becomes(&town, &[(NEIGHBOUR, (0, 4))]).await;

    let gone = town.admin().get(&comments).await.expect(200);
    let gone = items(&gone).into_iter().find(|it| it["text"] == "One.").expect("the first");
    town.admin().delete(&format!("/comments/{}", gone["id"].as_str().expect("a key"))).await.expect(204);
    wait::until("it is gone at the neighbour", async || {
        (table(&neighbour).await.get(TOWN) == Some(&(3, 0))).then_some(())
    })
    .await;
    let ana = neighbour.person("ana").await;
    ana.post(&format!("/remote/{TOWN}/c/{slug}/comments"), json!({"text": "Three."})).await.expect(201);
    wait::until("the town has it, from the neighbour", async || {
        (table(&town).await.get(NEIGHBOUR)?.0 == 1).then_some(())
    })
    .await;
    wait::until("the neighbour has sent one", async || (table(&neighbour).await.get(TOWN)?.1 == 1).then_some(())).await;
    assert!(table(&apart).await.is_empty() && map(&apart).await.is_empty(), "who exchanged nothing shows nothing");
}

//! `palabre doctor` on nodes that are well, and on nodes that are not.

use integration_tests::database::Database;
use integration_tests::net::Net;
use integration_tests::node::Node;
use serde_json::Value;

use crate::town::{Empty, TOWN, Town};

on_both_databases! {
    a_node_that_is_well_is_said_to_be_well,
}

/// What the doctor found, by check: state, detail, how to mend it.
async fn findings(node: &Node, more: &[&str]) -> (i32, Vec<Value>) {
    let arguments: Vec<&str> = ["doctor", "--json"].iter().chain(more).copied().collect();
    let output = node.run(&arguments).await;
    let found: Vec<Value> =
        serde_json::from_str(&output.stdout).unwrap_or_else(|why| panic!("{why}: {}", output.stderr));
    (output.code, found)
}

fn of<'a>(findings: &'a [Value], check: &str) -> &'a Value {
    let found = findings.iter().find(|finding| finding["check"] == check);
    found.unwrap_or_else(|| panic!("nothing about {check}: {findings:?}"))
}

async fn a_node_that_is_well_is_said_to_be_well(empty: Empty) {
    let town = Town::founded(empty).await;
    let (_peer, _ana) = town.stranger().await;
    let (code, found) = findings(&town.node, &[]).await;
    for check in ["disk", "database", "counts", "jobs", "deliveries", "domain", "clock", "WebFinger", "actor", "inbox"]
    {
        assert_eq!(of(&found, check)["state"], "ok", "{found:?}");
    }
    assert_eq!(of(&found, "mail")["state"], "warn", "mails are kept, which is said");
    assert!(of(&found, "mail")["mend"].as_str().is_some_and(|mend| mend.contains("mail.url")));
    assert_eq!(code, 0, "{found:?}");
    let plain = town.node.run(&["doctor"]).await.expect(0);
    assert!(plain.contains("ok    WebFinger"), "{plain}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_does_not_answer_under_its_name_fails_with_what_to_mend() {
    let mut town = Town::founded(|| Database::Sqlite).await;
    town.node.stop().await;
    let (code, found) = findings(&town.node, &[]).await;
    assert_eq!((code, &of(&found, "domain")["state"]), (1, &Value::from("fail")));
    assert!(of(&found, "domain")["mend"].as_str().is_some_and(|mend| mend.contains("DNS")));
    assert!(found.iter().all(|finding| finding["check"] != "inbox"), "what cannot be reached is not asked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_leads_elsewhere_fails() {
    let net = Net::new(&[TOWN, "elsewhere.test"]);
    let node = Node::start(&net, TOWN, Database::Sqlite).await;
    let other = Node::start(&net, "elsewhere.test", Database::Sqlite).await;
    let mut crossed = net.clone();
    crossed.moves(TOWN, "elsewhere.test");
    node.knows(&crossed);
    let (code, found) = findings(&node, &[]).await;
    assert_eq!((code, &of(&found, "domain")["state"]), (1, &Value::from("fail")), "{found:?}");
    assert!(
        of(&found, "domain")["detail"].as_str().is_some_and(|detail| detail.contains("elsewhere.test")),
        "{found:?}"
    );
    drop(other);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_server_that_is_not_there_fails() {
    let net = Net::new(&[TOWN, "mail.test"]);
    let mail = format!("[mail]\nurl = \"smtp://{}\"\nfrom = \"a@b.example\"\n", net.address("mail.test"));
    let node = Node::start_with(&net, TOWN, Database::Sqlite, &mail).await;
    let (code, found) = findings(&node, &[]).await;
    assert_eq!((code, &of(&found, "mail")["state"]), (1, &Value::from("fail")), "{found:?}");
}

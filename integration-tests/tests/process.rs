//! The program as an administrator meets it.

use integration_tests::database::Database;
use integration_tests::net::Net;
use integration_tests::node::Node;
use reqwest::StatusCode;
use serde_json::Value;

use crate::town::{Empty, TOWN, Town};

on_both_databases! {
    machines_are_answered,
    what_a_command_did_is_seen_at_once,
    commands_refuse_plainly,
}

async fn machines_are_answered(empty: Empty) {
    let town = Town::founded(empty).await;
    for path in ["/livez", "/readyz"] {
        assert_eq!(town.node.get(path, "*/*").await.status, StatusCode::OK, "{path}");
    }
    let metrics = town.node.get("/metrics", "*/*").await;
    assert_eq!(metrics.status, StatusCode::OK);
    assert!(metrics.text.contains("# TYPE"), "{}", metrics.text);
    let api = town.clerk.anonymous().get("/openapi.json").await.expect(200);
    assert!(api["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")), "{}", api["openapi"]);
    let node = town.clerk.anonymous().get("/node").await.expect(200);
    assert_eq!(node["domain"], TOWN);
    for version in ["2.0", "2.1"] {
        let info = town.node.get(&format!("/nodeinfo/{version}"), "application/activity+json").await.expect(200);
        assert_eq!(info["version"], version);
    }
    let meta = town.node.get("/.well-known/host-meta", "*/*").await;
    assert!(meta.text.contains("webfinger"), "{}", meta.text);
    // The node's own actor is there for everyone, unsigned.
    assert_eq!(town.node.document("/").await["type"], "Application");
}

async fn what_a_command_did_is_seen_at_once(empty: Empty) {
    let town = Town::founded(empty).await;
    let marc = town.node.person("marc").await;
    assert_eq!(marc.get("/me").await.expect(200)["name"], "marc");
    let listed = town.node.run(&["account", "list", "--json"]).await.expect(0);
    let listed: Value = serde_json::from_str(&listed).expect("JSON");
    assert!(listed.to_string().contains("\"marc\""), "{listed}");
    town.node.run(&["account", "disable", "marc"]).await.expect(0);
    marc.get("/me").await.refused(403, "account-disabled");
}

async fn commands_refuse_plainly(empty: Empty) {
    let net = Net::new(&[TOWN]);
    let mut node = Node::start(&net, TOWN, empty()).await;
    assert_eq!(node.run(&["no-such-command"]).await.code, 2);
    assert_eq!(node.run(&["token", "create", "--account", "nobody"]).await.code, 1);
    assert_eq!(node.run(&["account", "create", "admin", "--email", "x@example.org"]).await.code, 2, "no password");
    assert_eq!(node.stop().await, Some(0));

    let config = node.folder().join("palabre.toml");
    let good = std::fs::read_to_string(&config).expect("a configuration file");
    std::fs::write(&config, format!("{good}\n[nodes]\ndomain = \"x\"\n")).expect("written");
    for command in [&["serve"][..], &["account", "list"], &["migrate"]] {
        let output = node.run(command).await;
        assert_eq!(output.code, 1, "{command:?}");
        assert!(output.stderr.contains("nodes"), "{}", output.stderr);
    }
    std::fs::write(&config, good.replace("domain = \"a.test\"", "domain = \"c.test\"")).expect("written");
    let output = node.run(&["serve"]).await;
    assert_eq!(output.code, 1);
    assert!(output.stderr.contains("a.test") && output.stderr.contains("c.test"), "{}", output.stderr);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_answers_help() {
    let net = Net::new(&[TOWN]);
    let node = Node::start(&net, TOWN, Database::Sqlite).await;
    for command in ["serve", "setup", "account", "token", "mail", "migrate", "import", "export", "demo"] {
        let output = node.run(&[command, "--help"]).await.expect(0);
        assert!(output.contains("Usage"), "{command}: {output}");
    }
}

//! The description of the API held against a running node by Schemathesis: what it generates from the description is
//! answered with a status, a content type and a document that the description names.

use std::process::Stdio;

use integration_tests::net::Net;
use integration_tests::node::{Node, draft};
use integration_tests::wait;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::town::{Empty, FORUM, Published, TOWN, Town};

on_both_databases! {
    what_is_answered_is_what_is_described,
    every_method_in_every_state_is_as_described,
}

/// Calls for each operation in `./check`; `./check --long` gives another number.
const EXAMPLES: &str = "12";
/// The same calls each time, so that what fails once fails again.
const SEED: &str = "20261123";
/// What is asked of every answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance,unsupported_method,ignored_auth";

/// Thousands of calls come from one address within a minute.
const LIMITS: &str = "[limits]\napi_reads = 1000000\napi_writes = 1000000\nanonymous = 1000000\n";

async fn what_is_answered_is_what_is_described(empty: Empty) {
    let town = Town::founded_with(empty, LIMITS).await;
    let made = town.asks("Close the square?").await;
    let comment = json!({"text": "The 12 would take ten minutes more."});
    let said = town.clerk.post(&format!("/consultations/{}/comments", made.slug), comment).await.expect(201);
    let about = Known { slug: made.slug, comment: said["id"].as_str().expect("an id").to_owned() };
    run(&town.node, &town.net, &about).await;
}

/// What there is to ask about.
struct Known {
    slug: String,
    comment: String,
}

#[expect(clippy::disallowed_methods, reason = "./check names the python, and how long to try")]
fn told(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn told_python() -> String {
    told("PALABRE_TEST_PYTHON").expect("a python with schemathesis; ./check makes one")
}

/// Runs it with half of the parameters known, so that calls reach what is there.
async fn run(node: &Node, net: &Net, known: &Known) {
    let settings = node.folder().join("schemathesis.toml");
    let text = format!(
        "[[operations]]\ninclude-path-regex = \"^/api/v1/(consultations|c)/\"\nparameters = {{ \"path.slug\" = \"{}\" }}\n\
         [[operations]]\ninclude-path-regex = \"^/api/v1/forums/\"\nparameters = {{ \"path.slug\" = \"{FORUM}\" }}\n\
         [[operations]]\ninclude-path-regex = \"^/api/v1/comments/\"\nparameters = {{ \"path.id\" = \"{}\" }}\n",
        known.slug, known.comment,
    );
    std::fs::write(&settings, text).expect("its settings");
    let origin = format!("http://{}", net.address(TOWN));
    let mut command = Command::new(told_python());
    command.args(["-m", "schemathesis.cli", "--config-file"]).arg(&settings).arg("run");
    command.args([&format!("{origin}/api/v1/openapi.json"), "--url", &origin]);
    let examples = told("PALABRE_TEST_EXAMPLES").unwrap_or_else(|| EXAMPLES.to_owned());
    command.args(["--max-examples", &examples, "--seed", SEED, "--checks", CHECKS]);
    command.args(["--phases", "examples,coverage,fuzzing", "--no-color", "--header"]);
    command.arg(format!("Authorization: Bearer {}", node.admin_token()));
    let done = command.current_dir(node.folder()).stdin(Stdio::null()).output().await.expect("schemathesis runs");
    let output = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{output}\n{}", String::from_utf8_lossy(&done.stderr));
    assert!(output.contains("selected"), "it tested something: {output}");
}

/// Every method, with a choice that it takes.
fn methods() -> Vec<(Value, Value)> {
    vec![
        (json!({"kind": "vote"}), json!(["for"])),
        (json!({"kind": "poll", "options": ["A", "B", "C"], "multiple": true}), json!(["o1", "o3"])),
        (json!({"kind": "support", "goal": 1}), json!(["support"])),
        (json!({"kind": "scale", "min": 0, "max": 50, "step": 25}), json!(["25"])),
        (json!({"kind": "ranking", "options": ["A", "B", "C"]}), json!(["o2", "o1"])),
        (json!({"kind": "articles"}), json!(["a1:for"])),
        (json!({"kind": "none"}), Value::Null),
    ]
}

/// Closed, with its final result, and with what became of it.
async fn concluded(town: &Town, of: &Published, comment: &str) {
    let path = format!("/consultations/{}", of.slug);
    town.clerk.post(&format!("{path}/close"), json!({})).await.expect(200);
    wait::until("a final result", async || {
        let results = town.clerk.get(&format!("{path}/results")).await.expect(200);
        (results["final"] == true).then_some(())
    })
    .await;
    let answers = json!([{"argument": comment, "text": "It does."}]);
    let outcome = json!({"decision": "Yes.", "text": "We do it.", "answers": answers, "next_step": "The works begin."});
    town.clerk.post(&format!("{path}/outcome"), outcome).await.expect(200);
}

async fn every_method_in_every_state_is_as_described(empty: Empty) {
    let town = Town::founded_with(empty, LIMITS).await;
    let voter = town.node.person("ana").await;
    let mut known = vec![json!({"slug": FORUM})];
    for (method, choice) in methods() {
        for ends in [false, true] {
            let mut asked = draft("Benches for the square?", method.clone());
            asked["text"] = json!("## Trees\n\nTen.\n\n## Benches\n\nFive.");
            let of = town.publishes(asked).await;
            let path = format!("/consultations/{}", of.slug);
            if !choice.is_null() {
                voter.put(&format!("{path}/ballot"), json!({"choice": choice})).await.expect(201);
                wait::until("a ballot counted", async || {
                    let results = town.clerk.get(&format!("{path}/results")).await.expect(200);
                    (results["tiers"]["member"]["voters"] == 1).then_some(())
                })
                .await;
            }
            let said = voter.post(&format!("{path}/comments"), json!({"text": "It would help."})).await.expect(201);
            let comment = said["id"].as_str().expect("an id");
            if ends {
                concluded(&town, &of, comment).await;
            }
            known.push(json!({"slug": of.slug, "id": comment, "version": "1"}));
        }
    }
    let origin = format!("http://{}", town.net.address(TOWN));
    let told = json!({"origin": origin, "token": town.node.admin_token(), "known": known});
    let output = every_answer(&told).await;
    let answers = output.lines().last().and_then(|line| line.split(' ').next()?.parse().ok()).unwrap_or(0);
    assert!(answers > 20 * known.len(), "it asked little: {output}");
}

/// What the script says, which reads everything that is `told` to be there.
async fn every_answer(told: &Value) -> String {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/described/states.py");
    let mut command = Command::new(told_python());
    command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut process = command.spawn().expect("python starts");
    let mut input = process.stdin.take().expect("piped");
    input.write_all(told.to_string().as_bytes()).await.expect("it reads");
    drop(input);
    let done = process.wait_with_output().await.expect("it ends");
    let output = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(done.status.success(), "{output}\n{}", String::from_utf8_lossy(&done.stderr));
    output
}

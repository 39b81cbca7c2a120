//! The description of the API held against a running node by Schemathesis: what it generates from the description is
//! answered with a status, a content type and a document that the description names.

use std::process::Stdio;

use integration_tests::net::Net;
use integration_tests::node::{Node, draft};
use serde_json::json;
use tokio::process::Command;

use crate::town::{Empty, FORUM, TOWN};

on_both_databases! { what_is_answered_is_what_is_described }

/// Calls for each operation in `./check`; `./check --long` gives another number.
const EXAMPLES: &str = "12";
/// The same calls each time, so that what fails once fails again.
const SEED: &str = "20261123";
/// What is asked of every answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance,unsupported_method,ignored_auth";

async fn what_is_answered_is_what_is_described(empty: Empty) {
    let net = Net::new(&[TOWN]);
    // Thousands of calls come from one address within a minute.
    let limits = "[limits]\napi_reads = 1000000\napi_writes = 1000000\nanonymous = 1000000\n";
    let node = Node::start_with(&net, TOWN, empty(), limits).await;
    let clerk = node.admin();
    let forum = json!({"slug": FORUM, "title": "Getting about", "visibility": "public", "language": "en"});
    clerk.post("/forums", forum).await.expect(201);
    let path = format!("/forums/{FORUM}/consultations");
    let made = clerk.post(&path, draft("Close the square?", json!({"kind": "vote"}))).await.expect(201);
    let slug = made["slug"].as_str().expect("a slug").to_owned();
    clerk.post(&format!("/consultations/{slug}/publish"), json!({})).await.expect(200);
    let comment = json!({"text": "The 12 would take ten minutes more."});
    let said = clerk.post(&format!("/consultations/{slug}/comments"), comment).await.expect(201);
    let about = Known { slug, comment: said["id"].as_str().expect("an id").to_owned() };
    run(&node, &net, &about).await;
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

/// Runs it with half of the parameters known, so that calls reach what is there.
async fn run(node: &Node, net: &Net, known: &Known) {
    let python = told("PALABRE_TEST_PYTHON").expect("a python with schemathesis; ./check makes one");
    let settings = node.folder().join("schemathesis.toml");
    let text = format!(
        "[[operations]]\ninclude-path-regex = \"^/api/v1/(consultations|c)/\"\nparameters = {{ \"path.slug\" = \"{}\" }}\n\
         [[operations]]\ninclude-path-regex = \"^/api/v1/forums/\"\nparameters = {{ \"path.slug\" = \"{FORUM}\" }}\n\
         [[operations]]\ninclude-path-regex = \"^/api/v1/comments/\"\nparameters = {{ \"path.id\" = \"{}\" }}\n",
        known.slug, known.comment,
    );
    std::fs::write(&settings, text).expect("its settings");
    let origin = format!("http://{}", net.address(TOWN));
    let mut command = Command::new(python);
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

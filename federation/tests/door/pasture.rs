//! The inputs with which the fediverse tests its servers (`pasture.py`): each is taken in, or refused with a reason.

use std::process::Command;

use http::StatusCode;
use serde_json::{Value, json};

use crate::town::{Town, User, activity, note};

/// Every input. The Python that has the two packages is the one that `./check` makes.
#[expect(clippy::disallowed_methods, reason = "tests are told by the environment where their Python is")]
fn inputs(sender: &User) -> Vec<Value> {
    let python = std::env::var("PALABRE_TEST_PYTHON").expect("PALABRE_TEST_PYTHON names a Python with the inputs");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pasture.py");
    let told = Command::new(python).args([script, &sender.id, "https://a.test/f/mobilite"]).output().expect("it runs");
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let lines = String::from_utf8(told.stdout).expect("text");
    lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// What is posted for an input: its activity, or a reply to the consultation that has its fields.
fn posted(sender: &User, page: &str, input: &Value) -> Value {
    if input["what"] == "activity" {
        let mut sent = input["value"].clone();
        if sent["object"].is_object() {
            sent["object"]["inReplyTo"] = json!(page);
        }
        return sent;
    }
    let mut object = note(sender, page, "<p>Words</p>");
    for (name, value) in input["value"].as_object().into_iter().flatten() {
        object[name] = value.clone();
    }
    object["inReplyTo"] = json!(page);
    activity(sender, "Create", object)
}

#[tokio::test]
async fn every_input_of_the_pasture_is_taken_in_or_refused_with_a_reason() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (_, on) = town.live_vote(&ana).await;
    let page = town.app.address.consultation(&on.slug);
    let inputs = inputs(&ana);
    assert!(inputs.len() > 300, "{} inputs", inputs.len());
    let mut taken = 0;
    for input in &inputs {
        let sent = posted(&ana, &page, input);
        let (status, code) = town.posts(&ana, "/inbox", sent.to_string().as_bytes()).await;
        let refused = matches!(status.as_u16(), 400 | 401 | 403 | 413) && !code.is_empty();
        assert!(status == StatusCode::ACCEPTED || refused, "{}: {status} {code}", input["name"]);
        taken += usize::from(status == StatusCode::ACCEPTED);
    }
    assert!(taken * 10 > inputs.len() * 8, "{taken} of {} are taken in", inputs.len());
    let comments = town.world.again(&on).await.comment_count;
    assert!(comments > 100, "{comments} of them are comments");
    let html = {
        let mut conn = town.world.store.conn().await.expect("a connection");
        let all = model::debate::comment::list(&mut conn, on.id, None, 1_000).await.expect("comments");
        all.into_iter().map(|(comment, _)| comment.html.to_lowercase()).collect::<String>()
    };
    for bad in ["<script", "<style", "<iframe", "href=\"javascript:", "<form", "<img"] {
        assert!(!html.contains(bad), "{bad}");
    }
    town.works().await;
    town.peer.takes();
}

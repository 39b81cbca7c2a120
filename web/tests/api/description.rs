//! The description of the API is what is mounted, and people can read it.

use std::collections::BTreeSet;

use axum::http::Method;
use model::testing::World;
use serde_json::Value;

use crate::desk::Desk;

const METHODS: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

fn objects(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// Every `$ref` below a value.
fn references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            found.extend(fields.get("$ref").and_then(Value::as_str));
            fields.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[tokio::test]
async fn what_is_described_is_mounted_and_nothing_else() {
    let desk = Desk::of(World::sqlite().await);
    let anyone = desk.anyone();
    let document = anyone.get("/openapi.json").await.is(200);
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut ids = BTreeSet::new();
    for (path, item) in objects(&document["paths"]) {
        let there = path.replace("{slug}", "nothing").replace("{id}", "nothing").replace("{name}", "nobody");
        for method in METHODS {
            let described = &item[method.as_str().to_lowercase()];
            let answer = anyone.raw(method.clone(), &there, String::new(), &[]).await;
            assert_eq!(answer.status == 405, described.is_null(), "{method} {path}: {}", answer.text);
            if described.is_null() {
                continue;
            }
            assert!(ids.insert(described["operationId"].as_str().unwrap().to_owned()), "{method} {path}");
            assert!(!described["summary"].as_str().unwrap().is_empty(), "{method} {path}");
            let needs_token = described["security"].as_array().unwrap().iter().all(|way| way.get("token").is_some());
            assert_eq!(answer.status == 401, needs_token, "{method} {path}");
            let parameters = described["parameters"].as_array().into_iter().flatten();
            let given: Vec<_> = parameters.filter(|p| p["in"] == "path").map(|p| p["name"].as_str().unwrap()).collect();
            let wanted: Vec<_> = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).collect();
            assert_eq!(given, wanted, "{method} {path}");
        }
    }
    assert!(ids.len() > 20, "{ids:?}");
    let mut found = Vec::new();
    references(&document, &mut found);
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[tokio::test]
async fn people_read_it_on_a_page_without_script() {
    let desk = Desk::of(World::sqlite().await);
    let page = desk.anyone().call(Method::GET, "", String::new(), &[]).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    for words in
        ["PUT /api/v1/consultations/{slug}/ballot", "id=\"BallotReceipt\"", "/api/v1/openapi.json", "after_close"]
    {
        assert!(page.text.contains(words), "{words}");
    }
    assert!(!page.text.contains("<script"));
}

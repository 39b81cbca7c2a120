//! What a node refuses: each its own status and stable code, and nothing changed.

use integration_tests::api::{Answer, Api};
use integration_tests::node::draft;
use reqwest::Method;
use serde_json::{Value, json};

use crate::town::{Empty, FORUM, Published, TOWN, Town, items};

on_both_databases! {
    ballots_that_are_refused,
    drafts_that_are_refused,
    calls_that_are_refused,
    roles_are_asked_everywhere,
    what_locks_is_locked,
    a_form_from_another_site_is_refused,
}

async fn casts(person: &Api, on: &Published, choice: Value) -> Answer {
    person.put(&format!("/consultations/{}/ballot", on.slug), json!({"choice": choice})).await
}

async fn ballots_that_are_refused(empty: Empty) {
    let town = Town::founded(empty).await;
    let marc = town.node.person("marc").await;
    let square = town.asks("Close the square to cars?").await;
    let ballot = format!("/consultations/{}/ballot", square.slug);

    marc.get(&ballot).await.refused(404, "not-found");
    marc.delete(&ballot).await.refused(404, "not-found");
    casts(&marc, &square, json!(["perhaps"])).await.refused(422, "unknown-choice");
    casts(&marc, &square, json!([])).await.refused(422, "nothing-chosen");
    casts(&marc, &square, json!(["for", "against"])).await.refused(422, "too-many-choices");
    casts(&marc.anonymous(), &square, json!(["for"])).await.refused(401, "not-signed-in");
    assert_eq!(town.counts(&square, "member").await, [0, 0, 0]);

    let receipt = casts(&marc, &square, json!(["for"])).await.expect(201);
    assert_eq!(receipt["choice"], json!(["for"]));
    town.counts_become(&square, "member", &[1, 0, 0]).await;
    casts(&marc, &square, json!(["against"])).await.expect(200);
    town.counts_become(&square, "member", &[0, 0, 1]).await;
    marc.delete(&ballot).await.expect(204);
    town.counts_become(&square, "member", &[0, 0, 0]).await;
    casts(&marc, &square, json!(["neutral"])).await.expect(201);
    town.counts_become(&square, "member", &[0, 1, 0]).await;

    town.clerk.post(&format!("/consultations/{}/close", square.slug), json!({})).await.expect(200);
    casts(&marc, &square, json!(["for"])).await.refused(422, "closed");
    marc.delete(&ballot).await.refused(422, "closed");
    let results = town.clerk.get(&format!("/consultations/{}/results", square.slug)).await.expect(200);
    assert_eq!(results["final"], true);
    assert_eq!(town.counts(&square, "member").await, [0, 1, 0]);
    assert!(!town.node.log_text().contains("ERROR"), "{}", town.node.log_text());
}

async fn drafts_that_are_refused(empty: Empty) {
    let town = Town::founded(empty).await;
    let path = format!("/forums/{FORUM}/consultations");
    let good = draft("A question", json!({"kind": "vote"}));
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body
    };
    let mut without_title = good.clone();
    without_title.as_object_mut().expect("an object").remove("title");
    let too_long = "x".repeat(1_000_000);
    let one_option = json!({"kind": "poll", "options": ["Only"], "multiple": false});
    let like_an_id = json!({"kind": "poll", "options": ["o2", "Other"], "multiple": false});
    let table = [
        (without_title, 400),
        (with("title", json!(7)), 400),
        (with("method", json!({"kind": "lottery"})), 400),
        (with("closes_at", json!("tomorrow")), 400),
        (with("title", json!("")), 422),
        (with("title", json!("x".repeat(5_000))), 422),
        (with("text", json!(too_long)), 422),
        (with("closes_at", json!("2001-01-01T00:00:00Z")), 422),
        (with("method", one_option), 422),
        (with("method", like_an_id), 422),
    ];
    for (body, status) in table {
        let asked: String = body.to_string().chars().take(300).collect();
        let answer = town.clerk.post(&path, body).await;
        assert_eq!(answer.status.as_u16(), status, "{asked}: {}", answer.text);
        assert_eq!(answer.content_type, "application/problem+json");
        assert!(answer.json()["code"].is_string(), "{}", answer.text);
    }
    let listed = items(&town.clerk.get("/consultations").await.expect(200));
    assert!(listed.is_empty(), "{listed:?}");
}

async fn calls_that_are_refused(empty: Empty) {
    let town = Town::founded(empty).await;
    let forum = town.clerk.get(&format!("/forums/{FORUM}")).await.expect(200);
    assert_eq!(forum["handle"], format!("@{FORUM}@{TOWN}"));
    let anyone = town.clerk.anonymous();
    let liar = town.node.api("not-a-token");

    // Without a token the body is not even read.
    anyone.call(Method::POST, "/forums", Some("{".to_owned())).await.refused(401, "not-signed-in");
    liar.get("/me").await.refused(401, "not-signed-in");
    town.clerk.call(Method::POST, "/forums", Some("{".to_owned())).await.refused(400, "malformed");
    town.clerk.call(Method::POST, "/forums", Some("[]".to_owned())).await.refused(400, "malformed");
    anyone.get("/nothing-here").await.refused(404, "not-found");
    anyone.get("/consultations/nothing-here").await.refused(404, "not-found");
    anyone.call(Method::DELETE, "/node", None).await.refused(405, "method-not-allowed");
    let huge = format!("{{\"slug\": \"{}\"}}", "x".repeat(20_000_000));
    town.clerk.call(Method::POST, "/forums", Some(huge)).await.refused(413, "too-large");
    let again = json!({"slug": FORUM, "title": "Again", "summary": "", "visibility": "public", "language": "en"});
    let problem = town.clerk.post("/forums", again).await.refused(422, "invalid");
    assert_eq!((&problem["errors"][0]["field"], &problem["errors"][0]["code"]), (&json!("slug"), &json!("taken")));
    for reserved in ["admin", "login", "..", "A B", "é"] {
        let body = json!({"slug": reserved, "title": "No", "summary": "", "visibility": "public", "language": "en"});
        let answer = town.clerk.post("/forums", body).await;
        assert_eq!(answer.status.as_u16(), 422, "{reserved}: {}", answer.text);
    }
    assert_eq!(items(&anyone.get("/forums").await.expect(200)).len(), 1);
}

async fn roles_are_asked_everywhere(empty: Empty) {
    let town = Town::founded(empty).await;
    let marc = town.node.person("marc").await;
    let square = town.asks("Close the square to cars?").await;
    let slug = &square.slug;
    let made = town.drafts_in(FORUM, draft("Not yet", json!({"kind": "vote"}))).await;
    let forum = json!({"slug": "mine", "title": "Mine", "summary": "", "visibility": "public", "language": "en"});
    let question = draft("Mine too", json!({"kind": "vote"}));
    let calls = [
        (Method::POST, "/forums".to_owned(), forum),
        (Method::PATCH, format!("/forums/{FORUM}"), json!({"title": "Mine"})),
        (Method::POST, format!("/forums/{FORUM}/consultations"), question),
        (Method::POST, format!("/consultations/{slug}/close"), json!({})),
        (Method::PATCH, format!("/consultations/{slug}"), json!({"title": "Mine"})),
        (Method::PUT, format!("/forums/{FORUM}/members/marc"), json!({"role": "author"})),
        (Method::POST, "/follows".to_owned(), json!({"target": "@x@b.test"})),
    ];
    for (method, path, body) in calls {
        let asked = format!("{method} {path}");
        let nobody = marc.anonymous().call(method.clone(), &path, Some(body.to_string())).await;
        assert_eq!(nobody.status.as_u16(), 401, "{asked}: {}", nobody.text);
        let participant = marc.call(method, &path, Some(body.to_string())).await;
        assert_eq!(participant.status.as_u16(), 403, "{asked}: {}", participant.text);
    }
    // Another's draft is not there at all.
    marc.get(&format!("/consultations/{}", made.slug)).await.refused(404, "not-found");

    let role = json!({"role": "author"});
    let given = town.clerk.put(&format!("/forums/{FORUM}/members/marc"), role).await;
    assert!(given.status.is_success(), "{}", given.text);
    let question = draft("An author may", json!({"kind": "vote"}));
    marc.post(&format!("/forums/{FORUM}/consultations"), question).await.expect(201);
}

async fn what_locks_is_locked(empty: Empty) {
    let town = Town::founded(empty).await;
    let marc = town.node.person("marc").await;
    let square = town.asks("Close the square to cars?").await;
    let path = format!("/consultations/{}", square.slug);
    let later = json!({"closes_at": integration_tests::clock::in_hours(90)});
    town.clerk.patch(&path, later).await.refused(422, "locked");
    casts(&marc, &square, json!(["for"])).await.expect(201);
    let other = json!({"method": {"kind": "poll", "options": ["A", "B"], "multiple": false}});
    town.clerk.patch(&path, other).await.refused(422, "locked");
}

async fn a_form_from_another_site_is_refused(empty: Empty) {
    let town = Town::founded(empty).await;
    let client = town.net.client();
    let forms = [("sec-fetch-site", "cross-site"), ("origin", "http://evil.test")];
    for (header, value) in forms {
        for page in ["/login", "/signup"] {
            let request = client.post(format!("http://{TOWN}{page}")).header(header, value);
            let request = request.header("content-type", "application/x-www-form-urlencoded").body("name=x&password=y");
            let answer = Answer::of(format!("POST {page} {header}: {value}"), request).await;
            assert_eq!(answer.status.as_u16(), 403, "{}: {}", answer.asked, answer.text);
        }
    }
}

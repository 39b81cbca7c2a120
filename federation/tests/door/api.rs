use axum::body::{Body, to_bytes};
use http::{Method, StatusCode};
use model::people::account::Account;
use model::people::token;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::town::{PEER, Town, activity};

async fn secret(town: &Town, of: &Account) -> String {
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let secret = token::create(&mut tx, town.now(), of, None).await.expect("a token");
    tx.commit().await.expect("committed");
    secret
}

async fn call(town: &Town, method: Method, path: &str, token: Option<&str>, body: &str) -> (u16, Value) {
    let mut request = http::Request::builder().method(method).uri(path);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let request = request.body(Body::from(body.to_owned())).expect("a request");
    let response = federation::api(town.app.clone()).oneshot(request).await.expect("an answer");
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, 1 << 20).await.expect("a body");
    if !parts.status.is_success() {
        assert_eq!(parts.headers["content-type"], "application/problem+json");
    }
    (parts.status.as_u16(), serde_json::from_slice(&body).unwrap_or_default())
}

#[tokio::test]
async fn an_administrator_follows_lists_and_takes_back() {
    let town = Town::new().await;
    let group = town.peer.actor("Group", "/f/neighbours");
    let token = secret(&town, &town.world.admin).await;
    let wish = json!({"target": "@neighbours@peer.test"}).to_string();
    let (status, follow) = call(&town, Method::POST, "/follows", Some(&token), &wish).await;
    assert_eq!((status, &follow["state"]), (201, &json!("requested")));
    assert_eq!(call(&town, Method::POST, "/follows", Some(&token), &wish).await.1["id"], follow["id"], "once");
    let told = town.tells().await;
    assert_eq!(told.len(), 1);
    let accept = activity(&group, "Accept", told[0].activity.clone());
    assert_eq!(town.takes_in(&group, &accept).await, StatusCode::ACCEPTED);
    let (_, list) = call(&town, Method::GET, "/follows", Some(&token), "").await;
    assert_eq!((&list["items"][0]["state"], &list["next"]), (&json!("accepted"), &Value::Null));
    assert_eq!(list["items"][0]["target"], "@neighbours@peer.test");

    let found = call(&town, Method::GET, &format!("/remote?uri={}", group.id), None, "").await;
    assert_eq!((found.0, &found.1["kind"]), (200, &json!("forum")));
    let page = format!("{PEER}/c/place-7kq2");
    let document = json!({"id": page, "type": "Page", "attributedTo": town.peer.user("mairie").id, "name": "Close?", "content": "<p>x</p>"});
    town.peer.serves(&page, document);
    town.takes_in(&group, &activity(&group, "Announce", json!(page))).await;
    let (_, copy) = call(&town, Method::GET, &format!("/remote?uri={page}"), None, "").await;
    assert_eq!((&copy["kind"], &copy["uri"]), (&json!("consultation"), &json!(page)));
    assert_eq!(copy["local_url"], "https://a.test/remote/peer.test/c/place-7kq2");

    let path = format!("/follows/{}", follow["id"].as_str().expect("an id"));
    assert_eq!(call(&town, Method::DELETE, &path, Some(&token), "").await.0, 204);
    assert_eq!(town.tells().await[0].activity["type"], "Undo");
    assert_eq!(call(&town, Method::GET, "/follows", Some(&token), "").await.1["items"], json!([]));
    assert_eq!(call(&town, Method::DELETE, &path, Some(&token), "").await.0, 404);
}

#[tokio::test]
async fn each_refusal_has_its_status_and_code() {
    let town = Town::new().await;
    let citizen = town.world.account("citizen").await;
    let (admin, citizen) = (secret(&town, &town.world.admin).await, secret(&town, &citizen).await);
    let wish = json!({"target": "@nobody@peer.test"}).to_string();
    for (token, body, status, code) in [
        (None, wish.as_str(), 401, "not-signed-in"),
        (None, "nonsense", 401, "not-signed-in"),
        (Some("wrong"), wish.as_str(), 401, "not-signed-in"),
        (Some(citizen.as_str()), wish.as_str(), 403, "not-allowed"),
        (Some(admin.as_str()), "nonsense", 400, "malformed"),
        (Some(admin.as_str()), r#"{"target": "@x@peer.test", "more": 1}"#, 400, "malformed"),
        (Some(admin.as_str()), wish.as_str(), 422, "not-reachable"),
    ] {
        let answer = call(&town, Method::POST, "/follows", token, body).await;
        assert_eq!((answer.0, answer.1["code"].as_str()), (status, Some(code)), "{body}");
    }
    assert_eq!(call(&town, Method::GET, "/remote", None, "").await.0, 400);
    assert_eq!(
        call(&town, Method::GET, &format!("/remote?uri={PEER}/c/x"), None, "").await.0,
        404,
        "a visitor has nothing fetched"
    );
    assert_eq!(call(&town, Method::GET, "/remote?uri=https://a.test/f/x", Some(&admin), "").await.0, 404);
}

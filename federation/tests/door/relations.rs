//! Quotes, moves and blocks.

use http::StatusCode;
use model::debate::comment;
use model::debate::forum::{self, Visibility};
use model::network::quote;
use serde_json::json;

use crate::town::{PEER, Town, activity, create, kinds, note, vote};

#[tokio::test]
async fn a_quote_is_authorised_and_the_stamp_can_be_fetched() {
    let town = Town::new().await;
    let (ana, eve) = (town.peer.user("ana"), town.peer.user("eve"));
    let (_, on) = town.live_vote(&ana).await;
    let page = town.app.address.consultation(&on.slug);
    let policy = &town.document(&format!("/c/{}", on.slug)).await["interactionPolicy"];
    assert_eq!(policy["canQuote"]["automaticApproval"], json!(["https://www.w3.org/ns/activitystreams#Public"]));
    let mut asks = activity(&ana, "QuoteRequest", json!(page));
    asks["instrument"] =
        json!({"id": format!("{PEER}/notes/1"), "type": "Note", "attributedTo": ana.id, "quote": page});
    assert_eq!(town.takes_in(&ana, &asks).await, StatusCode::ACCEPTED);
    let told = town.tells().await;
    assert_eq!((kinds(&told), &told[0].activity["object"]), (vec!["Accept(QuoteRequest)".to_owned()], &asks));
    assert!(town.is_signed(&told[0]).await);
    let stamp = told[0].activity["result"].as_str().expect("an address").to_owned();
    let path = stamp.strip_prefix("https://a.test").expect("ours").to_owned();
    let authorised = town.document(&path).await;
    assert_eq!((&authorised["type"], &authorised["id"]), (&json!("QuoteAuthorization"), &json!(stamp)));
    assert_eq!(authorised["interactingObject"], format!("{PEER}/notes/1"));
    assert_eq!(
        (&authorised["interactionTarget"], &authorised["attributedTo"]),
        (&json!(page), &told[0].activity["actor"])
    );

    // forged: another's post, another host, one post for two targets
    let mut stolen = activity(&eve, "QuoteRequest", json!(page));
    stolen["instrument"] = json!({"id": format!("{PEER}/notes/2"), "attributedTo": ana.id});
    assert_eq!(town.takes_in(&eve, &stolen).await, StatusCode::UNAUTHORIZED);
    stolen["instrument"] = json!("http://evil.test/notes/2");
    assert_eq!(town.takes_in(&eve, &stolen).await, StatusCode::UNAUTHORIZED);
    let mut again = activity(&eve, "QuoteRequest", json!(page));
    again["instrument"] = json!(format!("{PEER}/notes/1"));
    assert_eq!(town.takes_in(&eve, &again).await, StatusCode::ACCEPTED);
    assert!(town.tells().await.is_empty(), "no stamp for a post that is another's");
    town.takes_in(&ana, &activity(&ana, "Delete", json!(format!("{PEER}/notes/1")))).await;
    assert_eq!(town.gets(&path).await.0, StatusCode::NOT_FOUND, "gone with the post");
    let mut conn = town.world.store.conn().await.expect("a connection");
    assert!(quote::by_id(&mut conn, path.rsplit('/').next().unwrap().parse().expect("an id")).await.is_err());
}

#[tokio::test]
async fn who_moves_keeps_one_ballot_and_what_was_followed() {
    let town = Town::new().await;
    let (old, new, eve) = (town.peer.user("old"), town.peer.user("new"), town.peer.user("eve"));
    let (_, on) = town.live_vote(&old).await;
    let question = town.app.address.ballot(&on.slug);
    town.takes_in(&old, &vote(&old, &question, "Pour")).await;
    let mut moves = activity(&old, "Move", json!(old.id));
    moves["target"] = json!(new.id);
    let mut forged = activity(&eve, "Move", json!(old.id));
    forged["target"] = json!(eve.id);
    assert_eq!(town.takes_in(&eve, &forged).await, StatusCode::ACCEPTED);
    assert_eq!(town.takes_in(&old, &moves).await, StatusCode::ACCEPTED);
    town.takes_in(&new, &vote(&new, &question, "Pour")).await;
    assert_eq!(town.open_tier(&on, ["for"]).await, [2], "the new account has not said that it is the same person");

    let mut document = town.peer.kept().documents["/users/new"].clone();
    document["alsoKnownAs"] = json!([old.id]);
    town.peer.serves(&new.id, document.clone());
    let second = town
        .world
        .publish(&town.world.forum("deux", Visibility::Public).await, town.world.draft(&json!({"kind": "vote"})))
        .await;
    let question = town.app.address.ballot(&second.slug);
    town.takes_in(&old, &vote(&old, &question, "Pour")).await;
    moves["id"] = json!(format!("{}/activities/moved", old.id));
    assert_eq!(town.takes_in(&old, &moves).await, StatusCode::ACCEPTED);
    let renewed = activity(&new, "Update", document);
    town.takes_in(&new, &renewed).await;
    town.takes_in(&new, &vote(&new, &question, "Contre")).await;
    assert_eq!(town.open_tier(&second, ["for", "against"]).await, [1, 0], "one person, one ballot");
    assert_eq!(town.document("/f/mobilite/followers").await["totalItems"], 1);
    town.works().await;
    town.peer.takes();
}

#[tokio::test]
async fn who_blocks_a_person_of_ours_hears_nothing_of_them() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (here, on) = town.live_vote(&ana).await;
    let words = note(&ana, &town.app.address.consultation(&on.slug), "<p>The market?</p>");
    town.takes_in(&ana, &create(&ana, &words)).await;
    let citizen = town.world.account("citizen").await;
    town.tells().await;
    let block = activity(&ana, "Block", json!("https://a.test/u/citizen"));
    assert_eq!(town.takes_in(&ana, &block).await, StatusCode::ACCEPTED);
    let answers = async |text: &str| {
        let mut tx = town.world.store.begin().await.expect("a transaction");
        let parent = comment::by_uri(&mut tx, words["id"].as_str().unwrap()).await.expect("read").expect("there");
        let by = forum::standing(&mut tx, &here, Some(&citizen)).await.expect("a standing");
        let draft = comment::Draft { text: text.into(), parent: Some(parent.id), ..comment::Draft::default() };
        comment::post(&mut tx, town.now(), &here, &on, &by, &draft).await.expect("posted");
        tx.commit().await.expect("committed");
        town.tells().await
    };
    assert!(answers("On Sundays.").await.iter().all(|one| one.path != "/users/ana/inbox"));
    assert_eq!(town.takes_in(&ana, &activity(&ana, "Undo", block)).await, StatusCode::ACCEPTED);
    assert!(answers("And on Mondays.").await.iter().any(|one| one.path == "/users/ana/inbox"));
    let forum_block = activity(&ana, "Block", json!("https://a.test/f/mobilite"));
    assert_eq!(town.takes_in(&ana, &forum_block).await, StatusCode::ACCEPTED);
    assert_eq!(town.document("/f/mobilite/followers").await["totalItems"], 0, "who blocks a forum follows it no more");
}

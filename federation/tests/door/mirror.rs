use http::StatusCode;
use model::network::follow;
use model::network::mirror::{self, Kind, Mirror};
use serde_json::{Value, json};

use crate::town::{PEER, Town, User, activity};

/// A town whose node follows a forum of the peer's.
async fn followed() -> (Town, User, User) {
    let town = Town::new().await;
    let (group, author) = (town.peer.actor("Group", "/f/neighbours"), town.peer.user("mairie"));
    let target = federation::resolve(&town.app, "@neighbours@peer.test").await.expect("found");
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let uri = |id| town.app.address.path(&format!("follows/{id}"));
    follow::request(&mut tx, town.now(), &town.world.as_admin(), &target, uri).await.expect("asked");
    tx.commit().await.expect("committed");
    let told = town.tells().await;
    assert_eq!(
        town.takes_in(&group, &activity(&group, "Accept", told[0].activity.clone())).await,
        StatusCode::ACCEPTED
    );
    (town, group, author)
}

fn page(author: &User, title: &str) -> Value {
    json!({
        "id": format!("{PEER}/c/place-7kq2"), "type": "Page", "attributedTo": author.id, "name": title,
        "summary": "Short", "content": "<p>Long<script>x</script></p>", "contentMap": {"en": "<p>Long</p>"},
        "context": format!("{PEER}/c/place-7kq2/context"), "published": "2026-03-01T08:00:00Z",
        "to": ["https://www.w3.org/ns/activitystreams#Public"],
    })
}

async fn copy(town: &Town, uri: &str) -> Option<Mirror> {
    let mut conn = town.world.store.conn().await.expect("a connection");
    mirror::by_uri(&mut conn, uri).await.expect("read")
}

#[tokio::test]
async fn what_a_followed_forum_announces_is_fetched_at_its_origin_and_kept() {
    let (town, group, author) = followed().await;
    let uri = format!("{PEER}/c/place-7kq2");
    town.peer.serves(&uri, page(&author, "Close the square?"));
    let wrapped = activity(&author, "Create", page(&author, "A forged title"));
    assert_eq!(town.takes_in(&group, &activity(&group, "Announce", wrapped)).await, StatusCode::ACCEPTED);
    let kept = copy(&town, &uri).await.expect("kept");
    assert_eq!(
        (kept.title.as_str(), kept.kind, kept.slug.as_deref()),
        ("Close the square?", Kind::Page, Some("place-7kq2"))
    );
    assert!(!kept.html.contains("script"));

    let question = format!("{uri}/ballot");
    let mut document = page(&author, "Close the square?");
    document["id"] = json!(question);
    document["type"] = json!("Question");
    town.peer.serves(&question, document);
    assert_eq!(town.takes_in(&group, &activity(&group, "Announce", json!(question))).await, StatusCode::ACCEPTED);
    let ana = town.peer.user("ana");
    let words = json!({"id": format!("{PEER}/n/1"), "type": "Note", "attributedTo": ana.id, "inReplyTo": uri, "content": "<p>Words</p>", "context": format!("{uri}/context")});
    town.peer.serves(&format!("{PEER}/n/1"), words.clone());
    town.takes_in(&group, &activity(&group, "Announce", activity(&ana, "Create", words))).await;
    let mut conn = town.world.store.conn().await.expect("a connection");
    let thread = mirror::thread(&mut conn, "peer.test", "place-7kq2").await.expect("a thread");
    assert!(thread.question.is_some() && thread.comments.len() == 1);
    drop(conn);

    town.peer.serves(&uri, page(&author, "Close the square on Sundays?"));
    let update = activity(&author, "Update", page(&author, "ignored"));
    town.takes_in(&group, &activity(&group, "Announce", update)).await;
    assert_eq!(copy(&town, &uri).await.expect("kept").title, "Close the square on Sundays?");

    town.peer.kept().documents.remove("/n/1");
    let delete = activity(&ana, "Delete", json!(format!("{PEER}/n/1")));
    town.takes_in(&group, &activity(&group, "Announce", delete)).await;
    assert!(copy(&town, &format!("{PEER}/n/1")).await.is_none());
}

#[tokio::test]
async fn a_forged_announce_mirrors_nothing() {
    let (town, group, author) = followed().await;
    let uri = format!("{PEER}/c/place-7kq2");
    town.peer.serves(&uri, page(&author, "Close the square?"));
    let eve = town.peer.actor("Group", "/f/eve");
    assert_eq!(town.takes_in(&eve, &activity(&eve, "Announce", json!(uri))).await, StatusCode::ACCEPTED);
    assert!(copy(&town, &uri).await.is_none(), "only forums that are followed");

    let mut foreign = page(&author, "Elsewhere");
    foreign["id"] = json!("http://evil.test/c/place");
    town.peer.serves(&format!("{PEER}/c/posing"), foreign);
    town.takes_in(&group, &activity(&group, "Announce", json!(format!("{PEER}/c/posing")))).await;
    assert!(copy(&town, "http://evil.test/c/place").await.is_none(), "a fetched object claims another origin");

    let mut authored = page(&author, "Somebody else's");
    authored["id"] = json!(format!("{PEER}/c/borrowed"));
    authored["attributedTo"] = json!("http://evil.test/users/x");
    town.peer.serves(&format!("{PEER}/c/borrowed"), authored);
    town.takes_in(&group, &activity(&group, "Announce", json!(format!("{PEER}/c/borrowed")))).await;
    assert!(copy(&town, &format!("{PEER}/c/borrowed")).await.is_none(), "the owner lives on the object's host");
}

#[tokio::test]
async fn what_other_forums_carry_of_ours_is_no_mirror() {
    let (town, group, _) = followed().await;
    let (_, on) = town.world.vote().await;
    let page = town.app.address.consultation(&on.slug);
    assert_eq!(town.takes_in(&group, &activity(&group, "Announce", json!(page))).await, StatusCode::ACCEPTED);
    assert!(copy(&town, &page).await.is_none());
    let mut conn = town.world.store.conn().await.expect("a connection");
    let shares =
        model::debate::interest::count(&mut conn, on.id, model::debate::interest::Kind::Share).await.expect("counted");
    assert_eq!(shares, 1, "it is a share");
    let lane = model::network::delivery::lane(&mut conn, "peer.test").await.expect("read").expect("a lane");
    assert!(lane.last_success_at.is_some());
    drop(conn);
    town.works().await;
}

/// Lemmy tells so that a moderator put back what another had taken out.
#[tokio::test]
async fn what_a_forum_brings_back_stands_here_again() {
    let (town, group, author) = followed().await;
    let uri = format!("{PEER}/c/place-7kq2");
    town.peer.serves(&uri, page(&author, "Close the square?"));
    town.takes_in(&group, &activity(&group, "Announce", json!(uri))).await;
    let mut delete = activity(&author, "Delete", json!(uri));
    delete["summary"] = json!("Twice the same");
    town.takes_in(&group, &activity(&group, "Announce", delete.clone())).await;
    assert!(copy(&town, &uri).await.is_none(), "a forum decides what stands in it");
    let stranger = town.peer.actor("Group", "/f/eve");
    let undo = activity(&author, "Undo", delete);
    town.takes_in(&stranger, &activity(&stranger, "Announce", undo.clone())).await;
    assert!(copy(&town, &uri).await.is_none(), "another forum's word is none");
    assert_eq!(town.takes_in(&group, &activity(&group, "Announce", undo)).await, StatusCode::ACCEPTED);
    assert_eq!(copy(&town, &uri).await.expect("kept").title, "Close the square?");
}

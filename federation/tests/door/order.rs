//! Edits that arrive in another order than they were made: an older one never overwrites a newer one.

use http::StatusCode;
use model::debate::comment;
use model::network::mirror;
use model::people::actor;
use serde_json::{Value, json};

use crate::forwarded::{proven, proving};
use crate::moderation::followed;
use crate::town::{PEER, Town, activity, create, note};

const EARLY: &str = "2026-03-02T08:10:00Z";
const LATE: &str = "2026-03-02T08:20:00Z";

fn edited(document: &Value, at: &str) -> Value {
    let mut document = document.clone();
    document["updated"] = json!(at);
    document
}

#[tokio::test]
async fn an_older_edit_of_a_comment_changes_nothing_whoever_brings_it() {
    let town = Town::new().await;
    let (ana, eve) = (town.peer.user("ana"), town.peer.user("eve"));
    let (_, on) = town.live_vote(&ana).await;
    let (bea, signer) = proving(&town, "bea");
    let first = note(&bea, &town.app.address.consultation(&on.slug), "<p>First</p>");
    let uri = first["id"].as_str().expect("an id").to_owned();
    let says = |words: &str, at: &str| {
        let mut note = edited(&first, at);
        note["content"] = json!(format!("<p>{words}</p>"));
        note["contentMap"] = json!({"en": note["content"]});
        proven(&town, &signer, activity(&bea, "Update", note))
    };
    let (early, late, late_too) = (says("Early", EARLY), says("Late", LATE), says("Late, again", LATE));
    assert_eq!(town.takes_in(&bea, &create(&bea, &first)).await, StatusCode::ACCEPTED);
    town.tells().await;
    let said = async || {
        let mut conn = town.world.store.conn().await.expect("a connection");
        comment::by_uri(&mut conn, &uri).await.expect("read").expect("kept").markdown.trim().to_owned()
    };
    assert_eq!(town.takes_in(&bea, &late).await, StatusCode::ACCEPTED);
    assert_eq!(said().await, "Late");
    assert_eq!(town.tells().await.len(), 1, "it is passed on");
    // The older one proves itself: it was said by its author, but before.
    assert_eq!(town.takes_in(&eve, &early).await, StatusCode::ACCEPTED);
    assert_eq!(said().await, "Late");
    assert!(town.tells().await.is_empty(), "what is outdated is not passed on");
    let mut again = early.clone();
    again["id"] = json!(format!("{}/activities/again", bea.id));
    signer.prove(&mut again, town.now()).expect("an object");
    assert_eq!(town.takes_in(&bea, &again).await, StatusCode::ACCEPTED);
    assert_eq!(said().await, "Late", "nor when its author's server sends it late");
    assert_eq!(town.takes_in(&bea, &late_too).await, StatusCode::ACCEPTED);
    assert_eq!(said().await, "Late, again", "two edits of one second: the last to come");
    town.tells().await;
}

#[tokio::test]
async fn a_comment_that_came_edited_is_not_put_back_by_an_edit_of_before() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (_, on) = town.live_vote(&ana).await;
    let last = edited(&note(&ana, &town.app.address.consultation(&on.slug), "<p>Last</p>"), LATE);
    town.takes_in(&ana, &create(&ana, &last)).await;
    let mut before = edited(&last, EARLY);
    before["content"] = json!("<p>Before</p>");
    town.takes_in(&ana, &activity(&ana, "Update", before)).await;
    let mut conn = town.world.store.conn().await.expect("a connection");
    let kept = comment::by_uri(&mut conn, last["id"].as_str().expect("an id")).await.expect("read").expect("kept");
    assert_eq!(kept.markdown.trim(), "Last");
    drop(conn);
    town.tells().await;
}

#[tokio::test]
async fn an_older_copy_of_a_consultation_or_a_comment_elsewhere_replaces_nothing() {
    let (town, group, author, page) = followed().await;
    let comment = format!("{PEER}/c/place-7kq2/comments/1");
    let consultation = json!({
        "id": page, "type": "Page", "attributedTo": author.id, "name": "Close the square?", "content": "<p>Long</p>",
    });
    let words = json!({
        "id": comment, "type": "Note", "attributedTo": author.id, "inReplyTo": page, "content": "<p>Words</p>",
    });
    for (uri, document) in [(&page, consultation), (&comment, words)] {
        for (content, at, expected) in [
            ("<p>Late</p>", LATE, "<p>Late</p>"),
            ("<p>Early</p>", EARLY, "<p>Late</p>"),
            ("<p>New</p>", LATE, "<p>New</p>"),
        ] {
            // Its origin, or a cache in between, answers so.
            let mut told = edited(&document, at);
            told["content"] = json!(content);
            town.peer.serves(uri, told.clone());
            let update = activity(&author, "Update", told);
            assert_eq!(town.takes_in(&group, &activity(&group, "Announce", update)).await, StatusCode::ACCEPTED);
            let copy = mirror::by_uri(&mut town.world.store.conn().await.expect("a connection"), uri).await;
            let copy = copy.expect("read").expect("kept");
            assert_eq!(copy.html, expected, "{uri} of {at}");
        }
    }
}

#[tokio::test]
async fn an_older_document_of_a_person_or_of_a_forum_replaces_nothing() {
    let (town, group, author, _) = followed().await;
    let (eve, path) = (town.peer.user("eve"), |id: &str| id.strip_prefix(PEER).expect("of the peer").to_owned());
    for who in [&author, &group] {
        let document = town.peer.kept().documents[&path(&who.id)].clone();
        for (name, at, expected) in [("Late", LATE, "Late"), ("Early", EARLY, "Late"), ("New", LATE, "New")] {
            let mut told = edited(&document, at);
            told["name"] = json!(name);
            town.peer.serves(&who.id, told.clone());
            assert_eq!(town.takes_in(who, &activity(who, "Update", told)).await, StatusCode::ACCEPTED);
            let kept = actor::by_uri(&mut town.world.store.conn().await.expect("a connection"), &who.id).await;
            assert_eq!(kept.expect("read").expect("known").display_name, expected, "{} of {at}", who.id);
        }
        // Whatever an activity says of its actor, the actor's own server is asked.
        let mut forged = edited(&document, "2026-03-02T08:59:00Z");
        forged["name"] = json!("Forged");
        town.takes_in(&eve, &activity(&eve, "Update", forged.clone())).await;
        town.takes_in(who, &activity(who, "Update", forged)).await;
        let kept = actor::by_uri(&mut town.world.store.conn().await.expect("a connection"), &who.id).await;
        assert_eq!(kept.expect("read").expect("known").display_name, "New");
    }
}

#[tokio::test]
async fn a_comment_that_its_author_deleted_before_it_came_stays_out_and_nobody_else_keeps_it_out() {
    let town = Town::new().await;
    let (ana, eve) = (town.peer.user("ana"), town.peer.user("eve"));
    let (_, on) = town.live_vote(&ana).await;
    let page = town.app.address.consultation(&on.slug);
    let came = async |uri: &str| {
        let mut conn = town.world.store.conn().await.expect("a connection");
        comment::by_uri(&mut conn, uri).await.expect("read").is_some()
    };
    let written = |words: &str| {
        let note = note(&ana, &page, words);
        (note["id"].as_str().expect("an id").to_owned(), create(&ana, &note))
    };
    let (gone, late) = written("<p>Gone</p>");
    let (kept, said) = written("<p>Kept</p>");
    assert_eq!(town.takes_in(&ana, &activity(&ana, "Delete", json!(gone))).await, StatusCode::ACCEPTED);
    assert_eq!(town.takes_in(&ana, &late).await, StatusCode::ACCEPTED);
    assert!(!came(&gone).await, "it is not taken in any more");
    // Of the same server, which is all that the address tells: neither the comment nor the activity that brings it.
    for named in [json!(kept), said["id"].clone()] {
        assert_eq!(town.takes_in(&eve, &activity(&eve, "Delete", named)).await, StatusCode::ACCEPTED);
    }
    assert_eq!(town.takes_in(&ana, &said).await, StatusCode::ACCEPTED);
    assert!(came(&kept).await, "what others say to be gone is taken in");
}

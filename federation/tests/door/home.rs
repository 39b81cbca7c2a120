//! Ballots and comments that people of this node send to consultations of others: what leaves, and whose answer is heard.

use http::StatusCode;
use model::network::elsewhere::{self, Elsewhere};
use model::network::envoy::{self, Sent, State, note};
use model::network::mirror;
use model::people::account::Account;
use model::people::role::Standing;
use model::testing::{World, refused};
use serde_json::{Value, json};

use crate::town::{Delivered, Town, User, activity, kinds};

const PAGE: &str = "http://peer.test/c/place-7kq2";

/// A town that has a consultation of the peer's, with the forum and its author.
async fn mirroring() -> (Town, User, User) {
    let town = Town::new().await;
    let (group, author) = (town.peer.actor("Group", "/f/neighbours"), town.peer.user("mairie"));
    let target = federation::resolve(&town.app, "@neighbours@peer.test").await.expect("found");
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let uri = |id| town.app.address.path(&format!("follows/{id}"));
    model::network::follow::request(&mut tx, town.now(), &town.world.as_admin(), &target, uri).await.expect("asked");
    tx.commit().await.expect("committed");
    let told = town.tells().await;
    town.takes_in(&group, &activity(&group, "Accept", told[0].activity.clone())).await;
    let page = json!({
        "id": PAGE, "type": "Page", "attributedTo": author.id, "name": "Close the square?", "content": "<p>Long</p>",
        "contentMap": {"en": "<p>Long</p>"}, "audience": group.id, "to": ["https://www.w3.org/ns/activitystreams#Public"],
        "published": "2026-03-01T08:00:00Z",
        "consultation": {
            "method": {"kind": "vote", "options": [
                {"id": "for", "label": "For"}, {"id": "neutral", "label": "Neutral"}, {"id": "against", "label": "Against"},
            ]},
            "changeable": true, "tiers": ["member", "open"], "official": "member", "results": "after_vote",
        },
    });
    town.peer.serves(PAGE, page);
    assert_eq!(town.takes_in(&group, &activity(&group, "Announce", json!(PAGE))).await, StatusCode::ACCEPTED);
    town.tells().await;
    (town, group, author)
}

async fn on(world: &World) -> Elsewhere {
    elsewhere::by_uri(&mut world.store.conn().await.expect("a connection"), PAGE).await.expect("mirrored")
}

fn standing(account: &Account) -> Standing {
    Standing { account: Some(account.clone()), member: None }
}

async fn votes(town: &Town, who: &Account, choice: &str) -> Sent {
    let there = on(&town.world).await;
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let sent = envoy::vote(&mut tx, town.now(), &standing(who), &there, &[choice.to_owned()], None).await;
    tx.commit().await.expect("committed");
    sent.expect("sent")
}

async fn state(town: &Town, who: &Account) -> Option<(State, Option<String>)> {
    let there = on(&town.world).await;
    let mut conn = town.world.store.conn().await.expect("a connection");
    let found = envoy::standpoint(&mut conn, &town.app.address, who.actor_id, &there).await.expect("read");
    found.map(|it| (it.state, it.sent.code))
}

fn only(mut told: Vec<Delivered>, kind: &str) -> Value {
    assert_eq!(kinds(&told), [kind], "{:?}", told.iter().map(|one| &one.activity).collect::<Vec<_>>());
    told.remove(0).activity
}

#[tokio::test]
async fn a_ballot_goes_to_its_origin_alone_and_only_that_forum_answers_it() {
    let (town, group, _) = mirroring().await;
    let ana = town.world.account("ana").await;
    assert_eq!(town.gets("/u/ana").await.0, StatusCode::NOT_FOUND, "nobody is known before");
    let sent = votes(&town, &ana, "for").await;
    assert_eq!(state(&town, &ana).await, Some((State::Waiting, None)));
    let told = town.tells().await;
    assert_eq!(told[0].path, "/inbox");
    assert!(town.is_signed(&told[0]).await, "by the voter, whose key is found");
    let create = only(told, "Create(Ballot)");
    assert_eq!((&create["to"], &create["object"]["choice"]), (&json!([group.id]), &json!(["for"])));
    assert_eq!((&create["object"]["inReplyTo"], &create["object"]["assurance"]), (&json!(PAGE), &json!("email")));
    assert_eq!(create["id"], town.app.address.sent(sent.id));
    assert_eq!(state(&town, &ana).await, Some((State::Sent, None)));
    for path in [format!("/ballots/{}", sent.id), "/.well-known/webfinger?resource=acct:ana@a.test".into()] {
        assert_eq!(town.gets(&path).await.0, StatusCode::NOT_FOUND, "{path}");
    }

    let eve = town.peer.actor("Group", "/f/eve");
    town.takes_in(&eve, &activity(&eve, "Accept", create.clone())).await;
    assert_eq!(state(&town, &ana).await, Some((State::Sent, None)), "another forum's word is none");
    let mut reject = activity(&group, "Reject", create.clone());
    reject["code"] = json!("closed");
    assert_eq!(town.takes_in(&group, &reject).await, StatusCode::ACCEPTED);
    assert_eq!(state(&town, &ana).await, Some((State::Refused, Some("closed".into()))));
    town.takes_in(&group, &activity(&group, "Accept", create)).await;
    assert_eq!(state(&town, &ana).await, Some((State::Refused, Some("closed".into()))), "an answer is an answer");
    town.works().await;
}

#[tokio::test]
async fn a_receipt_that_the_origin_did_not_sign_is_found_out() {
    let (town, group, _) = mirroring().await;
    let ana = town.world.account("ana").await;
    town.peer.serves("http://peer.test/", json!({"id": "http://peer.test/", "type": "Application"}));
    let sent = votes(&town, &ana, "for").await;
    let create = only(town.tells().await, "Create(Ballot)");
    let mut accept = activity(&group, "Accept", create);
    accept["result"] = json!({
        "type": "BallotReceipt", "consultation": PAGE, "choice": ["for"], "tier": "open", "voter": "x",
        "castAt": "2026-03-02T09:00:00Z", "log": {"key": "k"},
    });
    assert_eq!(town.takes_in(&group, &accept).await, StatusCode::ACCEPTED);
    assert_eq!(state(&town, &ana).await, Some((State::Accepted, None)));
    town.waits(std::time::Duration::from_secs(3));
    town.works().await;
    let kept = envoy::by_id(&mut town.world.store.conn().await.expect("a connection"), sent.id).await.expect("kept");
    assert!(kept.signed_at.is_none() && kept.entry.is_none() && kept.fault.is_some(), "{kept:?}");
}

#[tokio::test]
async fn a_withdrawal_is_told_and_confirmed() {
    let (town, group, _) = mirroring().await;
    let ana = town.world.account("ana").await;
    votes(&town, &ana, "for").await;
    let create = only(town.tells().await, "Create(Ballot)");
    let there = on(&town.world).await;
    let mut tx = town.world.store.begin().await.expect("a transaction");
    envoy::withdraw(&mut tx, town.now(), &standing(&ana), &there).await.expect("withdrawn");
    tx.commit().await.expect("committed");
    let undo = only(town.tells().await, "Undo(Create)");
    assert_eq!((&undo["object"]["id"], &undo["object"]["object"]["type"]), (&create["id"], &json!("Ballot")));
    assert!(undo["object"]["object"].get("choice").is_none());
    assert_eq!(state(&town, &ana).await, Some((State::Sent, None)));
    town.takes_in(&group, &activity(&group, "Accept", undo)).await;
    assert_eq!(state(&town, &ana).await, None);
}

#[tokio::test]
async fn a_comment_lies_here_goes_to_its_origin_and_is_gone_where_it_went() {
    let (town, group, author) = mirroring().await;
    let ana = town.world.account("ana").await;
    let there = on(&town.world).await;
    let draft = note::Draft { text: "From *home*.".into(), ..note::Draft::default() };
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let here = town.app.address.clone();
    let said = note::post(&mut tx, town.now(), &here, &standing(&ana), &there, &draft).await.expect("said");
    tx.commit().await.expect("committed");
    let create = only(town.tells().await, "Create(Note)");
    let path = format!("/remote/peer.test/c/place-7kq2/comments/{}", said.id);
    let lies = town.document(&path).await;
    assert_eq!((&lies["id"], &lies["inReplyTo"]), (&create["object"]["id"], &json!(PAGE)));
    assert!(lies["proof"].is_object() && create["proof"].is_object());

    town.takes_in(&group, &activity(&group, "Announce", create.clone())).await;
    let shown = async || {
        let mut conn = town.world.store.conn().await.expect("a connection");
        note::by_id(&mut conn, said.id).await.expect("kept")
    };
    assert!(shown().await.shown_at.is_some());
    let mut delete = activity(&author, "Delete", json!({"id": create["object"]["id"], "type": "Tombstone"}));
    delete["summary"] = json!("Off the subject.");
    let eve = town.peer.actor("Group", "/f/eve");
    town.takes_in(&eve, &activity(&eve, "Announce", delete.clone())).await;
    assert_eq!(shown().await.state, note::Shown::Visible, "only its forum takes it out");
    town.takes_in(&group, &activity(&group, "Announce", delete)).await;
    let gone = shown().await;
    assert_eq!((gone.state, gone.reason.as_deref()), (note::Shown::Removed, Some("Off the subject.")));
    assert_eq!(town.gets(&path).await.0, StatusCode::GONE);
    let mut conn = town.world.store.conn().await.expect("a connection");
    assert!(mirror::by_uri(&mut conn, lies["id"].as_str().expect("an id")).await.expect("read").is_none());
}

/// A `Block` as Lemmy and PieFed send it: by a moderator, for everybody, from a forum.
fn block(by: &User, forum: &User, whom: &str, until: Option<&str>) -> Value {
    let mut act = activity(by, "Block", json!(whom));
    act["target"] = json!(forum.id);
    act["audience"] = json!(forum.id);
    act["to"] = json!(["https://www.w3.org/ns/activitystreams#Public"]);
    act["cc"] = json!([forum.id]);
    act["summary"] = json!("Off the subject, again.");
    act["removeData"] = json!(until.is_none());
    if let Some(until) = until {
        act["endTime"] = json!(until);
    }
    act
}

#[tokio::test]
async fn whom_a_forum_elsewhere_bans_writes_there_no_more_until_it_ends() {
    let (town, group, author) = mirroring().await;
    let (ana, here) = (town.world.account("ana").await, town.app.address.clone());
    let says = async |words: &str| {
        let there = on(&town.world).await;
        let draft = note::Draft { text: words.into(), ..note::Draft::default() };
        let mut tx = town.world.store.begin().await.expect("a transaction");
        let said = note::post(&mut tx, town.now(), &here, &standing(&ana), &there, &draft).await;
        if said.is_ok() {
            tx.commit().await.expect("committed");
        }
        said
    };
    let first = says("First").await.expect("said");
    town.tells().await;
    let (whom, eve) = ("https://a.test/u/ana", town.peer.actor("Group", "/f/eve"));
    let banned = block(&author, &group, whom, Some("2026-03-02T10:00:00Z"));
    town.takes_in(&eve, &activity(&eve, "Announce", banned.clone())).await;
    says("Second").await.expect("another forum's word is none");
    assert_eq!(town.takes_in(&group, &activity(&group, "Announce", banned.clone())).await, StatusCode::ACCEPTED);
    assert_eq!(refused(says("Third").await), "banned");
    votes(&town, &ana, "for").await;
    town.waits(std::time::Duration::from_secs(3_601));
    says("Third").await.expect("it has ended");

    let for_ever = block(&author, &group, whom, None);
    town.takes_in(&group, &activity(&group, "Announce", for_ever.clone())).await;
    assert_eq!(refused(says("Fourth").await), "banned", "it is altered");
    let mut conn = town.world.store.conn().await.expect("a connection");
    let gone = note::by_id(&mut conn, first.id).await.expect("kept");
    assert_eq!((gone.state, gone.reason.as_deref()), (note::Shown::Removed, Some("Off the subject, again.")));
    drop(conn);
    let undone = activity(&author, "Undo", for_ever);
    assert_eq!(town.takes_in(&group, &activity(&group, "Announce", undone)).await, StatusCode::ACCEPTED);
    says("Fourth").await.expect("it is lifted");

    // A moderator says so without the forum around it; one of nobody's is not heard.
    let direct = block(&author, &group, whom, None);
    town.takes_in(&town.peer.user("nobody"), &block(&town.peer.user("nobody"), &eve, whom, None)).await;
    says("Fifth").await.expect("that forum is not followed");
    town.takes_in(&author, &direct).await;
    assert_eq!(refused(says("Sixth").await), "banned");
    for kind in ["Add", "Remove"] {
        let mut turn = activity(&author, kind, json!(format!("{}/users/new", crate::town::PEER)));
        turn["target"] = json!(format!("{}/moderators", group.id));
        assert_eq!(town.takes_in(&group, &activity(&group, "Announce", turn)).await, StatusCode::ACCEPTED);
    }
    town.works().await;
}

//! Threads of which only a part came here.

use http::StatusCode;
use model::debate::comment;
use model::job::{self, Job};
use model::network::backfill::{CLIMBS_MOST, FETCHES_MOST};
use model::network::{follow, mirror};
use serde_json::{Value, json};

use crate::town::{PEER, Town, User, activity, create, note};

/// A public Note that lies on the peer.
fn lies(town: &Town, by: &User, on: &str, words: &str) -> Value {
    let note = note(by, on, &format!("<p>{words}</p>"));
    town.peer.serves(note["id"].as_str().expect("an id"), note.clone());
    note
}

fn id(note: &Value) -> &str {
    note["id"].as_str().expect("an id")
}

async fn parent_of(town: &Town, note: &Value) -> Option<String> {
    let mut conn = town.world.store.conn().await.expect("a connection");
    let held = comment::by_uri(&mut conn, id(note)).await.expect("read")?;
    match held.parent_id {
        Some(parent) => comment::by_id(&mut conn, parent).await.expect("a parent").uri,
        None => Some("the page".into()),
    }
}

#[tokio::test]
async fn a_reply_to_something_unknown_brings_what_lies_between_and_what_stands_beside_it() {
    let town = Town::new().await;
    let (ana, bea, cyd) = (town.peer.user("ana"), town.peer.user("bea"), town.peer.user("cyd"));
    let (_, on) = town.live_vote(&ana).await;
    let page = town.app.address.consultation(&on.slug);
    let first = lies(&town, &bea, &page, "First");
    let second = lies(&town, &cyd, id(&first), "Second");
    let beside = lies(&town, &ana, id(&first), "Beside");
    let private = lies(&town, &ana, id(&first), "Private");
    let mut hidden = private.clone();
    hidden["to"] = json!([ana.id]);
    hidden["cc"] = json!([]);
    town.peer.serves(id(&private), hidden);
    // the answers to the first, as Mastodon lists them: a page within the collection, then another
    let replies = format!("{}/replies", id(&first));
    let mut told = first.clone();
    told["replies"] = json!({"id": replies, "type": "Collection", "first": {
        "type": "CollectionPage", "next": format!("{replies}/2"), "items": [id(&second)]}});
    town.peer.serves(id(&first), told.clone());
    town.peer.serves(&replies, told["replies"].clone());
    let items = json!([beside, id(&private), "https://a.test/c/x", "https://a.test/u/ana", {"type": "Note"}, 7]);
    town.peer.serves(
        &format!("{replies}/2"),
        json!({"id": format!("{replies}/2"), "type": "CollectionPage",
        "partOf": replies, "items": items, "next": replies}),
    );

    let third = note(&bea, id(&second), "<p>Third</p>");
    town.peer.serves(id(&third), third.clone());
    assert_eq!(town.takes_in(&bea, &create(&bea, &third)).await, StatusCode::ACCEPTED);
    assert_eq!(parent_of(&town, &third).await, None, "not before what it answers");
    town.tells().await;
    assert_eq!(parent_of(&town, &first).await.as_deref(), Some("the page"));
    assert_eq!(parent_of(&town, &second).await.as_deref(), Some(id(&first)));
    assert_eq!(parent_of(&town, &third).await.as_deref(), Some(id(&second)));
    assert_eq!(parent_of(&town, &beside).await.as_deref(), Some(id(&first)));
    assert_eq!(parent_of(&town, &private).await, None, "what is not public stays where it is");
    let asked = town.peer.kept().asked.clone();
    assert_eq!(asked.iter().filter(|path| path.ends_with("/replies/2")).count(), 1, "pages in a circle: {asked:?}");
}

#[tokio::test]
async fn recursion_replies_of_replies_of_replies_leads_nowhere_for_long() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    town.live_vote(&ana).await;
    // each answers the one before it, for ever; and two that answer each other
    let far: Vec<String> = (0..60).map(|n| format!("{PEER}/n/{n}")).collect();
    for n in 0..59 {
        let mut endless = note(&ana, &far[n + 1], "<p>Again</p>");
        endless["id"] = json!(far[n]);
        town.peer.serves(&far[n], endless);
    }
    let (mut here, mut there) = (note(&ana, "", "<p>Here</p>"), note(&ana, "", "<p>There</p>"));
    (here["inReplyTo"], there["inReplyTo"]) = (there["id"].clone(), here["id"].clone());
    town.peer.serves(id(&here), here.clone());
    town.peer.serves(id(&there), there.clone());
    for last in [&far[0], &id(&here).to_owned()] {
        town.peer.kept().asked.clear();
        let reply = lies(&town, &ana, last, "Last");
        assert_eq!(town.takes_in(&ana, &create(&ana, &reply)).await, StatusCode::ACCEPTED);
        town.tells().await;
        assert_eq!(parent_of(&town, &reply).await, None);
        let asked = town.peer.kept().asked.len();
        assert!(asked <= CLIMBS_MOST as usize + 2, "{asked}");
    }
}

#[tokio::test]
async fn a_reply_that_is_not_meant_for_us_starts_nothing() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    town.live_vote(&ana).await;
    let mut reply = note(&ana, &format!("{PEER}/unknown"), "<p>Words</p>");
    reply["cc"] = json!([format!("{}/followers", ana.id)]);
    town.takes_in(&ana, &create(&ana, &reply)).await;
    town.peer.kept().asked.clear();
    town.tells().await;
    assert!(town.peer.kept().asked.is_empty());
}

/// A node that follows a forum of the peer's, in which somebody publishes a page with a context of these notes.
async fn follows(town: &Town, notes: usize) -> (User, String) {
    let (group, author) = (town.peer.actor("Group", "/f/neighbours"), town.peer.user("mairie"));
    let target = federation::resolve(&town.app, "@neighbours@peer.test").await.expect("found");
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let uri = |id| town.app.address.path(&format!("follows/{id}"));
    follow::request(&mut tx, town.now(), &town.world.as_admin(), &target, uri).await.expect("asked");
    tx.commit().await.expect("committed");
    let told = town.tells().await;
    town.takes_in(&group, &activity(&group, "Accept", told[0].activity.clone())).await;
    let page = format!("{PEER}/c/place-7kq2");
    let context = format!("{page}/context");
    town.peer.serves(
        &page,
        json!({"id": page, "type": "Page", "attributedTo": author.id, "name": "The square", "content": "<p>Long</p>",
            "context": context, "to": ["https://www.w3.org/ns/activitystreams#Public"]}),
    );
    let mut ids = vec![page.clone()];
    for n in 0..notes {
        let id = format!("{page}/comments/{n}");
        // each answers the page, or the one before it
        let on = if n % 2 == 0 { page.clone() } else { format!("{page}/comments/{}", n - 1) };
        let mut words = note(&author, &on, "<p>Words</p>");
        words["id"] = json!(id);
        words["context"] = json!(context);
        town.peer.serves(&id, words);
        ids.push(id);
    }
    town.peer.serves(
        &context,
        json!({"id": context, "type": "OrderedCollection", "totalItems": ids.len(),
        "attributedTo": group.id, "first": format!("{context}?after=start")}),
    );
    let pages: Vec<&[String]> = ids.chunks(100).collect();
    for (n, items) in pages.iter().enumerate() {
        let at = |n: usize| if n == 0 { format!("{context}?after=start") } else { format!("{context}?after={n}") };
        let mut written =
            json!({"id": at(n), "type": "OrderedCollectionPage", "partOf": context, "orderedItems": items});
        if n + 1 < pages.len() {
            written["next"] = json!(at(n + 1));
        }
        town.peer.serves(&at(n), written);
    }
    (group, page)
}

async fn comments(town: &Town) -> usize {
    let mut conn = town.world.store.conn().await.expect("a connection");
    mirror::thread(&mut conn, "peer.test", "place-7kq2").await.expect("a thread").comments.len()
}

#[tokio::test]
async fn a_thread_is_brought_a_page_at_a_time_and_taken_up_where_it_stood() {
    let town = Town::new().await;
    let (group, page) = follows(&town, 130).await;
    assert_eq!(town.takes_in(&group, &activity(&group, "Announce", json!(page))).await, StatusCode::ACCEPTED);
    assert_eq!(comments(&town).await, 0, "the announcement brings the page alone");
    // the process is killed in the middle of the third round: nothing of it is finished
    for round in 0..3 {
        let mut tx = town.world.store.begin().await.expect("a transaction");
        let claim = job::claim(&mut tx, town.now()).await.expect("the queue").expect("a job");
        tx.commit().await.expect("committed");
        assert!(matches!(claim.job, Job::Backfill { .. }));
        let outcome = federation::run(&town.app, &claim).await;
        if round < 2 {
            let mut tx = town.world.store.begin().await.expect("a transaction");
            job::finish(&mut tx, town.now(), &claim, &outcome).await.expect("finished");
            tx.commit().await.expect("committed");
        }
    }
    assert!(comments(&town).await < 130);
    town.waits(job::LEASE + std::time::Duration::from_secs(1));
    town.tells().await;
    assert_eq!(comments(&town).await, 130, "all of it, and nothing twice");
}

#[tokio::test]
async fn what_answers_something_that_was_gone_before_stands_below_its_place() {
    let town = Town::new().await;
    let (group, page) = follows(&town, 6).await;
    let at = |n: usize| format!("{page}/comments/{n}");
    // one is not there any more, of another its origin says so, and a third was never heard of in the thread
    town.peer.kept().documents.remove("/c/place-7kq2/comments/0");
    town.peer.serves(&at(2), json!({"id": at(2), "type": "Tombstone"}));
    let unlisted = format!("{PEER}/n/unlisted");
    let mut last = town.peer.kept().documents["/c/place-7kq2/comments/5"].clone();
    last["inReplyTo"] = json!(unlisted);
    town.peer.serves(&at(5), last);
    town.takes_in(&group, &activity(&group, "Announce", json!(page))).await;
    town.tells().await;
    let mut conn = town.world.store.conn().await.expect("a connection");
    let thread = mirror::thread(&mut conn, "peer.test", "place-7kq2").await.expect("a thread");
    let mut kept: Vec<(&str, Option<&str>)> =
        thread.comments.iter().map(|(copy, _)| (copy.uri.as_str(), copy.parent_uri.as_deref())).collect();
    kept.sort_unstable();
    let (one, three, four, five) = (at(1), at(3), at(4), at(5));
    let (zero, two) = (at(0), at(2));
    let below = |comment, place| (comment, Some(place));
    let wanted: [(&str, Option<&str>); 4] =
        [below(one.as_str(), zero.as_str()), below(&three, &two), below(&four, &page), below(&five, &unlisted)];
    assert_eq!(kept, wanted, "each is kept");
    let mut places: Vec<&str> = thread.gone.iter().map(|(copy, _)| copy.uri.as_str()).collect();
    places.sort_unstable();
    assert_eq!(places, [zero.as_str(), &two, &unlisted], "and what it answers has an empty place");
}

#[tokio::test]
async fn a_thread_too_long_is_brought_in_part() {
    let town = Town::new().await;
    let (group, page) = follows(&town, 450).await;
    town.takes_in(&group, &activity(&group, "Announce", json!(page))).await;
    town.peer.kept().asked.clear();
    town.tells().await;
    let (kept, asked) = (comments(&town).await, town.peer.kept().asked.len());
    assert!(kept > 200 && asked <= FETCHES_MOST as usize, "{kept} kept, {asked} asked");
}

#[tokio::test]
async fn a_forum_newly_followed_brings_what_it_published_before() {
    let town = Town::new().await;
    let outbox = format!("{PEER}/f/neighbours/outbox");
    let page = format!("{PEER}/c/place-7kq2");
    town.peer.serves(
        &outbox,
        json!({"id": outbox, "type": "OrderedCollection", "orderedItems": [
        {"id": format!("{outbox}#1"), "type": "Announce", "actor": format!("{PEER}/f/neighbours"), "object": page},
        {"id": format!("{outbox}#2"), "type": "Like", "object": page}]}),
    );
    let group = town.peer.actor("Group", "/f/neighbours");
    let path = "/f/neighbours".to_owned();
    let mut document = town.peer.kept().documents[&path].clone();
    document["outbox"] = json!(outbox);
    town.peer.kept().documents.insert(path, document);
    let target = federation::resolve(&town.app, "@neighbours@peer.test").await.expect("found");
    let author = town.peer.user("mairie");
    town.peer.serves(
        &page,
        json!({"id": page, "type": "Page", "attributedTo": author.id, "name": "The square", "content": "<p>Long</p>",
            "to": ["https://www.w3.org/ns/activitystreams#Public"]}),
    );
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let uri = |id| town.app.address.path(&format!("follows/{id}"));
    follow::request(&mut tx, town.now(), &town.world.as_admin(), &target, uri).await.expect("asked");
    tx.commit().await.expect("committed");
    let told = town.tells().await;
    let accept = activity(&group, "Accept", told[0].activity.clone());
    assert_eq!(town.takes_in(&group, &accept).await, StatusCode::ACCEPTED);
    town.tells().await;
    let mut conn = town.world.store.conn().await.expect("a connection");
    assert!(mirror::by_uri(&mut conn, &page).await.expect("read").is_some());
}

//! Our own documents, held against what each server requires of them: a row for each requirement, found in the server's
//! documentation or source.

use model::clock::Instant;
use model::debate::comment::{self, Draft};
use model::debate::forum;
use serde_json::{Value, json};

use crate::town::{Town, kinds};

/// What a place in a document must hold.
#[derive(Debug, Clone, Copy)]
enum Must {
    BeText,
    BeInteger,
    BeBool,
    BeTime,
    BeList,
    BeAddressHere,
    BeAbsent,
    Be(&'static str),
    Hold(&'static str),
}

use Must::{Be, BeAbsent, BeAddressHere, BeBool, BeInteger, BeList, BeText, BeTime, Hold};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// Server, document, place, requirement.
const ROWS: &[(&str, &str, &str, Must)] = &[
    ("lemmy", "group", "/type", Be("Group")),
    ("lemmy", "group", "/preferredUsername", BeText),
    ("lemmy", "group", "/inbox", BeAddressHere),
    ("lemmy", "group", "/outbox", BeAddressHere),
    ("lemmy", "group", "/followers", BeAddressHere),
    ("lemmy", "group", "/publicKey/id", BeAddressHere),
    ("lemmy", "group", "/publicKey/owner", BeAddressHere),
    ("lemmy", "group", "/publicKey/publicKeyPem", Hold("BEGIN PUBLIC KEY")),
    ("lemmy", "group", "/endpoints/sharedInbox", BeAddressHere),
    ("lemmy", "group", "/attributedTo", BeAddressHere),
    ("lemmy", "group", "/featured", BeAddressHere),
    ("lemmy", "group", "/postingRestrictedToMods", BeBool),
    ("lemmy", "group", "/published", BeTime),
    ("lemmy", "outbox", "/orderedItems", BeList),
    ("lemmy", "outbox", "/orderedItems/0/type", Be("Announce")),
    ("lemmy", "outbox", "/orderedItems/0/object", BeAddressHere),
    ("lemmy", "outbox", "/first", BeAbsent),
    ("lemmy", "moderators", "/orderedItems", BeList),
    ("lemmy", "page", "/type", Be("Page")),
    ("lemmy", "page", "/attributedTo", BeAddressHere),
    ("lemmy", "page", "/name", BeText),
    ("lemmy", "page", "/to", Hold(PUBLIC)),
    ("lemmy", "page", "/cc", BeList),
    ("lemmy", "page", "/audience", BeAddressHere),
    ("lemmy", "page", "/content", BeText),
    ("lemmy", "page", "/mediaType", Be("text/html")),
    ("lemmy", "page", "/source/mediaType", Be("text/markdown")),
    ("lemmy", "page", "/published", BeTime),
    ("lemmy", "note", "/attributedTo", BeAddressHere),
    ("lemmy", "note", "/inReplyTo", BeAddressHere),
    ("lemmy", "note", "/content", BeText),
    ("lemmy", "note", "/to", Hold(PUBLIC)),
    ("lemmy", "note", "/cc", BeList),
    ("lemmy", "note", "/audience", BeAddressHere),
    ("lemmy", "announce", "/to", Hold(PUBLIC)),
    ("lemmy", "announce", "/cc", BeList),
    ("lemmy", "announce", "/object/actor", BeAddressHere),
    ("mbin", "page", "/name", BeText),
    ("mbin", "page", "/audience", BeAddressHere),
    ("mbin", "page", "/commentsEnabled", BeBool),
    ("mbin", "group", "/publicKey/publicKeyPem", BeText),
    ("piefed", "question", "/endTime", BeTime),
    ("piefed", "question", "/votersCount", BeInteger),
    ("piefed", "question", "/inReplyTo", BeAbsent),
    ("piefed", "question", "/audience", BeAddressHere),
    ("piefed", "question", "/oneOf/0/name", BeText),
    ("piefed", "question", "/oneOf/0/replies/totalItems", BeInteger),
    ("piefed", "group", "/type", Be("Group")),
    ("mastodon", "question", "/endTime", BeTime),
    ("mastodon", "question", "/votersCount", BeInteger),
    ("mastodon", "question", "/content", Hold("<strong>")),
    ("mastodon", "question", "/summary", BeAbsent),
    ("mastodon", "question", "/updated", BeAbsent),
    ("mastodon", "question", "/tag/0/type", Be("Mention")),
    ("mastodon", "question", "/interactionPolicy/canQuote/automaticApproval/0", Be(PUBLIC)),
    ("mastodon", "page", "/tag/0/type", Be("Mention")),
    ("mastodon", "page", "/summary", BeText),
    ("mastodon", "note", "/name", BeAbsent),
    ("mastodon", "note", "/summary", BeAbsent),
    ("mastodon", "note", "/url", BeAddressHere),
    ("mastodon", "note", "/published", BeTime),
    ("mastodon", "note", "/tag/0/href", BeAddressHere),
    ("mastodon", "boost", "/object", BeAddressHere),
    ("mastodon", "tally", "/object/updated", BeAbsent),
    ("mastodon", "tally", "/object/attributedTo", BeAddressHere),
    ("misskey", "tally", "/object/oneOf/0/replies/totalItems", BeInteger),
    ("misskey", "tally", "/object/oneOf/1/replies/totalItems", BeInteger),
    ("misskey", "question", "/oneOf/0/replies/totalItems", BeInteger),
    ("misskey", "question", "/oneOf/2/replies/totalItems", BeInteger),
    ("misskey", "person", "/inbox", BeAddressHere),
    ("misskey", "person", "/publicKey/id", BeAddressHere),
    ("gotosocial", "question", "/endTime", BeTime),
    ("gotosocial", "question", "/oneOf/0/type", Be("Note")),
    ("gotosocial", "question", "/oneOf/0/replies/type", Be("Collection")),
    ("gotosocial", "node", "/publicKey/publicKeyPem", BeText),
    ("gotosocial", "note", "/contentMap", Hold("fr")),
    ("pleroma", "question", "/context", BeAddressHere),
    ("pleroma", "question", "/attributedTo", BeAddressHere),
    ("pleroma", "note", "/context", BeAddressHere),
    ("pleroma", "note", "/tag", BeList),
    ("nodebb", "page", "/context", BeAddressHere),
    ("nodebb", "page", "/audience", BeAddressHere),
    ("nodebb", "author", "/type", Be("Person")),
    ("nodebb", "context", "/type", Be("OrderedCollection")),
    ("nodebb", "context", "/totalItems", BeInteger),
    ("nodebb", "context", "/attributedTo", BeAddressHere),
    ("mitra", "person", "/assertionMethod/0/type", Be("Multikey")),
    ("mitra", "person", "/assertionMethod/0/publicKeyMultibase", BeText),
    ("mitra", "note", "/to", BeList),
    ("mitra", "note", "/id", BeAddressHere),
    ("takahe", "person", "/url", BeAddressHere),
    ("takahe", "note", "/attributedTo", BeAddressHere),
    ("takahe", "question", "/oneOf", BeList),
    ("snac", "note", "/published", BeTime),
    ("snac", "note", "/attributedTo", BeAddressHere),
    ("snac", "question", "/oneOf/0/name", BeText),
    ("snac", "question", "/endTime", BeTime),
];

fn holds(found: Option<&Value>, must: Must) -> bool {
    let text = found.and_then(Value::as_str);
    match must {
        BeText => text.is_some_and(|text| !text.is_empty()),
        BeInteger => found.is_some_and(Value::is_u64),
        BeBool => found.is_some_and(Value::is_boolean),
        BeTime => text.is_some_and(|text| text.ends_with('Z') && Instant::parse(text).is_ok()),
        BeList => found.is_some_and(Value::is_array),
        BeAddressHere => text.is_some_and(|text| text.starts_with("https://a.test/")),
        BeAbsent => found.is_none(),
        Be(wanted) => text == Some(wanted),
        Hold(wanted) => found.is_some_and(|found| found.to_string().contains(wanted)),
    }
}

#[tokio::test]
async fn our_documents_have_what_each_server_requires() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let forum = town.world.forum("mobilite", forum::Visibility::Public).await;
    town.followed_by(&ana, &forum).await;
    let draft = model::debate::consultation::Draft {
        results: model::count::tally::Results::Live,
        summary: "In short".into(),
        ..town.world.draft(&json!({"kind": "vote"}))
    };
    let on = town.world.publish(&forum, draft).await;
    let told = town.tells().await;
    let announce =
        told.iter().find(|one| one.activity["object"]["type"] == "Create").expect("an Announce").activity.clone();
    let boost = told.iter().find(|one| one.activity["object"].is_string()).expect("a boost").activity.clone();
    let citizen = town.world.account("citizen").await;
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let by = forum::standing(&mut tx, &forum, Some(&citizen)).await.expect("a standing");
    let said = Draft { text: "Where would the market go?".into(), ..Draft::default() };
    let comment = comment::post(&mut tx, town.now(), &forum, &on, &by, &said).await.expect("posted");
    tx.commit().await.expect("committed");
    town.tells().await;
    town.takes_in(&ana, &crate::town::vote(&ana, &town.app.address.ballot(&on.slug), "Pour")).await;
    town.counts().await;
    let told = town.tells().await;
    let tally = told.iter().find(|one| one.activity["type"] == "Update");
    let tally = tally.unwrap_or_else(|| panic!("{:?}", kinds(&told))).activity.clone();
    let page = town.document(&format!("/c/{}", on.slug)).await;
    let author = page["attributedTo"].as_str().expect("an author").trim_start_matches("https://a.test").to_owned();
    let documents = [
        ("node", town.document("/").await),
        ("group", town.document("/f/mobilite").await),
        ("outbox", town.document("/f/mobilite/outbox").await),
        ("moderators", town.document("/f/mobilite/moderators").await),
        ("person", town.document("/u/citizen").await),
        ("author", town.document(&author).await),
        ("question", town.document(&format!("/c/{}/ballot", on.slug)).await),
        ("context", town.document(&format!("/c/{}/context", on.slug)).await),
        ("note", town.document(&format!("/c/{}/comments/{}", on.slug, comment.id)).await),
        ("page", page),
        ("announce", announce),
        ("boost", boost),
        ("tally", tally),
    ];
    for (server, name, place, must) in ROWS {
        let (_, document) = documents.iter().find(|(known, _)| known == name).expect("a document");
        let found = document.pointer(place);
        assert!(holds(found, *must), "{server}: {name}{place} must {must:?}, and is {found:?}");
    }
    let shapes = ["Link", "Image", "Document"];
    let page = &documents.iter().find(|(name, _)| *name == "page").expect("a page").1;
    let attached: Vec<&Value> = page["attachment"].as_array().into_iter().flatten().collect();
    assert!(attached.iter().all(|one| shapes.contains(&one["type"].as_str().unwrap_or_default())), "{attached:?}");
}

//! What a node that carries the debates of others does when something there is gone, locked, late, closed early or altered.

use std::time::Duration;

use aws_lc_rs::signature::Ed25519KeyPair;
use http::StatusCode;
use model::clock::Instant;
use model::debate::consultation;
use model::debate::forum::{Forum, Visibility};
use model::debate::text::Text;
use model::id::Id;
use model::network::mirror::{self, How, Mirror};
use model::network::relay::{self, rules::Kind as By, rules::Rule};
use model::network::{elsewhere, fidelity};
use model::people::proof::{self, Signer};
use serde_json::{Value, json};

use crate::town::{Delivered, PEER, Town, User, activity, kinds};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";
pub(super) const PAGE: &str = "http://peer.test/c/place-7kq2";
const HOUR: Duration = Duration::from_secs(3600);

/// An actor of a node of our kind, with a key for statements.
pub(super) fn ours(town: &Town, kind: &str, path: &str) -> (User, Signer) {
    let user = town.peer.actor(kind, path);
    let pair = Ed25519KeyPair::generate().expect("a key");
    let id = format!("{}#ed25519-key", user.id);
    let signer = Signer::from_pkcs8(id.clone(), pair.to_pkcs8().expect("DER").as_ref()).expect("a signer");
    let mut document = town.peer.kept().documents[path].clone();
    document["generator"] = json!({"type": "Application", "name": "Palabre"});
    document["assertionMethod"] = json!([{
        "id": id, "type": "Multikey", "controller": user.id, "publicKeyMultibase": proof::multikey(&signer.public()),
    }]);
    town.peer.serves(&user.id, document);
    (user, signer)
}

/// A node that carries a forum of the peer's, a node of our kind, and is followed from a third server.
pub(super) struct Carrying {
    pub(super) town: Town,
    pub(super) forum: Forum,
    pub(super) group: User,
    pub(super) author: User,
    pub(super) signer: Signer,
}

pub(super) async fn carrying() -> Carrying {
    let town = Town::new().await;
    let (group, _) = ours(&town, "Group", "/f/neighbours");
    let (author, signer) = ours(&town, "Person", "/users/mairie");
    let forum = town.world.forum("mobilite", Visibility::Public).await;
    let target = federation::resolve(&town.app, "@neighbours@peer.test").await.expect("found");
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let rule = Rule { kind: By::All, tags: Vec::new(), comments: true };
    let follow = |id| town.app.address.follow(id);
    relay::begin(&mut tx, town.now(), &town.world.as_admin(), &forum, &target, rule, follow).await.expect("asked");
    tx.commit().await.expect("committed");
    town.followed_from_afar(&forum).await;
    let told = town.tells().await;
    town.takes_in(&group, &activity(&group, "Accept", told[0].activity.clone())).await;
    town.works().await;
    town.peer.takes();
    Carrying { town, forum, group, author, signer }
}

const TEXT: &str = "The whole text.";

fn digest(text: &str) -> String {
    let now = Instant::from_microsecond(0);
    Text::first(now, Id::new(now), text).sha256
}

impl Carrying {
    /// The consultation as its origin publishes and signs it.
    pub(super) fn page(&self, closes: &str, more: &Value) -> Value {
        let mut page = json!({
            "@context": "https://www.w3.org/ns/activitystreams",
            "id": PAGE, "type": "Page", "attributedTo": self.author.id, "name": "Close the square?", "to": [PUBLIC],
            "content": format!("<p>{TEXT}</p>"), "source": {"content": TEXT, "mediaType": "text/markdown"},
            "audience": self.group.id, "context": format!("{PAGE}/context"), "published": "2026-03-01T08:00:00Z",
            "consultation": {
                "method": {"kind": "none"}, "changeable": true, "tiers": ["member", "open"], "official": "member",
                "results": "live", "closesAt": closes, "textHash": digest(TEXT),
            },
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            page["consultation"][name] = value.clone();
        }
        self.signer.prove(&mut page, self.town.now()).expect("proven");
        page
    }

    pub(super) fn serves(&self, more: &Value) {
        self.town.peer.serves(PAGE, self.page("2027-01-01T00:00:00Z", more));
    }

    pub(super) async fn hears(&self, told: Value) {
        let announce = activity(&self.group, "Announce", told);
        assert_eq!(self.town.takes_in(&self.group, &announce).await, StatusCode::ACCEPTED);
    }

    /// Ana's comment, as her server serves it.
    pub(super) fn said(&self, ana: &User, name: &str) -> Value {
        let id = format!("{PEER}/n/{name}");
        let words = json!({"id": id, "type": "Note", "attributedTo": ana.id, "inReplyTo": PAGE, "to": [PUBLIC],
            "content": format!("<p>{name}</p>"), "context": format!("{PAGE}/context")});
        self.town.peer.serves(&id, words.clone());
        words
    }

    pub(super) async fn copy(&self, uri: &str) -> Option<Mirror> {
        mirror::by_uri(&mut self.town.world.store.conn().await.expect("a connection"), uri).await.expect("read")
    }

    /// Everything that is due, with what was delivered.
    pub(super) async fn tells(&self) -> Vec<Delivered> {
        self.town.works().await;
        self.town.peer.takes()
    }
}

#[tokio::test]
async fn what_is_gone_at_its_origin_leaves_its_place_with_the_reason() {
    let it = carrying().await;
    it.serves(&json!({}));
    it.hears(json!(PAGE)).await;
    let ana = it.town.peer.user("ana");
    let first = it.said(&ana, "first");
    it.hears(activity(&ana, "Create", first)).await;
    let mut answer = it.said(&ana, "answer");
    answer["inReplyTo"] = json!(format!("{PEER}/n/first"));
    it.town.peer.serves(&format!("{PEER}/n/answer"), answer.clone());
    it.hears(activity(&ana, "Create", answer)).await;
    it.tells().await;

    it.town.peer.kept().documents.remove("/n/first");
    let uri = format!("{PEER}/n/first");
    let undo =
        json!({"id": format!("{}#announce/1", it.group.id), "type": "Announce", "actor": it.group.id, "object": uri});
    assert_eq!(it.town.takes_in(&it.group, &activity(&it.group, "Undo", undo)).await, StatusCode::ACCEPTED);
    let mut delete = activity(&it.author, "Delete", json!({"id": uri, "type": "Tombstone"}));
    delete["summary"] = json!("Off the subject.");
    it.hears(delete).await;
    assert!(it.copy(&uri).await.is_none());
    let mut conn = it.town.world.store.conn().await.expect("a connection");
    let thread = mirror::thread(&mut conn, "peer.test", "place-7kq2").await.expect("a thread");
    assert_eq!((thread.comments.len(), thread.gone.len()), (1, 1));
    let (left, end) = &thread.gone[0];
    assert_eq!((end.how, end.reason.as_deref()), (How::Removed, Some("Off the subject.")));
    assert!(left.html.is_empty() && left.author_id.is_none() && left.document.0["type"] == "Tombstone", "{left:?}");
    assert_eq!(thread.comments[0].0.parent_uri.as_deref(), Some(left.uri.as_str()), "what answers it stays");
    drop(conn);

    it.town.peer.kept().documents.remove("/c/place-7kq2");
    it.hears(activity(&it.author, "Delete", json!(PAGE))).await;
    let mut conn = it.town.world.store.conn().await.expect("a connection");
    let end = mirror::ended(&mut conn, "peer.test", "place-7kq2").await.expect("read").expect("an end");
    assert_eq!((end.how, end.reason), (How::Deleted, None));
    assert!(elsewhere::at(&mut conn, "peer.test", "place-7kq2").await.is_err());
    drop(conn);
    it.town.works().await;

    it.serves(&json!({}));
    it.hears(json!(PAGE)).await;
    assert!(it.copy(PAGE).await.is_some(), "it stands at its origin again");
}

#[tokio::test]
async fn a_debate_is_locked_as_its_origin_says() {
    let it = carrying().await;
    it.serves(&json!({}));
    it.hears(json!(PAGE)).await;
    it.hears(activity(&it.author, "Lock", json!(PAGE))).await;
    let locked = async || {
        let mut conn = it.town.world.store.conn().await.expect("a connection");
        let on = elsewhere::by_uri(&mut conn, PAGE).await.expect("mirrored");
        on.is_locked(mirror::marks(&mut conn, PAGE).await.expect("marks"))
    };
    assert!(locked().await);
    let lock = activity(&it.author, "Lock", json!(PAGE));
    it.hears(activity(&it.author, "Undo", lock)).await;
    assert!(!locked().await);
    let mut page = it.page("2027-01-01T00:00:00Z", &json!({}));
    page["commentsEnabled"] = json!(false);
    it.town.peer.serves(PAGE, page.clone());
    it.hears(activity(&it.author, "Update", page)).await;
    assert!(locked().await, "who began to follow later finds it in the Page");
}

#[tokio::test]
async fn what_was_announced_while_its_origin_was_away_is_passed_on_once_it_is_back() {
    let it = carrying().await;
    let ana = it.town.peer.user("ana");
    let first = it.said(&ana, "first");
    it.town.peer.kept().elsewhere = Some(StatusCode::SERVICE_UNAVAILABLE);
    it.town.peer.kept().documents.remove("/n/first");
    let whole = activity(&ana, "Create", first.clone());
    it.hears(whole.clone()).await;
    it.hears(json!(PAGE)).await;
    assert!(it.tells().await.is_empty());
    it.town.peer.kept().elsewhere = None;
    it.serves(&json!({}));
    it.town.peer.serves(&format!("{PEER}/n/first"), first);
    for _ in 0..3 {
        it.town.waits(2 * HOUR);
        it.town.works().await;
    }
    let told = it.town.peer.takes();
    let passed: Vec<&Value> =
        told.iter().filter(|one| one.headers["host"] == "evil.test").map(|one| &one.activity["object"]).collect();
    assert_eq!(passed, [&json!(PAGE), &whole], "the debate, then what was said in it, each once");
}

#[tokio::test]
async fn what_is_deleted_while_its_origin_is_away_is_gone_once_it_is_back() {
    let it = carrying().await;
    it.serves(&json!({}));
    it.hears(json!(PAGE)).await;
    it.tells().await;
    it.town.peer.kept().documents.remove("/c/place-7kq2");
    it.town.peer.kept().elsewhere = Some(StatusCode::SERVICE_UNAVAILABLE);
    let undo =
        json!({"id": format!("{}#announce/1", it.group.id), "type": "Announce", "actor": it.group.id, "object": PAGE});
    it.town.takes_in(&it.group, &activity(&it.group, "Undo", undo)).await;
    it.town.works().await;
    assert!(it.copy(PAGE).await.is_some(), "nobody can say that it is gone");
    it.town.peer.kept().elsewhere = Some(StatusCode::GONE);
    it.town.waits(2 * HOUR);
    it.town.works().await;
    assert!(it.copy(PAGE).await.is_none());
    assert!(kinds(&it.town.peer.takes()).contains(&"Undo(Announce)".to_owned()), "and those who had it hear so");
}

/// Has the origins asked whose time has come.
async fn revisits(it: &Carrying) {
    let mut tx = it.town.world.store.begin().await.expect("a transaction");
    fidelity::due(&mut tx, it.town.now()).await.expect("asked");
    tx.commit().await.expect("committed");
    it.town.works().await;
}

#[tokio::test]
async fn an_early_closing_of_which_nothing_is_told_is_noticed() {
    let it = carrying().await;
    it.serves(&json!({}));
    it.hears(json!(PAGE)).await;
    let phase = async || {
        let mut conn = it.town.world.store.conn().await.expect("a connection");
        elsewhere::by_uri(&mut conn, PAGE).await.expect("mirrored").phase(it.town.now())
    };
    revisits(&it).await;
    assert_eq!(phase().await, consultation::Phase::Open);
    it.serves(&json!({"state": "closed"}));
    revisits(&it).await;
    assert_eq!(phase().await, consultation::Phase::Open, "not asked again at once");
    it.town.waits(HOUR);
    revisits(&it).await;
    assert_eq!(phase().await, consultation::Phase::Closed);
    it.town.peer.serves(PAGE, json!({"id": PAGE, "type": "Tombstone"}));
    it.town.waits(24 * HOUR);
    revisits(&it).await;
    assert!(it.copy(PAGE).await.is_none(), "nor that it is gone");
}

#[tokio::test]
async fn our_own_early_closing_stands_in_the_page() {
    let town = Town::new().await;
    let (forum, on) = town.world.vote().await;
    let state = async || town.document(&format!("/c/{}", on.slug)).await["consultation"]["state"].clone();
    assert_eq!(state().await, Value::Null);
    let mut tx = town.world.store.begin().await.expect("a transaction");
    consultation::close(&mut tx, town.now(), &town.world.as_admin(), &forum, &on).await.expect("closed");
    tx.commit().await.expect("committed");
    assert_eq!(state().await, "closed");
}

#[tokio::test]
async fn a_text_that_is_altered_where_it_is_kept_is_found_out_and_put_right() {
    let it = carrying().await;
    it.serves(&json!({}));
    it.hears(json!(PAGE)).await;
    let ana = it.town.peer.user("ana");
    let first = it.said(&ana, "first");
    it.hears(activity(&ana, "Create", first)).await;
    let fault = async || {
        let mut conn = it.town.world.store.conn().await.expect("a connection");
        fidelity::fault(&mut conn, PAGE).await.expect("read")
    };
    revisits(&it).await;
    assert_eq!(fault().await, None, "what is kept as it came holds");

    let honest = it.copy(PAGE).await.expect("kept");
    let mut lies = honest.clone();
    lies.html = "<p>Another text.</p>".into();
    alters(&it, &lies).await;
    let found = fault().await.expect("found out");
    assert!(found.restored && found.detail.contains("words"), "{found:?}");
    assert_eq!(it.copy(PAGE).await.expect("kept").html, honest.html);

    // the lie is carried through: text, digest and all, but for the signature
    lies.document.0["content"] = json!(lies.html);
    lies.document.0["source"]["content"] = json!("Another text.");
    lies.document.0["consultation"]["textHash"] = json!(digest("Another text."));
    alters(&it, &lies).await;
    let found = fault().await.expect("found out");
    assert!(found.restored && found.detail.contains("sign"), "{found:?}");
    assert_eq!(it.copy(PAGE).await.expect("kept").document, honest.document);

    it.town.peer.kept().elsewhere = Some(StatusCode::SERVICE_UNAVAILABLE);
    it.town.peer.kept().documents.remove("/c/place-7kq2");
    alters(&it, &lies).await;
    assert!(!fault().await.expect("found out").restored, "its origin is away");

    it.town.peer.kept().elsewhere = None;
    it.serves(&json!({}));
    let said = it.copy(&format!("{PEER}/n/first")).await.expect("kept");
    alters(&it, &Mirror { html: "<p>Never said.</p>".into(), ..said }).await;
    let words = it.copy(&format!("{PEER}/n/first")).await.expect("kept").html;
    assert!(words.contains("first"), "what was said in the debate too: {words}");
}

/// Somebody with the database writes something else into it; then the node looks.
async fn alters(it: &Carrying, lies: &Mirror) {
    let mut tx = it.town.world.store.begin().await.expect("a transaction");
    mirror::keep(&mut tx, lies).await.expect("written");
    tx.commit().await.expect("committed");
    it.town.waits(HOUR);
    revisits(it).await;
}

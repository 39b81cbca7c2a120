//! What others write, as it stands here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use model::debate::comment::{self, Comment};
use model::network::peer::{self, Policy, Terms};
use model::people::actor::{self, Actor};
use model::people::portrait;
use serde_json::{Value, json};

use crate::town::{PEER, Town, User, activity, create, note};

/// One pixel.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

/// Somebody who describes themself with more than what every actor has.
fn described(town: &Town, name: &str, more: Value) -> User {
    let user = town.peer.user(name);
    let path = user.id.strip_prefix(PEER).expect("the peer's").to_owned();
    let mut document = town.peer.kept().documents[&path].clone();
    document.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    town.peer.serves(&user.id, document);
    user
}

async fn kept(town: &Town, uri: &str) -> Comment {
    let mut conn = town.world.store.conn().await.expect("a connection");
    comment::by_uri(&mut conn, uri).await.expect("read").expect("kept")
}

async fn known(town: &Town, user: &User) -> Actor {
    let mut conn = town.world.store.conn().await.expect("a connection");
    actor::by_uri(&mut conn, &user.id).await.expect("read").expect("known")
}

async fn picture(town: &Town, user: &User) -> Option<String> {
    let id = known(town, user).await.id;
    let mut conn = town.world.store.conn().await.expect("a connection");
    portrait::names(&mut conn, &[id]).await.expect("read").remove(&id)
}

#[tokio::test]
async fn a_post_stands_here_with_its_author_its_emoji_its_attachments_and_its_tags() {
    let town = Town::new().await;
    let bea = described(&town, "bea", json!({"url": format!("{PEER}/@bea")}));
    let avatar = format!("{PEER}/avatar.png");
    let ana = described(
        &town,
        "ana",
        json!({"name": "\u{202e}Ana\u{200b} :blobcat:", "icon": {"type": "Image", "mediaType": "image/png", "url": avatar}}),
    );
    town.peer.shows(&avatar, "image/png", STANDARD.decode(PNG).expect("a picture"));
    let (_, on) = town.live_vote(&bea).await;
    let page = town.app.address.consultation(&on.slug);
    // Bea is known here by her id alone before she is mentioned by it.
    town.takes_in(&bea, &create(&bea, &note(&bea, &page, "<p>First</p>"))).await;
    let html = format!(
        "<p>Hello <a href=\"{}\" class=\"u-url mention\">@bea</a> <img alt=\":blobcat:\" src=\"{PEER}/1.png\"> \
         <a href=\"{PEER}/tags/Place\" class=\"mention hashtag\">#<span>Place</span></a><script>x</script></p>",
        bea.id
    );
    let mut words = note(&ana, &page, &html);
    words["tag"] = json!([
        {"type": "Mention", "href": bea.id, "name": "@bea@peer.test"},
        {"type": "Hashtag", "href": format!("{PEER}/tags/place"), "name": "#place"},
        {"type": "Emoji", "name": ":blobcat:", "icon": {"url": format!("{PEER}/1.png")}},
    ]);
    words["attachment"] = json!([
        {"type": "Document", "mediaType": "image/png", "url": format!("{PEER}/media/plan.png"), "name": "The plan"},
        {"type": "Link", "href": "javascript:alert(1)"},
        {"type": "Audio", "url": [{"type": "Link", "href": format!("{PEER}/media/sound.ogg")}]},
    ]);
    words["summary"] = json!("Long");
    assert_eq!(town.takes_in(&ana, &create(&ana, &words)).await, StatusCode::ACCEPTED);
    town.tells().await;

    let kept = kept(&town, words["id"].as_str().expect("an id")).await;
    let rel = "rel=\"nofollow ugc noopener noreferrer\"";
    assert_eq!(
        kept.html,
        format!(
            "<p><strong>Long</strong></p><p>Hello <a href=\"{PEER}/@bea\" {rel}>@bea</a> :blobcat: \
             <a href=\"https://a.test/f/mobilite?tag=place\" {rel}>#<span>Place</span></a></p>\
             <ul><li><a href=\"{PEER}/media/plan.png\" {rel}>The plan</a></li>\
             <li><a href=\"{PEER}/media/sound.ogg\" {rel}>sound.ogg</a></li></ul>"
        )
    );
    assert_eq!(kept.language.as_deref(), Some("en"));
    assert_eq!(known(&town, &ana).await.display_name, "Ana :blobcat:");
    let name = picture(&town, &ana).await.expect("a picture");
    let mut conn = town.world.store.conn().await.expect("a connection");
    let (format, octets) = portrait::serve(&mut conn, &name).await.expect("served");
    assert!(format.is_picture() && !octets.is_empty());
    assert!(octets != STANDARD.decode(PNG).expect("a picture"), "written anew");
    assert!(portrait::serve(&mut conn, &name.replace(['j', 'p'], "x")).await.is_err());
    drop(conn);

    let mut tx = town.world.store.begin().await.expect("a transaction");
    let terms = Terms { reject_media: true, ..Policy::Allow.into() };
    peer::treat(&mut tx, town.now(), None, "peer.test", terms).await.expect("said");
    tx.commit().await.expect("committed");
    assert_eq!(picture(&town, &ana).await, None, "its pictures are left out");
    let mut conn = town.world.store.conn().await.expect("a connection");
    assert!(portrait::serve(&mut conn, &name).await.is_err());
    drop(conn);
    let cora = described(&town, "cora", json!({"icon": {"type": "Image", "mediaType": "image/png", "url": avatar}}));
    let asked = town.peer.kept().asked.len();
    town.takes_in(&cora, &create(&cora, &note(&cora, &page, "<p>Second</p>"))).await;
    town.tells().await;
    assert!(town.peer.kept().asked[asked..].iter().all(|path| !path.ends_with("avatar.png")), "nor fetched");
}

#[tokio::test]
async fn a_picture_is_fetched_only_of_who_speaks_and_only_if_it_is_one() {
    let town = Town::new().await;
    let at = |name: &str| format!("{PEER}/{name}");
    let with = |name: &str, icon: String| described(&town, name, json!({"icon": {"type": "Image", "url": icon}}));
    let (voter, page_of) = (with("voter", at("voter.png")), with("html", at("page.html")));
    let (ourselves, inside) =
        (with("own", "https://a.test/icon.svg".into()), with("inside", "http://169.254.169.254/x".into()));
    let moved = with("moved", at("moved"));
    let picture_of = STANDARD.decode(PNG).expect("a picture");
    town.peer.shows(&at("voter.png"), "image/png", picture_of.clone());
    town.peer.shows(&at("page.html"), "text/html", picture_of.clone());
    town.peer.shows(&at("there.png"), "image/png", picture_of);
    town.peer.leads(&at("moved"), &at("there.png"));
    let (_, on) = town.live_vote(&voter).await;
    town.takes_in(&voter, &crate::town::vote(&voter, &town.app.address.ballot(&on.slug), "Pour")).await;
    for user in [&page_of, &ourselves, &inside, &moved] {
        let words = note(user, &town.app.address.consultation(&on.slug), "<p>Words</p>");
        assert_eq!(town.takes_in(user, &create(user, &words)).await, StatusCode::ACCEPTED);
    }
    town.tells().await;
    for user in [&voter, &page_of, &ourselves, &inside] {
        assert_eq!(picture(&town, user).await, None, "{}", user.id);
    }
    assert!(picture(&town, &moved).await.is_some(), "one redirect is followed");
    assert!(!town.peer.kept().asked.iter().any(|path| path == "/voter.png"), "nothing is asked of a voter");
}

#[tokio::test]
async fn an_edit_is_read_as_the_post_was_and_a_new_picture_takes_the_place_of_the_old() {
    let town = Town::new().await;
    let ana = described(&town, "ana", json!({"icon": {"type": "Image", "url": format!("{PEER}/old.png")}}));
    let picture_of = STANDARD.decode(PNG).expect("a picture");
    town.peer.shows(&format!("{PEER}/old.png"), "image/png", picture_of);
    let (_, on) = town.live_vote(&ana).await;
    let mut words = note(&ana, &town.app.address.consultation(&on.slug), "<p>Words</p>");
    town.takes_in(&ana, &create(&ana, &words)).await;
    town.tells().await;
    assert!(picture(&town, &ana).await.is_some());
    words["attachment"] = json!({"type": "Document", "url": format!("{PEER}/media/late.pdf"), "name": "Late"});
    assert_eq!(town.takes_in(&ana, &activity(&ana, "Update", words.clone())).await, StatusCode::ACCEPTED);
    assert!(kept(&town, words["id"].as_str().expect("an id")).await.html.contains("late.pdf"));

    let path = ana.id.strip_prefix(PEER).expect("the peer's").to_owned();
    let mut document = town.peer.kept().documents[&path].clone();
    document["icon"] = json!(null);
    town.peer.serves(&ana.id, document.clone());
    assert_eq!(town.takes_in(&ana, &activity(&ana, "Update", document)).await, StatusCode::ACCEPTED);
    town.tells().await;
    assert_eq!(picture(&town, &ana).await, None, "there is none any more");
}

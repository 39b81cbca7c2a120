//! Taking part from one's own server, both ways.

use model::network::peer::{self, Policy};
use model::testing::refused;
use serde_json::{Value, json};

use crate::town::{PEER, Town, create, note};

const OSTATUS: &str = "http://ostatus.org/schema/1.0/subscribe";
const OBJECT: &str = "https://w3id.org/fep/3b86/Object";
const FOLLOW: &str = "https://w3id.org/fep/3b86/Follow";

async fn descriptor(town: &Town, resource: &str) -> Value {
    let query = resource.replace(':', "%3A").replace('@', "%40");
    let (status, jrd, _) = town.gets(&format!("/.well-known/webfinger?resource={query}")).await;
    assert_eq!(status, 200, "{resource}");
    jrd
}

fn template<'a>(jrd: &'a Value, rel: &str) -> Option<&'a str> {
    jrd["links"].as_array()?.iter().find(|link| link["rel"] == rel)?["template"].as_str()
}

#[tokio::test]
async fn webfinger_says_how_our_people_take_part_elsewhere() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (forum, on) = town.live_vote(&ana).await;
    town.takes_in(&ana, &create(&ana, &note(&ana, &town.app.address.consultation(&on.slug), "<p>Hi</p>"))).await;
    let node = descriptor(&town, "acct:a.test@a.test").await;
    assert_eq!(template(&node, OSTATUS), Some("https://a.test/interact?uri={uri}"));
    for rel in [OBJECT, FOLLOW] {
        assert_eq!(template(&node, rel), Some("https://a.test/interact?uri={object}"));
    }
    let group = descriptor(&town, &format!("acct:{}@a.test", forum.slug)).await;
    assert_eq!(template(&group, OSTATUS), None, "a forum takes part in nothing");
}

#[tokio::test]
async fn a_visitor_is_led_to_what_their_own_server_offers_and_nowhere_else() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (forum, on) = town.live_vote(&ana).await;
    let (page, group) = (town.app.address.consultation(&on.slug), town.app.address.forum(&forum.slug));
    let offered = |links: Value| town.peer.kept().offered = links.as_array().expect("links").clone();
    let led = async |about: &str| federation::intent(&town.app, "@ana@peer.test", about).await.map(String::from);
    let encoded = format!("https%3A%2F%2Fa.test%2Fc%2F{}", on.slug);

    assert_eq!(refused(led(&page).await), "no-intent", "its server offers nothing");
    offered(json!([{"rel": OSTATUS, "template": format!("{PEER}/authorize_interaction?uri={{uri}}")}]));
    assert_eq!(led(&page).await.expect("led"), format!("{PEER}/authorize_interaction?uri={encoded}"));
    offered(json!([
        {"rel": OSTATUS, "template": format!("{PEER}/authorize_interaction?uri={{uri}}")},
        {"rel": FOLLOW, "template": format!("{PEER}/follow?o={{object}}")},
        {"rel": OBJECT, "href": format!("{PEER}/open?o={{object}}&then={{on-success}}")},
    ]));
    assert_eq!(led(&page).await.expect("led"), format!("{PEER}/open?o={encoded}&then="));
    assert!(led(&group).await.expect("led").starts_with(&format!("{PEER}/follow?o=")));
    for elsewhere in [
        "https://evil.test/?u={uri}",
        "http://evil.test/?u={uri}",
        "https://peer.test.evil.test/?u={uri}",
        "https://peer.test@evil.test/?u={uri}",
        "https://user:pass@peer.test/?u={uri}",
        "https://peer.test:4443/?u={uri}",
        "https://127.0.0.1/?u={uri}",
        "https://a.test/interact?uri={uri}",
        "javascript:alert('{uri}')",
        "data:text/html,{uri}",
        "//evil.test/{uri}",
        "{uri}",
        "http://peer.test/?fixed",
    ] {
        offered(json!([{"rel": OSTATUS, "template": elsewhere}]));
        assert_eq!(refused(led(&page).await), "no-intent", "{elsewhere}");
    }
}

#[tokio::test]
async fn whom_a_server_does_not_tell_of_is_led_by_what_it_says_of_itself() {
    let town = Town::new().await;
    let (_, on) = town.live_vote(&town.peer.user("ana")).await;
    let page = town.app.address.consultation(&on.slug);
    town.peer.actor("Application", "/peer.test");
    town.peer.kept().offered = vec![json!({"rel": OSTATUS, "template": format!("{PEER}/interact?uri={{uri}}")})];
    let led = federation::intent(&town.app, "@voter@peer.test", &page).await.expect("led");
    assert!(led.as_str().starts_with(&format!("{PEER}/interact?uri=")));
}

#[tokio::test]
async fn who_cannot_be_led_is_told_why() {
    let town = Town::new().await;
    let (_, on) = town.live_vote(&town.peer.user("ana")).await;
    let page = town.app.address.consultation(&on.slug);
    for (handle, code) in [
        ("", "not-a-handle"),
        ("ana", "not-a-handle"),
        ("https://peer.test/users/ana", "not-a-handle"),
        ("@ana@127.0.0.1", "not-reachable"),
        ("@ana@localhost", "not-reachable"),
        ("@ana@a.test", "own-account"),
        ("@ana@A.TEST.", "own-account"),
        ("@nobody@peer.test", "not-reachable"),
        ("@ana@nowhere.invalid", "not-reachable"),
    ] {
        assert_eq!(refused(federation::intent(&town.app, handle, &page).await), code, "{handle}");
    }
    let mut tx = town.world.store.begin().await.expect("a transaction");
    peer::set_policy(&mut tx, town.now(), "peer.test", Policy::Block).await.expect("blocked");
    tx.commit().await.expect("committed");
    assert_eq!(refused(federation::intent(&town.app, "@ana@peer.test", &page).await), "peer-blocked");
    let off = Town::with(federation::Settings { enabled: false, ..federation::Settings::default() }).await;
    assert_eq!(refused(federation::intent(&off.app, "@ana@peer.test", &page).await), "federation-off");
}

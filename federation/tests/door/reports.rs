//! Reports: from other servers and to them, and what becomes of them.

use http::StatusCode;
use model::care::report::{self, Decision, Draft as NewReport, Reason, State as Outcome};
use model::debate::comment::{self, State};
use model::debate::consultation;
use model::network::peer::{self, Policy, Terms};
use model::testing::refused;
use serde_json::json;

use crate::town::{PEER, Town, activity, create, kinds, note};

#[tokio::test]
async fn a_report_comes_in_both_shapes_and_its_local_reporter_hears_of_the_outcome() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (_, on) = town.live_vote(&ana).await;
    let words = note(&ana, &town.app.address.consultation(&on.slug), "<p>Insults</p>");
    town.takes_in(&ana, &create(&ana, &words)).await;
    town.tells().await;
    let instance = town.peer.actor("Application", "/actor");
    let mut mastodon = activity(&instance, "Flag", json!(["https://a.test/u/valmont", words["id"]]));
    mastodon["content"] = json!("They insult <b>everybody</b>");
    let bea = town.peer.user("bea");
    let mut lemmy = activity(&bea, "Flag", words["id"].clone());
    lemmy["summary"] = json!("Off topic");
    lemmy["to"] = json!(["https://a.test/f/mobilite"]);
    for (user, flag) in [(&instance, &mastodon), (&bea, &lemmy), (&bea, &lemmy)] {
        assert_eq!(town.takes_in(user, flag).await, StatusCode::ACCEPTED);
    }
    assert_eq!(town.takes_in(&bea, &activity(&bea, "Flag", json!("https://a.test/c/nothing"))).await, 202);

    let citizen = town.world.account("citizen").await;
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let said = comment::by_uri(&mut tx, words["id"].as_str().unwrap()).await.expect("read").expect("there");
    let theirs = consultation::view(&mut tx, &on.slug, Some(&citizen)).await.expect("a view");
    let draft = NewReport { reason: Reason::Abuse, text: String::new(), forward: true };
    let uri = words["id"].as_str().unwrap();
    report::file(&mut tx, town.now(), &theirs, &said, uri, &draft).await.expect("filed");
    assert_eq!(refused(report::file(&mut tx, town.now(), &theirs, &said, uri, &draft).await), "already-reported");
    let open = report::open_in(&mut tx, None, Outcome::Open, None, 10).await.expect("reports");
    let texts: Vec<&str> = open.iter().map(|one| one.text.as_str()).collect();
    assert_eq!(texts, ["They insult everybody", "Off topic", ""]);
    assert!(open.iter().all(|one| one.comment_id == Some(said.id) && one.target == uri));
    tx.commit().await.expect("committed");

    let told = town.tells().await;
    assert_eq!(kinds(&told), ["Flag"]);
    assert_eq!(
        (&told[0].activity["actor"], &told[0].activity["content"]),
        (&json!("https://a.test/"), &json!("abuse"))
    );
    assert_eq!(told[0].activity["object"], json!([ana.id, uri]));
    assert!(town.is_signed(&told[0]).await && !told[0].activity.to_string().contains("citizen"));

    let mut tx = town.world.store.begin().await.expect("a transaction");
    let by = town.world.as_admin();
    let decided = report::decide(&mut tx, town.now(), &by, open[0].id, Decision::Remove, "It insults").await;
    assert_eq!(decided.expect("decided").state, Outcome::Removed);
    let again = report::decide(&mut tx, town.now(), &by, open[1].id, Decision::Dismiss, "Fine").await;
    assert_eq!(refused(again), "already-decided", "one removal settles all reports of a comment");
    let gone = comment::by_id(&mut tx, said.id).await.expect("there");
    assert_eq!((gone.state, gone.reason.as_deref()), (State::Hidden, Some("It insults")));
    let own = report::of_reporter(&mut tx, citizen.actor_id, 10).await.expect("reports");
    assert_eq!((own[0].state, own[0].verdict.as_deref()), (Outcome::Removed, Some("It insults")));
    tx.commit().await.expect("committed");
    let mut conn = town.world.store.conn().await.expect("a connection");
    let mails = model::care::mail::latest(&mut conn, Some("citizen@mail.example"), 10).await.expect("mails");
    assert!(mails.len() == 1 && mails[0].body.contains("It insults"), "{mails:?}");
    drop(conn);
    town.works().await;
    town.peer.takes();
}

#[tokio::test]
async fn reports_of_a_server_that_reports_too_much_are_not_taken() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (_, on) = town.live_vote(&ana).await;
    let words = note(&ana, &town.app.address.consultation(&on.slug), "<p>Fair</p>");
    town.takes_in(&ana, &create(&ana, &words)).await;
    for (reject_reports, open) in [(true, 0), (false, 1)] {
        let mut tx = town.world.store.begin().await.expect("a transaction");
        let terms = Terms { reject_reports, ..Policy::Allow.into() };
        peer::treat(&mut tx, town.now(), None, "peer.test", terms).await.expect("said");
        tx.commit().await.expect("committed");
        assert_eq!(town.takes_in(&ana, &activity(&ana, "Flag", words["id"].clone())).await, StatusCode::ACCEPTED);
        let mut conn = town.world.store.conn().await.expect("a connection");
        assert_eq!(report::open_in(&mut conn, None, Outcome::Open, None, 10).await.expect("reports").len(), open);
    }
    town.tells().await;
}

#[tokio::test]
async fn a_report_to_lemmy_has_its_own_shape() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (_, on) = town.live_vote(&ana).await;
    let links = json!({"links": [{"rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": format!("{PEER}/nodeinfo/2.0")}]});
    town.peer.serves(&format!("{PEER}/.well-known/nodeinfo"), links);
    town.peer.serves(&format!("{PEER}/nodeinfo/2.0"), json!({"software": {"name": "lemmy", "version": "0.19"}}));
    let words = note(&ana, &town.app.address.consultation(&on.slug), "<p>Insults</p>");
    town.takes_in(&ana, &create(&ana, &words)).await;
    town.tells().await;
    let citizen = town.world.account("citizen").await;
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let uri = words["id"].as_str().unwrap();
    let said = comment::by_uri(&mut tx, uri).await.expect("read").expect("there");
    let theirs = consultation::view(&mut tx, &on.slug, Some(&citizen)).await.expect("a view");
    let draft = NewReport { reason: Reason::Other, text: "Rude".into(), forward: true };
    report::file(&mut tx, town.now(), &theirs, &said, uri, &draft).await.expect("filed");
    tx.commit().await.expect("committed");
    let told = town.tells().await;
    let flag = &told[0].activity;
    assert_eq!((&flag["object"], &flag["summary"]), (&json!(uri), &json!("Rude")));
    assert_eq!(flag["to"], json!(["https://a.test/f/mobilite"]));
    assert!(flag["actor"].as_str().unwrap().starts_with("https://a.test/u/"), "Lemmy takes persons alone");
    assert!(town.is_signed(&told[0]).await);
}

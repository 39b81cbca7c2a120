use std::time::Duration;

use http::StatusCode;
use model::debate::consultation;
use model::debate::forum::{self, Visibility};
use model::job::Outcome;
use serde_json::json;

use crate::town::{Town, kinds, vote};

#[tokio::test]
async fn a_consultation_is_told_as_two_roots_each_carried_and_boosted() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let forum = town.world.forum("mobilite", Visibility::Public).await;
    town.followed_by(&ana, &forum).await;
    let on = town.world.publish(&forum, town.world.draft(&json!({"kind": "vote"}))).await;
    let told = town.tells().await;
    assert_eq!(kinds(&told), ["Announce(Create)", "Announce", "Announce(Create)", "Announce"], "in this order");
    let (page, question) = (town.app.address.consultation(&on.slug), town.app.address.ballot(&on.slug));
    assert_eq!((&told[1].activity["object"], &told[3].activity["object"]), (&json!(page), &json!(question)));
    assert_eq!(told[0].activity["object"]["object"]["type"], "Page");
    assert_eq!(told[2].activity["object"]["object"]["type"], "Question");
    for one in &told {
        assert_eq!(one.path, "/inbox", "one delivery for the whole server");
        assert!(one.headers["user-agent"].to_str().expect("text").starts_with("Palabre/"));
        assert!(town.is_signed(one).await);
        assert!(one.activity["to"].is_array() && one.activity["cc"].is_array());
    }
}

#[tokio::test]
async fn the_question_follows_at_the_opening() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let forum = town.world.forum("mobilite", Visibility::Public).await;
    town.followed_by(&ana, &forum).await;
    let draft = consultation::Draft {
        opens_at: Some(town.now().plus(Duration::from_secs(3_600))),
        ..town.world.draft(&json!({"kind": "vote"}))
    };
    let on = town.world.publish(&forum, draft).await;
    assert_eq!(town.tells().await.len(), 2, "the Page alone");
    town.world.passes(Duration::from_secs(3_601)).await;
    let told = town.tells().await;
    assert_eq!(kinds(&told), ["Announce(Create)", "Announce"]);
    assert_eq!(told[1].activity["object"], town.app.address.ballot(&on.slug));
}

#[tokio::test]
async fn an_edit_is_told_directly_and_carried_and_a_tally_repeats_its_time() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (forum, on) = town.live_vote(&ana).await;
    let question = town.app.address.ballot(&on.slug);
    town.takes_in(&ana, &vote(&ana, &question, "Pour")).await;
    town.counts().await;
    town.tells().await;
    town.waits(Duration::from_secs(60));
    let draft = consultation::Draft {
        summary: "Le dimanche seulement.".into(),
        closes_at: on.closes_at,
        results: model::count::tally::Results::Live,
        ..town.world.draft(&json!({"kind": "vote"}))
    };
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let before = consultation::by_id(&mut tx, on.id).await.expect("a consultation");
    let draft = consultation::Draft { method: before.method.0.clone(), ..draft };
    consultation::edit(&mut tx, town.now(), &town.world.as_admin(), &forum, &before, draft).await.expect("edited");
    tx.commit().await.expect("committed");
    let told = town.tells().await;
    assert_eq!(kinds(&told), ["Update(Page)", "Announce(Update)", "Update(Question)", "Announce(Update)"]);
    let edited = told[0].activity["object"]["updated"].clone();
    assert!(edited.is_string());

    town.waits(town.app.settings.tally_interval);
    let bea = town.peer.user("bea");
    town.takes_in(&bea, &vote(&bea, &question, "Contre")).await;
    town.counts().await;
    let told = town.tells().await;
    assert_eq!(told[0].activity["object"]["updated"], edited, "the time of the last human edit, unchanged");
}

#[tokio::test]
async fn a_delivery_that_fails_is_tried_again_signed_afresh_and_holds_its_lane() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let forum = town.world.forum("mobilite", Visibility::Public).await;
    town.followed_by(&ana, &forum).await;
    town.peer.kept().answer = Some(StatusCode::SERVICE_UNAVAILABLE);
    town.world.publish(&forum, town.world.draft(&json!({"kind": "vote"}))).await;
    let ended = town.works().await;
    assert!(matches!(ended.as_slice(), [Outcome::Later(..)]), "the first waits, and the others behind it: {ended:?}");

    town.peer.kept().answer = None;
    assert!(town.works().await.is_empty() && town.peer.takes().is_empty(), "not before its time");
    town.waits(Duration::from_secs(3_600));
    let told = town.tells().await;
    assert_eq!(told.len(), 4);
    for one in &told {
        assert!(town.is_signed(one).await, "signed afresh: the clock has moved");
    }
}

#[tokio::test]
async fn a_delivery_that_is_refused_is_not_tried_again() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let forum = town.world.forum("mobilite", Visibility::Public).await;
    town.followed_by(&ana, &forum).await;
    town.peer.kept().answer = Some(StatusCode::GONE);
    town.world.publish(&forum, town.world.draft(&json!({"kind": "vote"}))).await;
    let ended = town.works().await;
    assert_eq!(ended.len(), 4);
    assert!(ended.iter().all(|outcome| matches!(outcome, Outcome::Never(_))));
    town.waits(Duration::from_secs(86_400));
    assert!(town.works().await.is_empty());
}

#[tokio::test]
async fn a_forum_with_a_new_title_tells_its_followers() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let forum = town.world.forum("mobilite", Visibility::Public).await;
    town.followed_by(&ana, &forum).await;
    let draft = forum::Draft {
        slug: forum.slug.clone(),
        title: "Se déplacer".into(),
        summary: forum.summary.clone(),
        visibility: forum.visibility,
        language: forum.language.clone(),
    };
    let mut tx = town.world.store.begin().await.expect("a transaction");
    forum::edit(&mut tx, town.now(), &town.world.as_admin(), &forum, &draft).await.expect("edited");
    tx.commit().await.expect("committed");
    let told = town.tells().await;
    assert_eq!(kinds(&told), ["Update(Group)"]);
    assert_eq!(told[0].activity["object"]["name"], "Se déplacer");
    assert!(town.is_signed(&told[0]).await);
}

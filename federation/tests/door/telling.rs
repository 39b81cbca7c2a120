use std::time::Duration;

use http::StatusCode;
use model::debate::forum::{self, Visibility};
use model::debate::{change, consultation, outcome};
use model::job::Outcome;
use model::network::delivery;
use serde_json::json;

use crate::comments::posts;
use crate::town::{Town, create, kinds, note, vote};

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

/// What somebody may do here, as the node's administrator.
fn seen(town: &Town, forum: &forum::Forum, on: &consultation::Consultation) -> consultation::View {
    let (consultation, forum) = (on.clone(), forum.clone());
    consultation::View { consultation, forum, standing: town.world.as_admin() }
}

#[tokio::test]
async fn an_extension_is_told_with_a_note_and_the_question_keeps_its_end() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (forum, on) = town.live_vote(&ana).await;
    let question = town.app.address.ballot(&on.slug);
    town.takes_in(&ana, &vote(&ana, &question, "Pour")).await;
    town.counts().await;
    town.tells().await;
    town.waits(Duration::from_secs(60));
    let announced = on.closes_at.expect("an end");
    for days in [1_u64, 2] {
        let later = announced.plus(Duration::from_secs(days * 86_400));
        let mut tx = town.world.store.begin().await.expect("a transaction");
        let view = seen(&town, &forum, &on);
        change::extend(&mut tx, town.now(), &view, later, "La salle est fermée.").await.expect("extended");
        tx.commit().await.expect("committed");
        let told = town.tells().await;
        let of = |kind: &str| told.iter().find(|one| kinds(std::slice::from_ref(one)) == [kind]).expect(kind);
        let page = &of("Update(Page)").activity["object"];
        assert_eq!(page["consultation"]["closesAt"], later.to_string());
        assert!(page["updated"].is_string());
        assert_eq!(of("Update(Question)").activity["object"]["endTime"], announced.to_string(), "it never moves");
        let note = told.iter().map(|one| one.activity.to_string()).find(|text| text.contains("La salle est fermée."));
        let note = note.expect("a Note says why");
        assert!(note.contains("Note") && note.contains(&town.app.address.consultation(&on.slug)), "{note}");
        town.waits(Duration::from_secs(60));
    }
}

#[tokio::test]
async fn a_cancellation_closes_the_question_and_marks_the_page() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (forum, on) = town.live_vote(&ana).await;
    let question = town.app.address.ballot(&on.slug);
    town.takes_in(&ana, &vote(&ana, &question, "Pour")).await;
    town.counts().await;
    town.tells().await;
    let mut tx = town.world.store.begin().await.expect("a transaction");
    change::cancel(&mut tx, town.now(), &seen(&town, &forum, &on), "Le projet est retiré.").await.expect("cancelled");
    tx.commit().await.expect("committed");
    let told = town.tells().await;
    let updates =
        |kind: &str| told.iter().find(|one| kinds(std::slice::from_ref(one)) == [kind]).expect(kind).activity.clone();
    assert_eq!(updates("Update(Page)")["object"]["consultation"]["state"], "cancelled");
    assert!(updates("Update(Question)")["object"]["closed"].is_string());
    assert!(told.iter().any(|one| one.activity.to_string().contains("Le projet est retiré.")));
    let late = town.peer.user("bea");
    town.takes_in(&late, &vote(&late, &question, "Contre")).await;
    town.tells().await;
    let on = town.world.again(&on).await;
    assert_eq!(town.world.tally(&on).await.0.values().map(|count| count.voters).sum::<i64>(), 1);
}

#[tokio::test]
async fn an_outcome_is_told_as_an_official_answer() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (forum, on) = town.live_vote(&ana).await;
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let on = consultation::close(&mut tx, town.now(), &town.world.as_admin(), &forum, &on).await.expect("closed");
    tx.commit().await.expect("committed");
    town.tells().await;
    for (text, wanted) in [("Adopté.", "Announce(Create)"), ("Reporté.", "Announce(Update)")] {
        town.waits(Duration::from_secs(60));
        let draft = outcome::Draft { decision: "Décision".into(), text: text.into(), ..outcome::Draft::default() };
        let mut tx = town.world.store.begin().await.expect("a transaction");
        let on = consultation::by_id(&mut tx, on.id).await.expect("a consultation");
        outcome::publish(&mut tx, town.now(), &seen(&town, &forum, &on), draft).await.expect("published");
        tx.commit().await.expect("committed");
        let told = town.tells().await;
        let note = told.iter().find(|one| one.activity["object"]["object"]["type"] == "Note").expect("a Note");
        assert_eq!(kinds(std::slice::from_ref(note)), [wanted]);
        let note = &note.activity["object"]["object"];
        assert!(note["content"].as_str().is_some_and(|content| content.contains(text)), "{note}");
        assert_eq!(note["inReplyTo"], town.app.address.consultation(&on.slug));
    }
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

#[tokio::test]
async fn what_is_told_waits_for_its_servers_before_the_request_is_answered() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (_, on) = town.live_vote(&ana).await;
    let said = posts(&town, &on, "Des mots", None).await;
    let mut conn = town.world.store.conn().await.expect("a connection");
    assert_eq!(delivery::queues(&mut conn).await.expect("the queues"), [("peer.test".to_owned(), 1)]);
    drop(conn);
    let told = town.tells().await;
    assert_eq!(kinds(&told), ["Announce(Create)"]);
    assert_eq!(told[0].activity["object"]["object"]["id"], town.app.address.comment(&on.slug, said.id));
}

#[tokio::test]
async fn a_comment_from_elsewhere_waits_for_the_followers_before_its_inbox_answers() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (_, on) = town.live_vote(&ana).await;
    let said = note(&ana, &town.app.address.consultation(&on.slug), "<p>Words</p>");
    assert_eq!(town.takes_in(&ana, &create(&ana, &said)).await, StatusCode::ACCEPTED);
    let mut conn = town.world.store.conn().await.expect("a connection");
    assert_eq!(delivery::queues(&mut conn).await.expect("the queues"), [("peer.test".to_owned(), 1)]);
    drop(conn);
    assert_eq!(kinds(&town.tells().await), ["Announce(Create)"]);
}

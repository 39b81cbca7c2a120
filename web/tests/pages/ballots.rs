//! Choose, press, a receipt; what is refused, and what is not shown.

use std::time::Duration;

use http::StatusCode;
use model::count::tally::Results;
use model::debate::forum::Visibility;
use model::people::role::Role;
use model::testing::World;
use serde_json::json;

use super::browser::{Browser, app, asked, mailed};

#[tokio::test]
async fn a_vote_is_cast_changed_and_withdrawn() {
    let world = World::sqlite().await;
    let (_, on) = world.vote().await;
    world.account_with_password("ana").await;
    let mut ana = Browser::signed_in(&world, "ana").await;
    let path = format!("/c/{}", on.slug);
    let ballot = format!("{path}/ballot");

    let cast = ana.post(&ballot, &[("choice", "for"), ("act", "cast")]).await;
    assert_eq!((cast.status, cast.location()), (StatusCode::SEE_OTHER, format!("{path}#vote").as_str()));
    let page = ana.get(&path).await;
    assert!(page.has("role=\"status\"") && page.has("Your choice:") && page.has("<b>Pour</b>"));
    ana.post(&ballot, &[("choice", "against"), ("act", "cast")]).await;
    let counts = world.tally(&on).await;
    assert_eq!(serde_json::to_value(&counts).unwrap(), json!({"member": {"voters": 1, "choices": {"against": 1}}}));
    assert!(ana.get(&path).await.has("<b>Contre</b>"));

    let gone = ana.post(&ballot, &[("act", "withdraw")]).await;
    assert!(ana.get(gone.location().split('#').next().unwrap()).await.has("Your vote is withdrawn"));
    assert_eq!(serde_json::to_value(world.tally(&on).await).unwrap(), json!({}));
}

#[tokio::test]
async fn who_read_an_older_text_is_asked_to_read_again() {
    let world = World::sqlite().await;
    let (_, on) = world.vote().await;
    world.account_with_password("ana").await;
    let mut ana = Browser::signed_in(&world, "ana").await;
    let ballot = format!("/c/{}/ballot", on.slug);
    assert!(ana.get(&format!("/c/{}", on.slug)).await.has("name=\"text\" value=\"1\""));
    let late = ana.post(&ballot, &[("choice", "for"), ("act", "cast"), ("text", "2")]).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(late.has("The text has changed since you read it") && late.has("name=\"text\" value=\"1\""));
    assert_eq!(world.tally(&on).await.0.len(), 0);
    let cast = ana.post(&ballot, &[("choice", "for"), ("act", "cast"), ("text", "1")]).await;
    assert_eq!(cast.status, StatusCode::SEE_OTHER);
    world.tally(&on).await;
}

#[tokio::test]
async fn a_choice_made_before_signing_up_survives_and_is_cast_by_no_address() {
    let world = World::sqlite().await;
    let (_, on) = world.vote().await;
    let mut visitor = Browser::of(&world);
    let led = visitor.post(&format!("/c/{}/ballot", on.slug), &[("choice", "for")]).await;
    assert_eq!(led.status, StatusCode::SEE_OTHER);
    let entry = visitor.get(led.location()).await;
    assert!(entry.has("Your choice is kept: Pour"));
    let next = asked(led.location(), "next");
    let form = [
        ("next", next.as_str()),
        ("email", "ana@mail.example"),
        ("name", "ana"),
        ("new-password", "quite long enough"),
    ];
    assert!(visitor.post("/signup", &form).await.has("ana@mail.example"));

    let link = mailed(&world, "ana@mail.example").await;
    assert!(visitor.get(&link).await.has("Confirm your address"));
    let token = asked(&link, "token");
    assert!(!link.contains("next=") && !link.contains("choice"), "the mail tells no choice: {link}");
    let confirmed = visitor.post("/verify", &[("token", &token)]).await;
    let page = visitor.get(confirmed.location().split('#').next().unwrap()).await;
    assert!(page.has("Your choice was kept"));
    assert!(page.has("value=\"for\" id=\"choice\" checked"));
    assert_eq!(serde_json::to_value(world.tally(&on).await).unwrap(), json!({}), "nothing is cast by GET");
}

#[tokio::test]
async fn each_refused_ballot_says_why_and_changes_nothing() {
    let world = World::sqlite().await;
    let forum = world.forum("mobilite", Visibility::Public).await;
    let poll = json!({"kind": "poll", "options": ["Gare", "Lycée", "Piscine"], "multiple": true, "max": 2});
    let on = world.publish(&forum, world.draft(&poll)).await;
    world.account_with_password("ana").await;
    let mut ana = Browser::signed_in(&world, "ana").await;
    let ballot = format!("/c/{}/ballot", on.slug);
    let several = [("choice", "o1"), ("choice", "o2"), ("choice", "o3")];
    let refusals: [(&[(&str, &str)], &str); 4] = [
        (&[], "Choose an answer"),
        (&[("choice", "o9")], "not in the list"),
        (&[("choice", "o1"), ("choice", "o1")], "chosen twice"),
        (&several, "too many answers"),
    ];
    for (form, words) in refusals {
        let page = ana.post(&ballot, form).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{words}");
        assert!(page.has(words) && page.has("role=\"alert\"") && page.title().starts_with("Error:"), "{words}");
    }
    assert!(ana.post(&ballot, &several).await.has("value=\"o3\" checked"), "what was chosen stays");
    world.passes(Duration::from_secs(8 * 86_400)).await;
    let late = ana.post(&ballot, &[("choice", "o1")]).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(late.has("The consultation is closed"));
    let mut anybody = Browser::of(&world);
    assert_eq!(anybody.post(&ballot, &[("choice", "o1")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(serde_json::to_value(world.tally(&on).await).unwrap(), json!({}));
}

#[tokio::test]
async fn a_ballot_that_cannot_change_is_refused_the_second_time() {
    let world = World::sqlite().await;
    let forum = world.forum("mobilite", Visibility::Public).await;
    let draft = model::debate::consultation::Draft { changeable: false, ..world.draft(&json!({"kind": "vote"})) };
    let on = world.publish(&forum, draft).await;
    world.account_with_password("ana").await;
    let mut ana = Browser::signed_in(&world, "ana").await;
    let ballot = format!("/c/{}/ballot", on.slug);
    ana.post(&ballot, &[("choice", "for")]).await;
    for form in [[("choice", "against")], [("act", "withdraw")]] {
        let again = ana.post(&ballot, &form).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(again.has("Your vote is recorded already"));
    }
}

#[tokio::test]
async fn hidden_results_show_no_number_to_anybody() {
    let world = World::sqlite().await;
    let forum = world.forum("mobilite", Visibility::Public).await;
    for (results, voter_sees) in [(Results::AfterVote, true), (Results::AfterClose, false), (Results::Live, true)] {
        let draft = model::debate::consultation::Draft {
            results,
            title: format!("Question {results}"),
            ..world.draft(&json!({"kind": "vote"}))
        };
        let on = world.publish(&forum, draft).await;
        let name = format!("voter-{}", results.as_str().replace('_', "-"));
        let voter = world.account_with_password(&name).await;
        world.casts(&forum, &on, &voter, &["for"]).await.expect("cast");
        world.tally(&on).await;
        let path = format!("/c/{}", on.slug);
        let bars = |html: &str| html.contains("class=\"score\"") || html.contains("1 voter");
        let anybody = Browser::of(&world).get(&path).await;
        assert_eq!(bars(&anybody.html), results == Results::Live, "{results}");
        let own = Browser::signed_in(&world, &name).await.get(&path).await;
        assert_eq!(bars(&own.html), voter_sees, "{results}");
        let listed = Browser::of(&world).get("/f/mobilite").await;
        assert!(listed.has(&format!("Question {results}")));
    }
    let listed = Browser::of(&world).get("/f/mobilite").await;
    assert_eq!(listed.html.matches("Provisional results").count(), 1, "the live one alone");
    world.passes(Duration::from_secs(8 * 86_400)).await;
    let closed = Browser::of(&world).get("/f/mobilite?state=closed").await;
    assert!(closed.title().starts_with("Closed: "), "each part has a title of its own: {}", closed.title());
    assert_eq!(closed.html.matches("Final results").count(), 3);
}

#[tokio::test]
async fn the_page_of_a_visitor_is_right_within_two_seconds_and_never_that_of_somebody() {
    let world = World::sqlite().await;
    let forum = world.forum("mobilite", Visibility::Public).await;
    let draft = model::debate::consultation::Draft { results: Results::Live, ..world.draft(&json!({"kind": "vote"})) };
    let on = world.publish(&forum, draft).await;
    let voter = world.account_with_password("ana").await;
    let app = app(&world);
    let (mut anybody, path) = (Browser::at(&app), format!("/c/{}", on.slug));
    assert!(anybody.get(&path).await.has("0 voters"));
    let mut ana = Browser::at(&app);
    ana.post("/login", &[("who", "ana"), ("password", model::testing::PASSWORD)]).await;
    assert!(ana.get(&path).await.has(">ana</a>"));
    assert!(!anybody.get(&path).await.has(">ana</a>"), "a page of a session is shared with nobody");
    world.casts(&forum, &on, &voter, &["for"]).await.expect("cast");
    world.tally(&on).await;
    tokio::time::timeout(Duration::from_secs(2), async {
        while !anybody.get(&path).await.has("1 voter") {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("within two seconds");
    let page = anybody.get(&path).await;
    assert_eq!(page.headers[http::header::VARY], "Accept, Accept-Language, Cookie");
    assert!(anybody.reading("fr").get(&path).await.has("Résultats provisoires"));
}

#[tokio::test]
async fn only_members_vote_in_a_closed_forum() {
    let world = World::sqlite().await;
    let forum = world.forum("conseil", Visibility::Closed).await;
    let on = world.publish(&forum, world.draft(&json!({"kind": "support", "goal": 50}))).await;
    world.account_with_password("ana").await;
    let mut ana = Browser::signed_in(&world, "ana").await;
    let page = ana.get(&format!("/c/{}", on.slug)).await;
    assert!(page.has("Your role does not allow this") && !page.has("name=\"choice\""));
    assert_eq!(
        ana.post(&format!("/c/{}/ballot", on.slug), &[("choice", "support")]).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(world.account_with_role("luc", Role::Author).await.role, Role::Author);
}

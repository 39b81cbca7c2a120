//! A vote on each article of a text, from another node.

use http::StatusCode;
use model::count::electorate::Tier;
use model::count::tally::Results;
use model::debate::consultation::{Consultation, Draft};
use model::debate::forum::Visibility;
use serde_json::{Value, json};

use crate::ballots::{answer, ballot};
use crate::town::{Town, activity, create, note, vote};

/// A text of two articles, each of which is voted on.
async fn charter(town: &Town, draft: Draft) -> Consultation {
    let forum = town.world.forum("mobilite", Visibility::Public).await;
    let text = "# Charte\n\n## Place\n\nLibre.\n\n## Rue\n\nCalme.".into();
    let on = town.world.publish(&forum, Draft { text, ..draft }).await;
    town.tells().await;
    on
}

fn articles(town: &Town) -> Draft {
    Draft { results: Results::Live, ..town.world.draft(&json!({"kind": "articles"})) }
}

const PLACE: [&str; 3] = ["a1:for", "a1:neutral", "a1:against"];
const STREET: [&str; 3] = ["a2:for", "a2:neutral", "a2:against"];

#[tokio::test]
async fn the_page_names_every_article_and_there_is_no_question() {
    let town = Town::new().await;
    let on = charter(&town, articles(&town)).await;
    let page = town.document(&format!("/c/{}", on.slug)).await;
    let told = &page["consultation"]["method"];
    assert_eq!(told["kind"], "articles");
    let ids: Vec<&str> = told["options"].as_array().expect("options").iter().filter_map(|o| o["id"].as_str()).collect();
    assert_eq!(ids, [PLACE, STREET].concat());
    assert_eq!(told["options"][3]["label"], "Rue \u{2013} Pour");
    assert_eq!(town.gets(&format!("/c/{}/ballot", on.slug)).await.0, StatusCode::NOT_FOUND);
    let link = town.app.address.consultation(&on.slug);
    assert!(page["content"].as_str().is_some_and(|content| content.contains(&link)), "it says where to vote");
}

#[tokio::test]
async fn a_ballot_on_articles_is_accepted_changed_and_withdrawn() {
    let town = Town::new().await;
    let on = charter(&town, articles(&town)).await;
    let (ana, page) = (town.peer.user("ana"), town.app.address.consultation(&on.slug));
    let first = answer(&town, &ana, &ballot(&ana, 1, &page, &["a2:against", "a1:for"])).await;
    assert_eq!(first["type"], "Accept");
    assert_eq!(first["result"]["choice"], json!(["a1:for", "a2:against"]), "in the order of the text");
    assert_eq!(town.open_tier(&on, PLACE).await, [1, 0, 0]);
    assert_eq!(town.open_tier(&on, STREET).await, [0, 0, 1]);

    let changed = ballot(&ana, 2, &page, &["a1:neutral"]);
    assert_eq!(answer(&town, &ana, &changed).await["result"]["choice"], json!(["a1:neutral"]));
    assert_eq!(town.open_tier(&on, PLACE).await, [0, 1, 0]);
    assert_eq!(town.open_tier(&on, STREET).await, [0, 0, 0], "an article left out is no longer voted on");
    let tally = town.document(&format!("/c/{}/tally", on.slug)).await;
    assert_eq!(tally["tiers"]["open"]["voters"], 1);

    let again = answer(&town, &ana, &activity(&ana, "Undo", changed)).await;
    assert_eq!(again["type"], "Accept");
    assert_eq!(town.open_tier(&on, PLACE).await, [0, 0, 0]);
    let counts = town.world.tally(&on).await;
    assert_eq!(counts.0.get(&Tier::Open).map_or(0, |open| open.voters), 0);
}

#[tokio::test]
async fn a_ballot_that_fits_no_article_is_refused_with_its_code() {
    let town = Town::new().await;
    let on = charter(&town, articles(&town)).await;
    let (ana, page) = (town.peer.user("ana"), town.app.address.consultation(&on.slug));
    let seven = ["a1:for", "a2:for", "a1:for", "a2:for", "a1:for", "a2:for", "a1:for"];
    let refused: [(&[&str], &str); 6] = [
        (&[], "nothing-chosen"),
        (&["for"], "unknown-choice"),
        (&["a3:for"], "unknown-choice"),
        (&["a1:for", "a1:against"], "repeated-choice"),
        (&["a1:for", "a1:for"], "repeated-choice"),
        (&seven, "too-many-choices"),
    ];
    for (n, (choice, code)) in (1..).zip(refused) {
        let reject: Value = answer(&town, &ana, &ballot(&ana, n, &page, choice)).await;
        assert_eq!((&reject["type"], &reject["code"]), (&json!("Reject"), &json!(code)), "{choice:?}");
        assert!(reject["summary"].is_string() && reject.get("result").is_none());
    }
    assert_eq!(town.open_tier(&on, PLACE).await, [0, 0, 0]);
    let mut worded = ballot(&ana, 9, &page, &["a1:for"]);
    worded["object"]["choice"] = json!({"a1": "for"});
    assert_eq!(town.takes_in(&ana, &worded).await, StatusCode::BAD_REQUEST, "a choice is a list of ids");
    let labelled = ballot(&ana, 10, &page, &["Place \u{2013} Pour"]);
    assert_eq!(answer(&town, &ana, &labelled).await["result"]["choice"], json!(["a1:for"]), "a label names its id");
}

#[tokio::test]
async fn what_fits_one_question_is_no_ballot_on_articles() {
    let town = Town::new().await;
    let on = charter(&town, articles(&town)).await;
    let (ana, page) = (town.peer.user("ana"), town.app.address.consultation(&on.slug));
    town.takes_in(&ana, &vote(&ana, &page, "a1:for")).await;
    town.takes_in(&ana, &vote(&ana, &town.app.address.ballot(&on.slug), "a1:for")).await;
    town.takes_in(&ana, &activity(&ana, "Like", json!(page))).await;
    town.takes_in(&ana, &create(&ana, &note(&ana, &page, "<p>a1:for</p>"))).await;
    assert_eq!(town.open_tier(&on, PLACE).await, [0, 0, 0]);
    assert_eq!(town.world.again(&on).await.comment_count, 1, "words are words");
    town.tells().await;
}

#[tokio::test]
async fn where_ballots_are_final_a_second_one_is_refused() {
    let town = Town::new().await;
    let on = charter(&town, Draft { changeable: false, ..articles(&town) }).await;
    let (ana, page) = (town.peer.user("ana"), town.app.address.consultation(&on.slug));
    assert_eq!(answer(&town, &ana, &ballot(&ana, 1, &page, &["a1:for"])).await["type"], "Accept");
    let second = answer(&town, &ana, &ballot(&ana, 2, &page, &["a2:for"])).await;
    assert_eq!(second["code"], "already-voted", "also for another article");
    assert_eq!(town.open_tier(&on, STREET).await, [0, 0, 0]);
}

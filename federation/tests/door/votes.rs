use std::time::Duration;

use http::StatusCode;
use model::debate::forum::Visibility;
use serde_json::{Value, json};

use crate::town::{Delivered, Town, activity, kinds, vote};

fn updates(told: &[Delivered]) -> Vec<&Value> {
    let questions =
        told.iter().filter(|one| one.activity["type"] == "Update" && one.activity["object"]["type"] == "Question");
    questions.map(|one| &one.activity["object"]).collect()
}

fn totals(question: &Value) -> Vec<u64> {
    let options = question["oneOf"].as_array().or_else(|| question["anyOf"].as_array()).expect("options");
    options.iter().map(|option| option["replies"]["totalItems"].as_u64().expect("an integer")).collect()
}

#[tokio::test]
async fn a_vote_from_mastodon_is_counted_and_told_back() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (_, on) = town.live_vote(&ana).await;
    let question = town.app.address.ballot(&on.slug);
    assert_eq!(town.takes_in(&ana, &vote(&ana, &question, "Pour")).await, StatusCode::ACCEPTED);
    assert_eq!(town.open_tier(&on, ["for", "neutral", "against"]).await, [1, 0, 0]);

    let told = town.tells().await;
    assert_eq!(
        kinds(&told),
        ["Update(Question)", "Announce(Update)"],
        "an accepted vote gets no answer, its totals are told"
    );
    let question = updates(&told)[0];
    assert_eq!((totals(question), &question["votersCount"]), (vec![1, 0, 0], &json!(1)));
    assert!(question.get("updated").is_none(), "a tally is no edit");
    assert_eq!(told[0].activity["actor"], question["attributedTo"]);
    for one in &told {
        assert!(town.is_signed(one).await);
        assert!(!one.activity.to_string().contains(&ana.id), "who voted what leaks to no other server");
    }
}

#[tokio::test]
async fn totals_are_told_at_most_once_per_interval() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (_, on) = town.live_vote(&ana).await;
    let question = town.app.address.ballot(&on.slug);
    town.takes_in(&ana, &vote(&ana, &question, "Pour")).await;
    town.counts().await;
    assert_eq!(updates(&town.tells().await).len(), 1);
    for name in ["bea", "cyd"] {
        let user = town.peer.user(name);
        town.takes_in(&user, &vote(&user, &question, "Contre")).await;
        town.counts().await;
    }
    assert!(town.tells().await.is_empty(), "not yet");
    town.waits(town.app.settings.tally_interval);
    let told = town.tells().await;
    assert_eq!(updates(&told).iter().map(|question| totals(question)).collect::<Vec<_>>(), [[1, 0, 2]]);
}

#[tokio::test]
async fn a_vote_that_the_rules_refuse_is_kept_not_counted_and_its_voter_told_once() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (_, on) = town.live_vote(&ana).await;
    let question = town.app.address.ballot(&on.slug);
    town.takes_in(&ana, &vote(&ana, &question, "Pour")).await;
    for name in ["Contre", "Peut-être", "Contre"] {
        assert_eq!(town.takes_in(&ana, &vote(&ana, &question, name)).await, StatusCode::ACCEPTED);
    }
    let told = town.tells().await;
    let notes: Vec<_> = told.iter().filter(|one| one.activity["object"]["type"] == "Note").collect();
    assert_eq!(notes.len(), 1, "{:?}", kinds(&told));
    let note = &notes[0].activity["object"];
    assert_eq!(notes[0].path, "/users/ana/inbox");
    assert_eq!(note["to"], json!([ana.id]));
    assert!(note.get("cc").is_none() && note.get("name").is_none() && note.get("inReplyTo").is_none());
    assert!(note["content"].as_str().expect("words").contains(&town.app.address.consultation(&on.slug)));
    assert!(town.is_signed(notes[0]).await);
    assert_eq!(town.open_tier(&on, ["for", "neutral", "against"]).await, [1, 0, 0]);

    town.world.passes(Duration::from_secs(8 * 86_400)).await;
    let late = town.peer.user("late");
    assert_eq!(town.takes_in(&late, &vote(&late, &question, "Pour")).await, StatusCode::ACCEPTED);
    assert_eq!(town.open_tier(&on, ["for", "neutral", "against"]).await, [1, 0, 0]);
    let told = town.tells().await;
    assert!(told.iter().any(|one| one.path == "/users/late/inbox"));
    assert!(updates(&told).iter().all(|question| question["closed"].is_string()));
}

#[tokio::test]
async fn a_replayed_vote_changes_nothing() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (_, on) = town.live_vote(&ana).await;
    let vote = vote(&ana, &town.app.address.ballot(&on.slug), "Contre");
    for _ in 0..3 {
        assert_eq!(town.takes_in(&ana, &vote).await, StatusCode::ACCEPTED);
    }
    let mut wrapped_anew = vote;
    wrapped_anew["id"] = json!(format!("{}/activities/anew", ana.id));
    assert_eq!(town.takes_in(&ana, &wrapped_anew).await, StatusCode::ACCEPTED, "the ballot inside is the same");
    assert_eq!(town.open_tier(&on, ["for", "neutral", "against"]).await, [0, 0, 1]);
    assert!(town.tells().await.iter().all(|one| one.activity["object"]["type"] != "Note"), "nobody is told off");
}

#[tokio::test]
async fn several_notes_are_one_ballot_where_several_may_be_chosen() {
    let town = Town::new().await;
    let (ana, gus) = (town.peer.user("ana"), town.peer.user("gus"));
    let forum = town.world.forum("mobilite", Visibility::Public).await;
    let poll = json!({"kind": "poll", "options": ["Trees", "Benches", "A fountain"], "multiple": true});
    let on = town.world.publish(&forum, town.world.draft(&poll)).await;
    let question = town.app.address.ballot(&on.slug);
    for name in ["Trees", "A fountain"] {
        town.takes_in(&ana, &vote(&ana, &question, name)).await;
    }
    // GoToSocial sends one Create with all of them
    let notes: Vec<Value> =
        ["Trees", "Benches"].iter().map(|name| vote(&gus, &question, name)["object"].clone()).collect();
    assert_eq!(town.takes_in(&gus, &activity(&gus, "Create", json!(notes))).await, StatusCode::ACCEPTED);
    assert_eq!(town.open_tier(&on, ["o1", "o2", "o3"]).await, [2, 1, 1]);
    assert_eq!(town.world.tally(&on).await.0.values().next().expect("a tier").voters, 2);
    town.tells().await;
}

#[tokio::test]
async fn a_favourite_of_a_petition_supports_it_and_can_be_taken_back() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let forum = town.world.forum("mobilite", Visibility::Public).await;
    let on = town.world.publish(&forum, town.world.draft(&json!({"kind": "support", "goal": 100}))).await;
    let page = town.app.address.consultation(&on.slug);
    assert!(town.document(&format!("/c/{}", on.slug)).await["summary"].as_str().expect("words").ends_with("soutenir."));
    let like = activity(&ana, "Like", json!(page));
    assert_eq!(town.takes_in(&ana, &like).await, StatusCode::ACCEPTED);
    assert_eq!(town.open_tier(&on, ["support"]).await, [1]);
    assert_eq!(town.takes_in(&ana, &activity(&ana, "Undo", like)).await, StatusCode::ACCEPTED);
    assert_eq!(town.open_tier(&on, ["support"]).await, [0]);
    assert!(town.tells().await.is_empty(), "no Like and no Undo is ever announced");
}

#[tokio::test]
async fn hidden_results_are_told_to_nobody_before_the_closing() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let forum = town.world.forum("mobilite", Visibility::Public).await;
    town.followed_by(&ana, &forum).await;
    let on = town.world.publish(&forum, town.world.draft(&json!({"kind": "vote"}))).await;
    town.tells().await;
    let question = town.app.address.ballot(&on.slug);
    town.takes_in(&ana, &vote(&ana, &question, "Pour")).await;
    town.counts().await;
    town.waits(town.app.settings.tally_interval);
    assert!(town.tells().await.is_empty());
    let document = town.document(&format!("/c/{}/ballot", on.slug)).await;
    assert!(document.get("votersCount").is_none());
    assert!(document["oneOf"].as_array().expect("options").iter().all(|option| option.get("replies").is_none()));

    town.world.passes(Duration::from_secs(8 * 86_400)).await;
    let told = town.tells().await;
    let closing = updates(&told);
    assert_eq!(closing.len(), 1);
    assert_eq!(totals(closing[0]), [1, 0, 0]);
    assert!(closing[0]["closed"].is_string());
    assert_eq!(closing[0]["endTime"], document["endTime"], "the end never changes");
}

#[tokio::test]
async fn a_consultation_that_nobody_voted_on_closes_without_a_word() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    town.live_vote(&ana).await;
    town.world.passes(Duration::from_secs(8 * 86_400)).await;
    assert!(town.tells().await.is_empty(), "an Update whose totals are all zero would wipe the poll on PieFed");
}

#[tokio::test]
async fn a_closed_forum_refuses_votes_and_words_from_outside_politely() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let forum = town.world.forum("quartier", Visibility::Closed).await;
    let on = town.world.publish(&forum, town.world.draft(&json!({"kind": "vote"}))).await;
    town.tells().await;
    let question = town.app.address.ballot(&on.slug);
    assert_eq!(town.takes_in(&ana, &vote(&ana, &question, "Pour")).await, StatusCode::ACCEPTED);
    let words = crate::town::note(&ana, &town.app.address.consultation(&on.slug), "<p>Words</p>");
    assert_eq!(town.takes_in(&ana, &crate::town::create(&ana, &words)).await, StatusCode::ACCEPTED);
    assert_eq!(town.open_tier(&on, ["for"]).await, [0]);
    assert_eq!(town.world.again(&on).await.comment_count, 0);
    let told = town.tells().await;
    assert_eq!(kinds(&told), ["Create(Note)"], "told why, once");
}

//! What has broken other servers, as far as no other file tests it. `docs/security.md` names the test of each attack.

use std::path::{Path, PathBuf};

use http::StatusCode;
use model::count::electorate::Tier;
use model::debate::comment::{self, Draft};
use model::debate::forum;
use model::debate::reaction::{self, Value as Opinion};
use model::network::peer::{self, Policy};
use serde_json::json;

use crate::town::{PEER, Town, activity, create, note, vote};

#[tokio::test]
async fn an_inner_actor_of_a_blocked_server_is_refused_whoever_delivers() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (_, on) = town.live_vote(&ana).await;
    let mut tx = town.world.store.begin().await.expect("a transaction");
    peer::set_policy(&mut tx, town.now(), "evil.test", Policy::Block).await.expect("blocked");
    tx.commit().await.expect("committed");
    let mut words = create(&ana, &note(&ana, &town.app.address.consultation(&on.slug), "<p>Words</p>"));
    words["id"] = json!("http://evil.test/activities/1");
    words["actor"] = json!("http://evil.test/users/x");
    words["object"]["id"] = json!("http://evil.test/notes/1");
    words["object"]["attributedTo"] = json!("http://evil.test/users/x");
    assert_eq!(town.takes_in(&ana, &words).await, StatusCode::UNAUTHORIZED);
    let announce = activity(&ana, "Announce", words);
    assert_eq!(town.takes_in(&ana, &announce).await, StatusCode::ACCEPTED);
    assert_eq!(town.world.again(&on).await.comment_count, 0);
}

#[tokio::test]
async fn nobody_updates_or_deletes_a_poll_a_forum_or_a_person_of_ours() {
    let town = Town::new().await;
    let (ana, eve) = (town.peer.user("ana"), town.peer.user("eve"));
    let (_, on) = town.live_vote(&ana).await;
    let before = town.document(&format!("/c/{}/ballot", on.slug)).await;
    for path in [
        format!("/c/{}", on.slug),
        format!("/c/{}/ballot", on.slug),
        "/f/mobilite".into(),
        "/u/valmont".into(),
        "/".into(),
    ] {
        let mut forged = town.document(&path).await;
        forged["name"] = json!("Forged");
        for (verb, object) in
            [("Update", forged.clone()), ("Delete", forged["id"].clone()), ("Undo", forged["id"].clone())]
        {
            let status = town.takes_in(&eve, &activity(&eve, verb, object)).await;
            assert!(matches!(status.as_u16(), 202 | 401), "{verb} {path}: {status}");
        }
        assert_ne!(town.document(&path).await["name"], "Forged");
    }
    assert_eq!(town.document(&format!("/c/{}/ballot", on.slug)).await, before);
    let farewell = activity(&eve, "Delete", json!(ana.id));
    assert_eq!(town.takes_in(&eve, &farewell).await, StatusCode::ACCEPTED);
    assert_eq!(town.document("/f/mobilite/followers").await["totalItems"], 1, "ana is still there");
    assert!(town.tells().await.is_empty());
}

#[tokio::test]
async fn nothing_that_leaves_the_node_names_an_actor_together_with_a_choice_or_an_opinion() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (here, on) = town.live_vote(&ana).await;
    let (question, page) = (town.app.address.ballot(&on.slug), town.app.address.consultation(&on.slug));
    // everybody who has a choice or an opinion, here and elsewhere; ana alone has words
    let silent: Vec<_> = ["bea", "cyd", "dan", "eli", "fay"].iter().map(|name| town.peer.user(name)).collect();
    let words = note(&ana, &page, "<p>The market?</p>");
    town.takes_in(&ana, &create(&ana, &words)).await;
    let citizen = town.world.account("citizen").await;
    town.world.casts(&here, &on, &citizen, &["for"]).await.expect("cast");
    let mut poll_vote = activity(&silent[1], "PollVote", json!(question));
    poll_vote["choice_text"] = json!("Contre");
    let own = json!({
        "id": format!("{PEER}/ballots/1"), "type": "Create", "actor": silent[2].id,
        "object": {"id": format!("{PEER}/ballots/1#it"), "type": "Ballot", "attributedTo": silent[2].id, "inReplyTo": page,
            "choice": ["neutral"], "published": "2026-03-02T09:00:00Z"},
    });
    for (user, sent) in [
        (&silent[0], vote(&silent[0], &question, "Pour")),
        (&silent[1], poll_vote),
        (&silent[2], own.clone()),
        (&silent[3], activity(&silent[3], "Like", words["id"].clone())),
        (&silent[4], activity(&silent[4], "Dislike", words["id"].clone())),
        (&silent[0], activity(&silent[0], "Like", json!(page))),
        (&silent[3], activity(&silent[3], "EmojiReact", words["id"].clone())),
    ] {
        assert_eq!(town.takes_in(user, &sent).await, StatusCode::ACCEPTED, "{sent}");
    }
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let said = comment::by_uri(&mut tx, words["id"].as_str().unwrap()).await.expect("read").expect("there");
    let by = forum::standing(&mut tx, &here, Some(&citizen)).await.expect("a standing");
    reaction::set(&mut tx, town.now(), &here, &on, &by, &said, Opinion::Agree).await.expect("agreed");
    let answer = Draft { text: "On Sundays.".into(), parent: Some(said.id), ..Draft::default() };
    comment::post(&mut tx, town.now(), &here, &on, &by, &answer).await.expect("posted");
    tx.commit().await.expect("committed");
    town.counts().await;
    town.waits(town.app.settings.tally_interval);
    town.takes_in(&silent[2], &activity(&silent[2], "Undo", own)).await;
    town.world.passes(std::time::Duration::from_secs(8 * 86_400)).await;
    let told = town.tells().await;
    assert!(told.len() > 5, "{}", told.len());
    for one in &told {
        let text = one.activity.to_string();
        for user in &silent {
            let own_answer = one.path.starts_with(user.id.trim_start_matches(PEER));
            assert!(own_answer || !text.contains(&user.id), "{} at {}: {text}", user.id, one.path);
        }
        let opinion = ["Like", "Dislike", "EmojiReact", "PollVote", "Ballot", "BallotReceipt"];
        let own = one.path.starts_with("/users/cyd") || one.path.starts_with("/users/dan");
        assert!(own || opinion.iter().all(|word| !text.contains(&format!("\"type\":\"{word}\""))), "{text}");
    }
    let (slug, mut documents) = (&on.slug, String::new());
    let person = "/u/citizen".to_owned();
    let paths = ["", "/ballot", "/context", "/context?after=start", "/replies", "/replies?after=start"];
    for path in paths.iter().map(|rest| format!("/c/{slug}{rest}")).chain([person, "/f/mobilite/outbox".into()]) {
        documents += &town.document(&path).await.to_string();
    }
    for user in &silent {
        assert!(!documents.contains(&user.id), "{}", user.id);
    }
    let tiers = town.world.tally(&on).await;
    assert_eq!((tiers.0[&Tier::Open].voters, tiers.0[&Tier::Member].voters), (2, 1));
}

/// Every source file below a folder.
fn sources(folder: &Path, all: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().map(|entry| entry.expect("an entry").path()) {
        match entry.extension().and_then(|extension| extension.to_str()) {
            Some("rs") => all.push(entry),
            None if entry.is_dir() && !entry.ends_with("target") && !entry.ends_with("node_modules") => {
                sources(&entry, all)
            }
            _ => {}
        }
    }
}

#[test]
fn every_attack_that_is_listed_has_a_test_of_the_name_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let listed = std::fs::read_to_string(root.join("docs/security.md")).expect("docs/security.md");
    let mut files = Vec::new();
    for part in ["model", "federation", "web", "node", "integration-tests"] {
        sources(&root.join(part), &mut files);
    }
    let text: String = files.iter().map(|file| std::fs::read_to_string(file).expect("a source")).collect();
    let mut named = 0;
    for row in listed.lines().filter(|line| line.starts_with("| ") && line.contains('`')) {
        let tests: Vec<&str> = row.rsplit('|').nth(1).unwrap_or_default().split('`').skip(1).step_by(2).collect();
        assert!(!tests.is_empty(), "{row}");
        for test in tests {
            assert!(text.contains(&format!("fn {test}(")), "no test is called {test}");
            named += 1;
        }
    }
    assert!(named > 40, "{named}");
}

//! Documents of other servers, read. `captured/README.md` says which are captured and which are written.

#![allow(missing_docs, reason = "a test needs no public text")]

use federation::wire::{self, Activity, Actor, Object, lenient};
use serde_json::{Value, json};

macro_rules! document {
    ($path:literal) => {
        wire::parse(include_bytes!(concat!("captured/", $path))).expect($path)
    };
}

fn activity(value: Value) -> Activity {
    wire::typed(value).expect("an activity")
}

fn object(activity: &Activity) -> Object {
    wire::typed(activity.object.clone()).expect("an object")
}

#[test]
fn an_actor_of_mastodon_has_a_key_and_a_shared_inbox() {
    let actor: Actor = wire::typed(document!("mastodon/actor.json")).expect("an actor");
    assert!(actor.is_actor());
    assert_eq!(actor.preferred_username.as_deref(), Some("ana"));
    assert_eq!(actor.shared_inbox().expect("a shared inbox").as_str(), "https://mastodon.test/inbox");
    assert_eq!(actor.public_key.len(), 1);
    assert_eq!(actor.public_key[0].owner, actor.id);
}

#[test]
fn a_vote_is_told_from_a_comment() {
    for (vote, choice) in [(document!("mastodon/vote.json"), "For"), (document!("gotosocial/vote.json"), "no")] {
        let vote = activity(vote);
        assert_eq!(vote.kind, "Create");
        assert_eq!(object(&vote).vote(), Some(choice));
        assert_eq!(object(&vote).attributed_to, Some(vote.actor.clone()));
    }
    let comment = object(&activity(document!("mastodon/comment.json")));
    assert_eq!(comment.vote(), None);
    assert_eq!(comment.language(), Some("en"));
    assert!(comment.is_public() && comment.text().contains("And the deliveries?"));
}

#[test]
fn an_edit_says_when_and_a_deletion_names_the_object() {
    let edit = object(&activity(document!("mastodon/edit.json")));
    assert_eq!(edit.updated.as_deref(), Some("2026-11-23T06:20:01Z"));
    let deletion = activity(document!("mastodon/delete.json"));
    assert_eq!(deletion.object_id().expect("an id").as_str(), "https://mastodon.test/users/ana/statuses/1139");
    let farewell = activity(document!("mastodon/delete_actor.json"));
    assert_eq!(farewell.object_id(), Some(farewell.actor));
}

#[test]
fn what_is_undone_stands_inside() {
    for (undo, kind) in
        [(document!("mastodon/undo_follow.json"), "Follow"), (document!("mastodon/undo_like.json"), "Like")]
    {
        let undo = activity(undo);
        let inner: Activity = wire::typed(undo.object.clone()).expect("an inner activity");
        assert_eq!((inner.kind.as_str(), &inner.actor), (kind, &undo.actor));
    }
}

#[test]
fn follow_like_and_announce_name_what_they_are_about() {
    for (value, kind) in [
        (document!("mastodon/follow.json"), "Follow"),
        (document!("mastodon/like.json"), "Like"),
        (document!("mastodon/boost.json"), "Announce"),
    ] {
        let activity = activity(value);
        assert_eq!(activity.kind, kind);
        assert_eq!(activity.object_id().expect("an id").host_str(), Some("a.test"));
    }
}

#[test]
fn a_poll_of_piefed_is_read_within_its_announce() {
    let announce = activity(document!("piefed/post.json"));
    assert_eq!(announce.kind, "Announce");
    let create: Activity = wire::typed(announce.object).expect("an inner activity");
    let question = object(&create);
    assert_eq!(question.kind, "Question");
    assert_eq!(question.voters_count, Some(0));
    let options: Vec<_> = question.one_of.iter().map(|choice| choice.name.as_str()).collect();
    assert_eq!(options, ["yes", "no"]);
    assert_eq!(question.one_of[0].replies.as_ref().and_then(|count| count.total_items), Some(0));
    assert_eq!(question.audience.expect("a forum"), announce.actor);
}

#[test]
fn a_report_and_a_poll_vote_of_piefed_name_what_they_are_about() {
    for (value, kind) in [(document!("piefed/report.json"), "Flag"), (document!("piefed/vote.json"), "PollVote")] {
        let activity = activity(value);
        assert_eq!(activity.kind, kind);
        assert!(activity.object_id().is_some());
    }
}

#[test]
fn a_forwarded_activity_is_preserved_byte_for_byte() {
    let body = include_str!("captured/gotosocial/vote.json");
    let announce = wire::activity::Written {
        context: wire::context::plain(),
        id: "https://a.test/activities/1",
        kind: "Announce",
        actor: "https://a.test/f/x",
        object: wire::activity::preserved(body).expect("JSON"),
        to: &[],
        cc: &[],
        published: None,
        summary: None,
        proof: None,
    };
    let text = serde_json::to_string(&announce).expect("JSON");
    assert!(text.contains(body.trim()));
}

#[test]
fn ids_are_read_alone_embedded_and_listed() {
    let id = "https://a.test/x";
    for value in [json!(id), json!({"id": id}), json!([id]), json!([{"id": id}]), json!({"type": "Link", "href": id})] {
        assert_eq!(lenient::id_of(&value).expect("an id").as_str(), id, "{value}");
    }
    assert_eq!(lenient::ids_of(&json!([id, {"id": id}, 7])).len(), 2);
    assert_eq!(lenient::id_of(&json!(format!("https://a.test/{}", "x".repeat(3_000)))), None);
}

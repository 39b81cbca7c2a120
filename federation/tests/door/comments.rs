use http::StatusCode;
use model::debate::comment::{self, Comment, State};
use model::debate::consultation::Consultation;
use model::debate::held;
use model::error::Error;
use model::people::suspension;
use serde_json::{Value, json};

use crate::town::{Town, activity, create, kinds, note};

async fn comments(town: &Town, on: &Consultation) -> Vec<Comment> {
    let mut conn = town.world.store.conn().await.expect("a connection");
    let all = comment::list(&mut conn, on.id, None, 100).await.expect("comments");
    all.into_iter().map(|(comment, _)| comment).collect()
}

pub async fn posts(town: &Town, on: &Consultation, text: &str, parent: Option<&Comment>) -> Comment {
    let account = town.world.account("citizen").await;
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let forum = model::debate::forum::by_id(&mut tx, on.forum_id).await.expect("a forum");
    let by = model::debate::forum::standing(&mut tx, &forum, Some(&account)).await.expect("a standing");
    let draft = comment::Draft { text: text.into(), parent: parent.map(|one| one.id), ..comment::Draft::default() };
    let comment = comment::post(&mut tx, town.now(), &forum, on, &by, &draft).await.expect("posted");
    tx.commit().await.expect("committed");
    comment
}

#[tokio::test]
async fn a_comment_stands_in_the_debate_and_is_carried_byte_for_byte() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (_, on) = town.live_vote(&ana).await;
    let words = note(&ana, &town.app.address.consultation(&on.slug), "<p>The market<script>x</script></p>");
    let create = create(&ana, &words);
    assert_eq!(town.takes_in(&ana, &create).await, StatusCode::ACCEPTED);
    let found = comments(&town, &on).await;
    assert_eq!((found.len(), found[0].markdown.trim()), (1, "The market"));
    assert!(!found[0].html.contains("script"));
    let told = town.tells().await;
    assert_eq!(kinds(&told), ["Announce(Create)"]);
    let body = String::from_utf8(told[0].body.clone()).expect("text");
    assert!(body.contains(&create.to_string()), "byte for byte");
    assert_eq!(told[0].activity["actor"], "https://a.test/f/mobilite");
    assert!(told[0].activity["to"].is_array() && told[0].activity["cc"].is_array());
    assert!(town.is_signed(&told[0]).await);
    let thread = town.document(&format!("/c/{}/context?after=start", on.slug)).await;
    assert_eq!(thread["orderedItems"].as_array().expect("items").len(), 3);
    assert_eq!(thread["orderedItems"][2], words["id"]);
}

#[tokio::test]
async fn words_in_reply_to_the_question_stand_in_the_debate_itself() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (_, on) = town.live_vote(&ana).await;
    let first = note(&ana, &town.app.address.ballot(&on.slug), "<p>On the question</p>");
    town.takes_in(&ana, &create(&ana, &first)).await;
    let reply = note(&ana, first["id"].as_str().expect("an id"), "<p>More</p>");
    town.takes_in(&ana, &create(&ana, &reply)).await;
    let found = comments(&town, &on).await;
    assert_eq!(found[0].parent_id, None);
    assert_eq!(found[1].parent_id, Some(found[0].id));
    town.tells().await;
}

#[tokio::test]
async fn only_the_author_edits_and_deletes() {
    let town = Town::new().await;
    let (ana, eve) = (town.peer.user("ana"), town.peer.user("eve"));
    let (_, on) = town.live_vote(&ana).await;
    let words = note(&ana, &town.app.address.consultation(&on.slug), "<p>First words</p>");
    town.takes_in(&ana, &create(&ana, &words)).await;
    let mut edited = words.clone();
    edited["content"] = json!("<p>Second words</p>");

    assert_eq!(town.takes_in(&eve, &activity(&eve, "Update", edited.clone())).await, StatusCode::UNAUTHORIZED);
    let mut borrowed = edited.clone();
    borrowed["attributedTo"] = json!(eve.id);
    assert_eq!(town.takes_in(&eve, &activity(&eve, "Update", borrowed)).await, StatusCode::ACCEPTED);
    assert_eq!(town.takes_in(&eve, &activity(&eve, "Delete", words["id"].clone())).await, StatusCode::ACCEPTED);
    assert_eq!(comments(&town, &on).await[0].markdown.trim(), "First words");

    assert_eq!(town.takes_in(&ana, &activity(&ana, "Update", edited)).await, StatusCode::ACCEPTED);
    assert_eq!(comments(&town, &on).await[0].markdown.trim(), "Second words");
    assert_eq!(kinds(&town.tells().await), ["Announce(Create)", "Announce(Update)"]);
    assert_eq!(
        town.takes_in(&ana, &activity(&ana, "Delete", json!({"id": words["id"], "type": "Tombstone"}))).await,
        StatusCode::ACCEPTED
    );
    assert_eq!(comments(&town, &on).await[0].state, State::Deleted);
    assert_eq!(kinds(&town.tells().await), ["Announce(Delete)"]);
}

#[tokio::test]
async fn likes_of_a_comment_agree_with_it_and_are_carried_to_nobody() {
    let town = Town::new().await;
    let (ana, bea) = (town.peer.user("ana"), town.peer.user("bea"));
    let (_, on) = town.live_vote(&ana).await;
    let ours = posts(&town, &on, "Where would the market go?", None).await;
    town.tells().await;
    let id = town.app.address.comment(&on.slug, ours.id);
    let like = activity(&ana, "Like", json!(id));
    town.takes_in(&ana, &like).await;
    town.takes_in(&bea, &activity(&bea, "Dislike", json!(id))).await;
    let mut emoji = activity(&town.peer.user("cyd"), "Like", json!(id));
    emoji["content"] = json!("🤔");
    let cyd = town.peer.user("cyd");
    emoji["actor"] = json!(cyd.id);
    assert_eq!(town.takes_in(&cyd, &emoji).await, StatusCode::ACCEPTED);
    let found = comments(&town, &on).await;
    assert_eq!((found[0].agrees, found[0].disagrees), (1, 1));
    assert_eq!(town.document(&format!("/c/{}/comments/{}", on.slug, ours.id)).await["likes"]["totalItems"], 1);

    assert_eq!(town.takes_in(&bea, &activity(&bea, "Undo", like.clone())).await, StatusCode::UNAUTHORIZED);
    let mut anew = like;
    anew["id"] = json!(format!("{}/activities/other-id", ana.id));
    town.takes_in(&ana, &activity(&ana, "Undo", anew)).await;
    let found = comments(&town, &on).await;
    assert_eq!((found[0].agrees, found[0].disagrees), (0, 1));
    assert!(town.tells().await.is_empty());
}

#[tokio::test]
async fn our_answer_reaches_the_author_answered_and_its_create_cannot_be_fetched() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (_, on) = town.live_vote(&ana).await;
    let words = note(&ana, &town.app.address.consultation(&on.slug), "<p>The market?</p>");
    town.takes_in(&ana, &create(&ana, &words)).await;
    town.tells().await;
    assert_eq!(town.gets("/u/citizen").await.0, StatusCode::NOT_FOUND);
    let theirs = comments(&town, &on).await.remove(0);
    let ours = posts(&town, &on, "On *Sundays*.", Some(&theirs)).await;
    let told = town.tells().await;
    assert_eq!(kinds(&told), ["Announce(Create)", "Create(Note)"]);
    assert_eq!(told[1].path, "/users/ana/inbox");
    assert!(town.is_signed(&told[1]).await);
    let sent = &told[1].activity["object"];
    let id = town.app.address.comment(&on.slug, ours.id);
    assert_eq!(told[1].activity["id"], format!("{id}#create"));
    assert_eq!((&sent["id"], &sent["inReplyTo"]), (&json!(id), &words["id"]));
    assert!(sent.get("name").is_none() && sent.get("summary").is_none());
    assert_eq!(sent["audience"], "https://a.test/f/mobilite");
    assert_eq!(sent["contentMap"]["fr"], sent["content"]);
    let mentions: Vec<_> = sent["tag"].as_array().expect("tags").iter().map(|tag| tag["href"].clone()).collect();
    assert_eq!(mentions, [json!("https://a.test/f/mobilite"), json!(ana.id)]);
    assert_eq!(town.document("/u/citizen").await["type"], "Person");
    assert_eq!(town.document(&format!("/c/{}/comments/{}", on.slug, ours.id)).await["inReplyTo"], words["id"]);

    let mut tx = town.world.store.begin().await.expect("a transaction");
    let forum = model::debate::forum::by_id(&mut tx, on.forum_id).await.expect("a forum");
    comment::delete(&mut tx, town.now(), &forum, &town.world.as_admin(), &ours, Some("Off topic"))
        .await
        .expect("hidden");
    tx.commit().await.expect("committed");
    let (status, gone, _) = town.gets(&format!("/c/{}/comments/{}", on.slug, ours.id)).await;
    assert_eq!((status, &gone["type"]), (StatusCode::GONE, &json!("Tombstone")));
    let told = town.tells().await;
    assert_eq!(kinds(&told), ["Undo(Announce)", "Announce(Delete)", "Delete(Tombstone)"]);
    assert_eq!(told[0].activity["object"]["object"], id);
    assert_eq!(told[2].activity["summary"], "Off topic");
}

#[tokio::test]
async fn replies_to_nothing_of_ours_are_taken_and_forgotten() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (_, on) = town.live_vote(&ana).await;
    for on in ["https://a.test/c/nothing", "https://elsewhere.test/1", "https://a.test/c/nothing/comments/7"] {
        assert_eq!(
            town.takes_in(&ana, &create(&ana, &note(&ana, on, "<p>Words</p>"))).await,
            StatusCode::ACCEPTED,
            "{on}"
        );
    }
    let long = note(&ana, &town.app.address.consultation(&on.slug), &format!("<p>{}</p>", "long ".repeat(3_000)));
    assert_eq!(town.takes_in(&ana, &create(&ana, &long)).await, StatusCode::ACCEPTED);
    // what lies elsewhere is looked for, and is not to be had
    town.works().await;
    assert!(comments(&town, &on).await.is_empty() && town.peer.takes().is_empty());
}

#[tokio::test]
async fn what_somebody_suspended_sends_is_refused_until_it_is_lifted() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (_, on) = town.live_vote(&ana).await;
    let first = note(&ana, &town.app.address.consultation(&on.slug), "<p>An opinion</p>");
    assert_eq!(town.takes_in(&ana, &create(&ana, &first)).await, StatusCode::ACCEPTED);
    suspends(&town, &ana.id, true).await;
    for words in ["<p>Again</p>", "<p>And again</p>"] {
        let words = note(&ana, &town.app.address.consultation(&on.slug), words);
        assert_eq!(town.takes_in(&ana, &create(&ana, &words)).await, StatusCode::FORBIDDEN);
    }
    let ballot = crate::town::vote(&ana, &town.app.address.ballot(&on.slug), "Pour");
    assert_eq!(town.takes_in(&ana, &ballot).await, StatusCode::FORBIDDEN);
    assert_eq!(comments(&town, &on).await.len(), 1);
    suspends(&town, &ana.id, false).await;
    let later = note(&ana, &town.app.address.consultation(&on.slug), "<p>Sorry</p>");
    assert_eq!(town.takes_in(&ana, &create(&ana, &later)).await, StatusCode::ACCEPTED);
    assert_eq!(comments(&town, &on).await.len(), 2);
    town.tells().await;
}

pub(super) async fn suspends(town: &Town, uri: &str, suspends: bool) {
    let by = town.world.as_admin();
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let whom = model::people::actor::by_uri(&mut tx, uri).await.expect("asked").expect("known");
    match suspends {
        true => suspension::suspend(&mut tx, town.now(), &by, &whom, "Insults").await.expect("suspended"),
        false => suspension::lift(&mut tx, town.now(), &by, &whom).await.expect("lifted"),
    }
    tx.commit().await.expect("committed");
}

#[tokio::test]
async fn a_comment_that_waits_is_carried_once_it_is_shown_and_gone_when_its_author_wants() {
    let town = Town::new().await;
    let ana = town.peer.user("ana");
    let (forum, on) = town.live_vote(&ana).await;
    let mut tx = town.world.store.begin().await.expect("a transaction");
    held::turn(&mut tx, town.now(), &town.world.as_admin(), &forum, true).await.expect("turned");
    tx.commit().await.expect("committed");
    let notes =
        ["<p>First</p>", "<p>Second</p>"].map(|words| note(&ana, &town.app.address.consultation(&on.slug), words));
    for words in &notes {
        assert_eq!(town.takes_in(&ana, &create(&ana, words)).await, StatusCode::ACCEPTED);
    }
    assert!(comments(&town, &on).await.is_empty() && town.tells().await.is_empty(), "nobody is told of what waits");
    let gone = activity(&ana, "Delete", notes[1]["id"].clone());
    assert_eq!(town.takes_in(&ana, &gone).await, StatusCode::ACCEPTED);
    let mut conn = town.world.store.conn().await.expect("a connection");
    let waiting = held::waiting(&mut conn, None, None, 10).await.expect("waiting");
    drop(conn);
    assert_eq!(waiting.len(), 1);
    let mut tx = town.world.store.begin().await.expect("a transaction");
    held::approve(&mut tx, town.now(), &town.world.as_admin(), waiting[0].0.id).await.expect("shown");
    tx.commit().await.expect("committed");
    assert_eq!(comments(&town, &on).await.len(), 1);
    let told = town.tells().await;
    assert_eq!(kinds(&told), ["Announce(Create)"]);
    assert!(String::from_utf8(told[0].body.clone()).expect("text").contains("First"), "byte for byte");
}

#[tokio::test]
async fn a_comment_edited_while_it_waits_is_shown_and_carried_as_edited_to_who_has_read_that() {
    let town = Town::new().await;
    let (ana, eve) = (town.peer.user("ana"), town.peer.user("eve"));
    let (forum, on) = town.live_vote(&ana).await;
    let by = town.world.as_admin();
    let mut tx = town.world.store.begin().await.expect("a transaction");
    held::turn(&mut tx, town.now(), &by, &forum, true).await.expect("turned");
    tx.commit().await.expect("committed");
    let words = note(&ana, &town.app.address.consultation(&on.slug), "<p>First</p>");
    assert_eq!(town.takes_in(&ana, &create(&ana, &words)).await, StatusCode::ACCEPTED);
    let waiting = async || {
        let mut conn = town.world.store.conn().await.expect("a connection");
        let mut all = held::waiting(&mut conn, None, None, 10).await.expect("waiting");
        assert_eq!(all.len(), 1);
        all.remove(0).0
    };
    let read = waiting().await;
    let edited = |words: &Value, at: &str, said: &str| {
        let mut words = words.clone();
        (words["content"], words["contentMap"]["en"], words["updated"]) = (json!(said), json!(said), json!(at));
        words
    };
    let mut borrowed = edited(&words, "2026-01-02T00:00:00Z", "<p>Borrowed</p>");
    borrowed["attributedTo"] = json!(eve.id);
    town.takes_in(&eve, &activity(&eve, "Update", borrowed)).await;
    assert_eq!(waiting().await, read, "somebody else edits nothing");
    let second = edited(&words, "2026-01-03T00:00:00Z", "<p>Second</p>");
    assert_eq!(town.takes_in(&ana, &activity(&ana, "Update", second)).await, StatusCode::ACCEPTED);
    let late = edited(&words, "2026-01-02T00:00:00Z", "<p>Between</p>");
    town.takes_in(&ana, &activity(&ana, "Update", late)).await;
    let now = waiting().await;
    assert_eq!(now.markdown.trim(), "Second");
    assert!(comments(&town, &on).await.is_empty() && town.tells().await.is_empty(), "nobody is told of what waits");
    let mut tx = town.world.store.begin().await.expect("a transaction");
    let unread = held::approve(&mut tx, town.now(), &by, read.id).await;
    assert!(matches!(unread, Err(Error::NotFound)), "what nobody has read is not approved");
    drop(tx);
    let mut tx = town.world.store.begin().await.expect("a transaction");
    held::approve(&mut tx, town.now(), &by, now.id).await.expect("shown");
    tx.commit().await.expect("committed");
    let shown = comments(&town, &on).await;
    assert_eq!((shown[0].markdown.trim(), shown[0].updated_at.is_some()), ("Second", true));
    let told = town.tells().await;
    assert_eq!(kinds(&told), ["Announce(Update)"]);
    assert!(
        !String::from_utf8(told[0].body.clone()).expect("text").contains("First"),
        "what nobody has read goes nowhere"
    );
}

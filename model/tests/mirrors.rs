//! Copies of what other nodes published: their ends, their dates, and what is acknowledged when they are erased.

use std::time::Duration;

use model::both_databases;
use model::job::{self, Job, Outcome};
use model::network::mirror::{self, How};
use model::network::verified::{self, Verified};
use model::network::{announcer, elsewhere, erasure, fidelity, terms};
use model::people::actor::{self, Kind, Remote};
use model::testing::World;
use model::testing::elsewhere::PEER;
use serde_json::json;

const HOUR: Duration = Duration::from_secs(3600);

/// The jobs that are due, each done.
async fn due(world: &World) -> Vec<Job> {
    let mut all = Vec::new();
    loop {
        let mut tx = world.store.begin().await.unwrap();
        let Some(claim) = job::claim(&mut tx, world.now()).await.unwrap() else { return all };
        job::finish(&mut tx, world.now(), &claim, &Outcome::Done).await.unwrap();
        tx.commit().await.unwrap();
        all.push(claim.job);
    }
}

both_databases! {
    async fn the_end_of_a_copy_keeps_its_place_and_the_last_word_on_why(world: World) {
        let on = world.mirrors(&json!({"kind": "vote"}), "live").await;
        let zoe = world.stranger("zoe", PEER).await;
        let (first, second) = (world.mirrors_comment(&on, &zoe, "One").await, world.mirrors_comment(&on, &zoe, "Two").await);
        let mut tx = world.store.begin().await.unwrap();
        let now = world.now();
        assert!(!mirror::end(&mut tx, now, "https://peer.test/never", How::Deleted, None).await.unwrap());
        assert!(mirror::end(&mut tx, now, &first.uri, How::Deleted, None).await.unwrap());
        assert!(mirror::end(&mut tx, now, &first.uri, How::Removed, Some("Spam.")).await.unwrap());
        assert!(mirror::end(&mut tx, now, &first.uri, How::Deleted, None).await.unwrap());
        let thread = mirror::thread(&mut tx, PEER, "place-7kq2").await.unwrap();
        assert_eq!((thread.comments.len(), thread.gone.len()), (1, 1));
        assert_eq!((thread.gone[0].1.how, thread.gone[0].1.reason.as_deref()), (How::Removed, Some("Spam.")));
        assert_eq!((thread.gone[0].0.html.as_str(), thread.gone[0].0.author_id), ("", None));
        assert!(mirror::by_uri(&mut tx, &first.uri).await.unwrap().is_none());
        assert!(mirror::any_by_uri(&mut tx, &first.uri).await.unwrap().is_some_and(|copy| copy.is_gone()));

        mirror::keep(&mut tx, &first).await.unwrap();
        assert_eq!(mirror::thread(&mut tx, PEER, "place-7kq2").await.unwrap().comments.len(), 2, "it stands again");
        mirror::end_author(&mut tx, now, zoe.id).await.unwrap();
        let thread = mirror::thread(&mut tx, PEER, "place-7kq2").await.unwrap();
        assert!(thread.comments.is_empty() && thread.gone.iter().any(|(copy, _)| copy.uri == second.uri));

        mirror::end(&mut tx, now, &on.page.uri, How::Removed, Some("Twice.")).await.unwrap();
        assert!(mirror::thread(&mut tx, PEER, "place-7kq2").await.is_err() && elsewhere::by_uri(&mut tx, &on.page.uri).await.is_err());
        let end = mirror::ended(&mut tx, PEER, "place-7kq2").await.unwrap().unwrap();
        assert_eq!((end.how, end.reason.as_deref()), (How::Removed, Some("Twice.")));
        assert!(mirror::latest(&mut tx, 10).await.unwrap().is_empty());
    }

    async fn a_tally_is_kept_until_its_date(world: World) {
        let on = world.mirrors(&json!({"kind": "vote"}), "live").await;
        let page = on.page.uri.clone();
        let until = world.now().plus(HOUR);
        let tally = format!("{page}/tally");
        let kept = Verified {
            page: page.clone(),
            document: json!({"id": tally, "retainUntil": until.to_string(), "license": "https://licence.test/"}),
            key: String::new(),
            checkpoint: String::new(),
            size: 1,
            verified_at: world.now(),
        };
        let mut tx = world.store.begin().await.unwrap();
        verified::keep(&mut tx, &kept).await.unwrap();
        assert_eq!(terms::of(&mut tx, &tally).await.unwrap(), (Some(until), Some("https://licence.test/".into())));
        terms::purge(&mut tx, world.now()).await.unwrap();
        assert!(verified::of(&mut tx, &page).await.unwrap().is_some());
        terms::purge(&mut tx, until).await.unwrap();
        assert!(verified::of(&mut tx, &page).await.unwrap().is_none(), "on its date");
        assert!(mirror::by_uri(&mut tx, &page).await.unwrap().is_some(), "the rest has another");

        verified::keep(&mut tx, &kept).await.unwrap();
        mirror::keep_version(&mut tx, world.now(), &on.page).await.unwrap();
        terms::note(&mut tx, &page, Some(until), None).await.unwrap();
        terms::purge(&mut tx, until).await.unwrap();
        assert!(verified::of(&mut tx, &page).await.unwrap().is_none());
        assert!(mirror::versions(&mut tx, &page).await.unwrap().is_empty(), "nothing of it is left");
    }

    async fn only_nodes_of_our_kind_are_owed_a_receipt_each_time_there_is_news(world: World) {
        let mut tx = world.store.begin().await.unwrap();
        let now = world.now();
        let remote = |name: &str, document| Remote {
            uri: format!("https://{PEER}/u/{name}"),
            kind: Kind::Person,
            name: name.into(),
            host: PEER.into(),
            display_name: name.into(),
            summary: String::new(),
            url: None,
            inbox: format!("https://{PEER}/u/{name}/inbox"),
            shared_inbox: Some(format!("https://{PEER}/inbox")),
            document,
        };
        let node = actor::remember(&mut tx, now, &remote("ana", json!({"generator": {"name": "Palabre"}}))).await.unwrap();
        let other = actor::remember(&mut tx, now, &remote("bob", json!({}))).await.unwrap();
        let note = "https://peer.test/c/x/comments/1";
        erasure::note(&mut tx, now, note, &other).await.unwrap();
        erasure::note(&mut tx, now, "https://elsewhere.test/1", &node).await.unwrap();
        erasure::changed(&mut tx, now, note).await.unwrap();
        assert!(erasure::receipt(&mut tx, note).await.is_err());
        erasure::note(&mut tx, now, note, &node).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(due(&world).await, [Job::Receipt { object: note.into() }]);
        let mut tx = world.store.begin().await.unwrap();
        let (owed, passed) = erasure::receipt(&mut tx, note).await.unwrap();
        assert_eq!((owed.inbox.as_str(), owed.told, passed.len()), ("https://peer.test/inbox", 1, 0));
        erasure::changed(&mut tx, now, note).await.unwrap();
        assert_eq!(model::testing::refused(erasure::acknowledged(&mut tx, now, note, "b.test", &[]).await), "not-allowed");
        tx.commit().await.unwrap();
        assert_eq!(due(&world).await.len(), 1);
        world.clock.advance(erasure::KEPT + HOUR);
        let mut tx = world.store.begin().await.unwrap();
        erasure::sweep(&mut tx, world.now()).await.unwrap();
        assert!(erasure::receipt(&mut tx, note).await.is_err(), "nobody waits for it any more");
        assert!(erasure::onward(&mut tx, note).await.unwrap().is_empty());
    }

    async fn origins_are_asked_again_at_their_time(world: World) {
        let on = world.mirrors(&json!({"kind": "vote"}), "live").await;
        let page = on.page.uri.clone();
        let asks = async || {
            let mut tx = world.store.begin().await.unwrap();
            let asked = fidelity::due(&mut tx, world.now()).await.unwrap();
            tx.commit().await.unwrap();
            asked
        };
        let settles = async |found: Option<(&str, bool)>| {
            let mut tx = world.store.begin().await.unwrap();
            fidelity::settle(&mut tx, world.now(), &page, found, world.now().plus(fidelity::OPEN)).await.unwrap();
            tx.commit().await.unwrap();
        };
        let fault = async || fidelity::fault(&mut world.store.conn().await.unwrap(), &page).await.unwrap();
        assert_eq!(asks().await, 1);
        settles(None).await;
        assert_eq!((asks().await, fault().await), (0, None));
        world.clock.advance(HOUR);
        assert_eq!(asks().await, 1);
        settles(Some(("its words are others", false))).await;
        assert!(fault().await.is_some_and(|fault| !fault.restored));
        settles(None).await;
        assert!(fault().await.is_some_and(|fault| fault.restored), "it is put right, and told for a while");
        assert_eq!(fidelity::faults(&mut world.store.conn().await.unwrap(), 10).await.unwrap().len(), 1);
        world.clock.advance(31 * 24 * HOUR);
        settles(None).await;
        assert_eq!(fault().await, None);
        world.clock.advance(HOUR);
        let mut tx = world.store.begin().await.unwrap();
        mirror::end(&mut tx, world.now(), &page, How::Deleted, None).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(asks().await, 0, "what is gone is asked for no more");
    }

    async fn forums_say_themselves_that_they_announced_something(world: World) {
        let (_, on) = world.vote().await;
        let (region, zoe) = (world.neighbour("region", PEER).await, world.stranger("zoe", PEER).await);
        let mut tx = world.store.begin().await.unwrap();
        assert!(announcer::note(&mut tx, world.now(), on.id, &zoe, 1).await.is_err(), "no person does");
        for objects in [0, 7] {
            announcer::note(&mut tx, world.now(), on.id, &region, objects).await.unwrap();
        }
        let all = announcer::of(&mut tx, on.id).await.unwrap();
        assert_eq!((all.len(), all[0].0.objects, all[0].1.id), (1, 7, region.id));
        assert!(announcer::shares(&mut tx, on.id).await.unwrap().is_empty());
    }
}

//! What the sequencer writes.

use model::both_databases;
use model::count::ballot;
use model::count::log::tile::{Level, split};
use model::count::log::{self, Entry, Place};
use model::debate::consultation::{Ballots, Consultation, Draft};
use model::testing::World;
use serde_json::{Value, json};

async fn entries(world: &World, on: &Consultation) -> Vec<Entry> {
    let mut conn = world.store.conn().await.unwrap();
    let size = log::head(&mut conn, on.id).await.unwrap().map_or(0, |head| head.size);
    let mut entries = Vec::new();
    for place in Place::all(Level::Entries, u64::try_from(size).unwrap()) {
        let bundle = log::tile(&mut conn, on.id, place).await.unwrap();
        entries.extend(split(&bundle).unwrap().into_iter().map(|line| serde_json::from_slice::<Entry>(line).unwrap()));
    }
    entries
}

both_databases! {
    async fn each_event_becomes_an_entry(world: World) {
        let (forum, vote) = world.vote().await;
        let (ana, ben) = (world.account("ana").await, world.account("ben").await);
        world.casts(&forum, &vote, &ana, &["for"]).await.unwrap();
        world.casts(&forum, &vote, &ben, &["against"]).await.unwrap();
        world.tally(&vote).await;
        world.casts(&forum, &vote, &ana, &["neutral"]).await.unwrap();
        let mut tx = world.store.begin().await.unwrap();
        ballot::withdraw(&mut tx, world.now(), &vote, ana.actor_id).await.unwrap();
        tx.commit().await.unwrap();
        world.tally(&vote).await;
        let all = entries(&world, &vote).await;
        let told: Vec<Value> = all.iter().map(|e| json!([e.seq, e.kind, e.choice, e.replaces])).collect();
        assert_eq!(told, [
            json!([0, "cast", ["for"], null]),
            json!([1, "cast", ["against"], null]),
            json!([2, "change", ["neutral"], 0]),
            json!([3, "withdraw", [], 2]),
        ]);
        assert_eq!((&all[0].voter, &all[0].voter), (&all[2].voter, &all[3].voter));
        assert_ne!(all[0].voter, all[1].voter);
        assert!(all[0].at.to_string().ends_with(":00:00Z"), "{}", all[0].at);
        let text = model::debate::text::version(&mut world.store.conn().await.unwrap(), vote.id, 1).await.unwrap();
        assert!(all.iter().all(|e| e.text == text.sha256 && e.node.is_none() && !e.voter.contains("ana")));
    }

    async fn public_ballots_bear_their_voters_names(world: World) {
        let forum = world.forum("conseil", model::debate::forum::Visibility::Public).await;
        let draft = Draft { ballots: Ballots::Public, ..world.draft(&json!({"kind": "vote"})) };
        let vote = world.publish(&forum, draft).await;
        let ana = world.account("ana").await;
        world.casts(&forum, &vote, &ana, &["for"]).await.unwrap();
        world.tally(&vote).await;
        assert_eq!(entries(&world, &vote).await[0].voter, "@ana@a.test");
    }
}

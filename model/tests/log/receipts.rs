//! Receipts: a promise at once, a place as soon as there is one and it may be told.

use model::both_databases;
use model::count::ballot;
use model::count::log;
use model::count::receipt::{self, Sealing};
use model::count::removal;
use model::count::tally::Results;
use model::debate::consultation::{self, Consultation, Draft, View};
use model::debate::forum::{self, Visibility};
use model::people::account::Account;
use model::people::proof;
use model::people::role::Role;
use model::testing::{World, refused};
use serde_json::{Value, json};

use super::host::Host;

async fn receipt(world: &World, on: &Consultation, voter: &Account) -> Value {
    let mut tx = world.store.begin().await.unwrap();
    let signer = log::signer(&mut tx, world.now(), &world.address).await.unwrap();
    let ballot = ballot::find(&mut tx, on.id, voter.actor_id).await.unwrap().unwrap();
    let by = Sealing { signer: &signer, here: &world.address };
    let given = ballot::Receipt::of(on, &ballot);
    let it = receipt::receipt(&mut tx, on, voter.into(), &given, world.now(), &by).await.unwrap();
    assert!(proof::check(&it, &signer.public()).is_ok());
    it
}

both_databases! {
    async fn a_receipt_gets_its_place_unless_results_are_hidden(world: World) {
        let forum = world.forum("mobilite", Visibility::Public).await;
        let ana = world.account("ana").await;
        for (results, told) in [(Results::Live, true), (Results::AfterVote, true), (Results::AfterClose, false)] {
            let vote = world.publish(&forum, Draft { results, ..world.draft(&json!({"kind": "vote"})) }).await;
            world.casts(&forum, &vote, &ana, &["for"]).await.unwrap();
            let promise = receipt(&world, &vote, &ana).await;
            assert_eq!((promise["type"].as_str(), promise["log"].as_object().unwrap().len()), (Some("BallotReceipt"), 1));
            world.tally(&vote).await;
            let placed = receipt(&world, &vote, &ana).await;
            assert_eq!(placed["log"].get("index").is_some(), told, "{placed}");
            assert_eq!(placed["log"].get("proof").is_some(), told, "{placed}");
            let mut tx = world.store.begin().await.unwrap();
            let on = consultation::by_id(&mut tx, vote.id).await.unwrap();
            let closed = consultation::close(&mut tx, world.now(), &world.as_admin(), &forum, &on).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(receipt(&world, &closed, &ana).await["log"]["index"], 0, "closed");
        }
    }

    async fn a_moderator_removes_a_ballot_for_a_reason_in_the_log(world: World) {
        let (forum, vote) = world.vote().await;
        let (ana, mo) = (world.account("ana").await, world.account_with_role("mo", Role::Moderator).await);
        world.casts(&forum, &vote, &ana, &["for"]).await.unwrap();
        world.tally(&vote).await;
        let voter = receipt(&world, &vote, &ana).await["voter"].as_str().unwrap().to_owned();
        let view = |standing| View { consultation: vote.clone(), forum: forum.clone(), standing };
        let mut tx = world.store.begin().await.unwrap();
        let (ours, theirs) =
            (forum::standing(&mut tx, &forum, Some(&mo)).await.unwrap(), forum::standing(&mut tx, &forum, Some(&ana)).await.unwrap());
        let now = world.now();
        let remove = async |tx: &mut model::store::Tx, by, voter: &str, reason: &str| {
            removal::remove(tx, now, &view(by), &world.address, voter, reason).await
        };
        assert_eq!(refused(remove(&mut tx, theirs, &voter, "Stuffed").await), "not-allowed");
        assert_eq!(refused(remove(&mut tx, ours.clone(), &voter, " ").await), "invalid");
        assert_eq!(refused(remove(&mut tx, ours.clone(), &voter, &"x".repeat(501)).await), "invalid");
        assert!(matches!(remove(&mut tx, ours.clone(), "nobody", "Stuffed").await, Err(model::error::Error::NotFound)));
        remove(&mut tx, ours.clone(), &voter, "Ten accounts of one person").await.unwrap();
        tx.commit().await.unwrap();
        assert!(world.tally(&vote).await.0.is_empty());
        assert_eq!(refused(world.casts(&forum, &vote, &ana, &["for"]).await), "ballot-removed");
        let mut tx = world.store.begin().await.unwrap();
        assert!(matches!(remove(&mut tx, ours.clone(), &voter, "Again").await, Err(model::error::Error::NotFound)));
        let it = consultation::by_id(&mut tx, vote.id).await.unwrap();
        let it = consultation::close(&mut tx, now, &world.as_admin(), &forum, &it).await.unwrap();
        tx.commit().await.unwrap();
        let host = Host::of(&world, &it).await;
        host.holds(model::count::log::verify::Wanted::default()).await;
        let last = host.entries().pop().unwrap();
        assert_eq!((last.kind.as_str(), last.reason.as_deref(), last.replaces), ("remove", Some("Ten accounts of one person"), Some(0)));
        let mut tx = world.store.begin().await.unwrap();
        let late = removal::remove(&mut tx, now, &View { consultation: it, ..view(ours) }, &world.address, &voter, "Late").await;
        assert_eq!(refused(late), "closed");
    }
}

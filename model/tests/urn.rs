//! The urn: ballots saved together are each decided as if alone.

use model::both_databases;
use model::count::ballot::Voter;
use model::count::electorate::Tier;
use model::count::urn::Urn;
use model::debate::consultation::{self, Consultation};
use model::error::{Error, Result};
use model::id::Id;
use model::testing::{World, refused};

fn words(choice: &str) -> Vec<String> {
    vec![choice.to_owned()]
}

/// Each of these casts at the same time.
async fn all_at_once(urn: &Urn, on: &Consultation, ballots: Vec<(Voter, &str)>) -> Vec<Result<i32>> {
    let casts = ballots.into_iter().map(|(voter, choice)| {
        let (urn, on, chosen) = (urn.clone(), on.clone(), words(choice));
        async move { urn.cast(&on, voter, &chosen, None).await.map(|receipt| receipt.revision) }
    });
    futures_util::future::join_all(casts).await
}

async fn voters(world: &World, count: usize) -> Vec<Voter> {
    let people = model::testing::reference::people(&world.store, world.now(), count).await.unwrap();
    people.into_iter().map(|actor| Voter { actor, tier: Tier::Member }).collect()
}

both_databases! {
    async fn each_in_the_urn_is_decided_as_if_alone(world: World) {
        let (forum, vote) = world.vote().await;
        let urn = Urn::open(world.store.clone(), world.clock.clone());
        let voters = voters(&world, 64).await;
        // The first of all locks the consultation; it goes the long way.
        world.casts(&forum, &vote, &world.admin, &["against"]).await.unwrap();
        let vote = world.again(&vote).await;
        let mut ballots: Vec<(Voter, &str)> = voters.iter().map(|voter| (*voter, "for")).collect();
        ballots[7].0.actor = Id::new(world.now());
        ballots[9].1 = "nonsense";
        // Pressed twice.
        ballots.push((voters[3], "for"));
        let results = all_at_once(&urn, &vote, ballots).await;
        for (n, result) in results.into_iter().enumerate() {
            match n {
                7 => assert!(matches!(result, Err(Error::Store(_))), "no such actor: {result:?}"),
                9 => assert_eq!(refused(result), "unknown-choice"),
                3 | 64 => assert!([1, 2].contains(&result.unwrap())),
                _ => assert_eq!(result.unwrap(), 1),
            }
        }
        let changed = all_at_once(&urn, &vote, voters[20..40].iter().map(|v| (*v, "neutral")).collect()).await;
        assert!(changed.into_iter().all(|revision| revision.unwrap() == 2));
        let count = &world.tally(&vote).await.0[&Tier::Member];
        assert_eq!((count.voters, count.choices["for"], count.choices["neutral"]), (63, 42, 20));
    }

    async fn a_ballot_is_saved_under_the_consultation_as_it_is_then(world: World) {
        let (forum, vote) = world.vote().await;
        world.casts(&forum, &vote, &world.admin, &["for"]).await.unwrap();
        let before = world.again(&vote).await;
        let urn = Urn::open(world.store.clone(), world.clock.clone());
        let late = voters(&world, 1).await.remove(0);
        let mut tx = world.store.begin().await.unwrap();
        consultation::close(&mut tx, world.now(), &world.as_admin(), &forum, &before).await.unwrap();
        tx.commit().await.unwrap();
        // Whoever was given the page before the closing still holds the consultation as open.
        assert_eq!(refused(urn.cast(&before, late, &words("for"), None).await), "closed");
        assert_eq!(world.tally(&vote).await.0[&Tier::Member].voters, 1);
    }
}

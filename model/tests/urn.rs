//! The urn: ballots saved together are each decided as if alone.

use model::both_databases;
use model::count::ballot::Voter;
use model::count::electorate::Tier;
use model::count::publication;
use model::count::tally::Viewer;
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
    async fn what_is_acknowledged_while_it_closes_is_in_the_first_result(world: World) {
        let (forum, vote) = world.vote().await;
        let urn = Urn::open(world.store.clone(), world.clock.clone());
        world.casts(&forum, &vote, &world.admin, &["against"]).await.unwrap();
        let vote = world.again(&vote).await;
        let voters = voters(&world, 400).await;
        let (urn, on) = (&urn, &vote);
        let casting = futures_util::future::join_all(voters.iter().map(|voter| async move {
            let first = urn.cast(on, *voter, &words("for"), None).await.map(drop);
            // Half of them change their minds: that goes the long way.
            let again = match &first {
                Ok(()) if voter.actor.uuid().as_u128() % 2 == 0 => urn.cast(on, *voter, &words("neutral"), None).await.map(drop),
                _ => Ok(()),
            };
            (first, again)
        }));
        let closing = async {
            let mut tx = world.store.begin().await.unwrap();
            let read = consultation::by_id(&mut tx, on.id).await.unwrap();
            let closed = consultation::close(&mut tx, world.now(), &world.as_admin(), &forum, &read).await.unwrap();
            tx.commit().await.unwrap();
            let mut conn = world.store.conn().await.unwrap();
            publication::results(&mut conn, &closed, &world.address, world.now(), Viewer::Anybody).await.unwrap()
        };
        let (cast, result) = tokio::join!(casting, closing);
        let (mut voted, mut events) = (1_usize, 1_u64);
        for outcome in cast {
            let (first, again) = outcome;
            events += u64::from(first.is_ok());
            voted += usize::from(first.is_ok());
            for refusal in [first, again].into_iter().filter(Result::is_err) {
                assert_eq!(refused(refusal), "closed");
            }
        }
        assert_eq!(result["tiers"]["member"]["voters"], voted, "{result}");
        assert!(result["log"]["size"].as_u64().unwrap() >= events);
        world.tally(&vote).await;
        let mut conn = world.store.conn().await.unwrap();
        let closed = world.again(&vote).await;
        let later = publication::results(&mut conn, &closed, &world.address, world.now(), Viewer::Anybody).await.unwrap();
        assert_eq!(later, result, "nothing comes in after it");
    }

    async fn each_in_the_urn_is_decided_as_if_alone(world: World) {
        world.refuses_ballots_of_nobody().await;
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

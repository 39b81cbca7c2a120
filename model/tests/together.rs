//! Commit together: one poisoned among many, refusals that spoil nobody's, the same voters in opposite orders.

use std::sync::Arc;

use futures_util::FutureExt as _;
use model::both_databases;
use model::count::ballot::{self, Voter};
use model::count::electorate::Tier;
use model::error::Error;
use model::testing::World;

both_databases! {
    async fn one_poisoned_among_many_spoils_nobodys(world: World) {
        world.refuses_ballots_of_nobody().await;
        let (forum, vote) = world.vote().await;
        let mut voters = Vec::new();
        for n in 0..32 {
            voters.push(world.account(&format!("voter{n}")).await);
        }
        let world = Arc::new(world);
        let mut tasks = tokio::task::JoinSet::new();
        for (n, voter) in voters.into_iter().enumerate() {
            let (world, vote, forum) = (world.clone(), vote.clone(), forum.clone());
            tasks.spawn(async move {
                let now = world.now();
                let standing = model::people::role::Standing { account: Some(voter.clone()), member: None };
                let mut conn = world.store.conn().await.unwrap();
                let mut who = Voter::here(&mut conn, &vote, &forum, &standing).await.unwrap();
                drop(conn);
                if n == 7 {
                    // No such actor: the database refuses the row.
                    who.actor = model::id::Id::new(now);
                }
                let choice = vec![if n == 9 { "nonsense" } else { "for" }.to_owned()];
                let vote = vote.clone();
                let result = world
                    .store
                    .together(*voter.actor_id.uuid().as_bytes(), move |tx| {
                        let (vote, choice) = (vote.clone(), choice.clone());
                        async move { ballot::cast(tx, now, &vote, who, &choice).await }.boxed()
                    })
                    .await;
                (n, result)
            });
        }
        for (n, result) in tasks.join_all().await {
            match n {
                7 => assert!(matches!(result, Err(Error::Store(_))), "{result:?}"),
                9 => assert_eq!(model::testing::refused(result), "unknown-choice"),
                _ => assert_eq!(result.unwrap().revision, 1),
            }
        }
        assert_eq!(world.tally(&vote).await.0[&Tier::Member].voters, 30);
    }

    async fn the_same_voters_in_opposite_orders(world: World) {
        let (forum, vote) = world.vote().await;
        let mut voters = Vec::new();
        for n in 0..16 {
            voters.push(world.account(&format!("voter{n}")).await);
        }
        let world = Arc::new(world);
        let url_of = |w: &World| w.store.clone();
        let mut tasks = tokio::task::JoinSet::new();
        for reverse in [false, true] {
            let mut order = voters.clone();
            if reverse {
                order.reverse();
            }
            for voter in order {
                let (store, vote, forum, now) = (url_of(&world), vote.clone(), forum.clone(), world.now());
                tasks.spawn(async move {
                    let standing = model::people::role::Standing { account: Some(voter.clone()), member: None };
                    let mut conn = store.conn().await.unwrap();
                    let who = Voter::here(&mut conn, &vote, &forum, &standing).await.unwrap();
                    drop(conn);
                    let choice = vec![if reverse { "for" } else { "against" }.to_owned()];
                    store
                        .together(*voter.actor_id.uuid().as_bytes(), move |tx| {
                            let (vote, choice) = (vote.clone(), choice.clone());
                            async move { ballot::cast(tx, now, &vote, who, &choice).await }.boxed()
                        })
                        .await
                });
            }
        }
        for result in tasks.join_all().await {
            result.unwrap();
        }
        assert_eq!(world.tally(&vote).await.0[&Tier::Member].voters, 16);
    }
}

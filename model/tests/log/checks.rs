//! The count held against itself; sequencers that meet; logs of counts made before there were logs.

use std::time::Duration;

use model::both_databases;
use model::count::log::verify::Wanted;
use model::count::{check, sequence};
use model::debate::consultation;
use model::people::role::Standing;
use model::testing::{World, break_tally, forget_log, refused};

use super::host::Host;

const DAY: Duration = Duration::from_secs(86_400);

both_databases! {
    async fn a_tally_that_differs_is_found_and_told_to_administrators(world: World) {
        let (forum, vote) = world.vote().await;
        for name in ["ana", "ben"] {
            let account = world.account(name).await;
            world.casts(&forum, &vote, &account, &["for"]).await.unwrap();
        }
        world.tally(&vote).await;
        // A ballot that is not yet counted is no difference.
        let cleo = world.account("cleo").await;
        world.casts(&forum, &vote, &cleo, &["for"]).await.unwrap();
        let found = check::run(&world.store, world.now(), vote.id).await.unwrap();
        assert!(found.holds && found.size == 2, "{found:?}");
        break_tally(&world.store, vote.id).await;
        let found = check::run(&world.store, world.now(), vote.id).await.unwrap();
        assert!(!found.holds && found.detail.contains("tally"), "{found:?}");
        let mut conn = world.store.conn().await.unwrap();
        assert_eq!(check::broken(&mut conn).await.unwrap(), 1);
        assert_eq!(check::last(&mut conn, &world.as_admin(), vote.id).await.unwrap(), Some(found));
        assert_eq!(refused(check::last(&mut conn, &Standing::visitor(), vote.id).await), "not-allowed");
    }

    async fn each_count_is_checked_nightly_and_at_closing(world: World) {
        let (forum, vote) = world.vote().await;
        let ana = world.account("ana").await;
        let waiting = async || model::job::depth(&mut world.store.conn().await.unwrap()).await.unwrap().0;
        let due = async || {
            let mut tx = world.store.begin().await.unwrap();
            let due = check::due(&mut tx, world.now()).await.unwrap();
            tx.commit().await.unwrap();
            due
        };
        assert_eq!(due().await, 0, "nothing is counted yet");
        world.casts(&forum, &vote, &ana, &["for"]).await.unwrap();
        world.tally(&vote).await;
        let before = waiting().await;
        assert_eq!((due().await, due().await), (1, 1));
        assert_eq!(waiting().await, before + 1, "asked for twice, done once");
        check::run(&world.store, world.now(), vote.id).await.unwrap();
        world.casts(&forum, &vote, &ana, &["against"]).await.unwrap();
        world.tally(&vote).await;
        assert_eq!(due().await, 0, "checked today");
        world.clock.advance(DAY);
        assert_eq!(due().await, 1);
        check::run(&world.store, world.now(), vote.id).await.unwrap();
        world.clock.advance(DAY);
        assert_eq!(due().await, 1, "nothing has moved, but somebody may have altered it");
        assert!(check::run(&world.store, world.now(), vote.id).await.unwrap().holds);
        let mut tx = world.store.begin().await.unwrap();
        let on = consultation::by_id(&mut tx, vote.id).await.unwrap();
        consultation::close(&mut tx, world.now(), &world.as_admin(), &forum, &on).await.unwrap();
        tx.commit().await.unwrap();
        assert!(check::run(&world.store, world.now(), vote.id).await.unwrap().holds);
        world.clock.advance(DAY);
        break_tally(&world.store, vote.id).await;
        assert_eq!(due().await, 1, "closed yesterday");
        assert!(!check::run(&world.store, world.now(), vote.id).await.unwrap().holds, "altered in its place");
        world.clock.advance(31 * DAY);
        assert_eq!(due().await, 1, "what does not hold is asked about until it does");
    }

    async fn two_sequencers_cannot_fork_a_log(world: World) {
        let (forum, vote) = world.vote().await;
        let mut voters = Vec::new();
        for n in 0..8 {
            voters.push(world.account(&format!("voter{n}")).await);
        }
        let world = std::sync::Arc::new(world);
        let mut tasks = tokio::task::JoinSet::new();
        for round in 0..4 {
            for voter in &voters {
                let (here, forum, vote, voter) = (world.clone(), forum.clone(), vote.clone(), voter.clone());
                tasks.spawn(async move {
                    here.casts(&forum, &vote, &voter, &[["for", "against"][round % 2]]).await.map(drop)
                });
                let world = world.clone();
                tasks.spawn(async move { sequence::sweep(&world.store, world.now(), Duration::ZERO).await.map(drop) });
            }
        }
        for done in tasks.join_all().await {
            done.unwrap();
        }
        world.tally(&vote).await;
        let mut tx = world.store.begin().await.unwrap();
        let on = consultation::by_id(&mut tx, vote.id).await.unwrap();
        let closed = consultation::close(&mut tx, world.now(), &world.as_admin(), &forum, &on).await.unwrap();
        tx.commit().await.unwrap();
        let host = Host::of(&world, &closed).await;
        host.holds(Wanted::default()).await;
        assert_eq!(host.size(), 32);
    }

    async fn a_count_made_before_there_were_logs_gets_one(world: World) {
        let (forum, vote) = world.vote().await;
        let ana = world.account("ana").await;
        for choice in ["for", "against", "neutral"] {
            world.casts(&forum, &vote, &ana, &[choice]).await.unwrap();
        }
        world.tally(&vote).await;
        let mut tx = world.store.begin().await.unwrap();
        let on = consultation::by_id(&mut tx, vote.id).await.unwrap();
        let closed = consultation::close(&mut tx, world.now(), &world.as_admin(), &forum, &on).await.unwrap();
        tx.commit().await.unwrap();
        let before = Host::of(&world, &closed).await.checkpoint();
        forget_log(&world.store, vote.id).await;
        assert_eq!(sequence::catch_up(&world.store, world.now()).await.unwrap(), 3);
        assert_eq!(sequence::catch_up(&world.store, world.now()).await.unwrap(), 0);
        let host = Host::of(&world, &closed).await;
        assert_eq!(host.checkpoint(), before);
        host.holds(Wanted::default()).await;
    }
}

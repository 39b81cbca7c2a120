//! The queue: leases, lanes, back-off, burial.

use std::time::Duration;

use model::both_databases;
use model::id::Id;
use model::job::{self, Change, Job, Outcome, When};
use model::network::backfill::Backfill;
use model::network::relay::Passed;
use model::testing::World;

async fn enqueue(world: &World, job: Job) {
    let mut tx = world.store.begin().await.unwrap();
    job::enqueue(&mut tx, world.now(), job, When::Now).await.unwrap();
    tx.commit().await.unwrap();
}

async fn claim(world: &World) -> Option<job::Claim> {
    let mut tx = world.store.begin().await.unwrap();
    let claim = job::claim(&mut tx, world.now()).await.unwrap();
    tx.commit().await.unwrap();
    claim
}

async fn finish(world: &World, claim: &job::Claim, outcome: Outcome) {
    let mut tx = world.store.begin().await.unwrap();
    job::finish(&mut tx, world.now(), claim, &outcome).await.unwrap();
    tx.commit().await.unwrap();
}

/// Something to be told in a forum: each forum has a lane.
fn tell(world: &World, forum: &str, change: Change) -> Job {
    world.clock.advance(Duration::from_millis(1));
    let comment = Id::new(world.now());
    Job::Comment { forum: Id::derived(&[forum.as_bytes()]), comment, change }
}

both_databases! {
    async fn a_lane_keeps_its_order_and_holds_up_nobody_else(world: World) {
        let (first, second) = (tell(&world, "one", Change::Created), tell(&world, "one", Change::Created));
        let other = tell(&world, "other", Change::Created);
        for job in [&first, &second, &other] {
            enqueue(&world, job.clone()).await;
        }
        let one = claim(&world).await.unwrap();
        assert_eq!(one.job, first);
        let two = claim(&world).await.unwrap();
        assert_eq!(two.job, other, "the lane's second waits for its first");
        assert!(claim(&world).await.is_none());
        finish(&world, &two, Outcome::Done).await;
        let later = world.now().plus(Duration::from_secs(60));
        finish(&world, &one, Outcome::Later(later, "503".into())).await;
        assert!(claim(&world).await.is_none(), "and for its back-off");
        world.clock.advance(Duration::from_secs(60));
        let again = claim(&world).await.unwrap();
        assert_eq!((again.job.clone(), again.attempts), (first, 1));
        finish(&world, &again, Outcome::Done).await;
        assert_eq!(claim(&world).await.unwrap().job, second);
    }

    async fn a_lost_lease_returns_the_job_and_its_holder_writes_nothing(world: World) {
        enqueue(&world, tell(&world, "one", Change::Created)).await;
        let lost = claim(&world).await.unwrap();
        world.clock.advance(job::LEASE + Duration::from_secs(1));
        let taken = claim(&world).await.unwrap();
        assert_eq!(taken.id, lost.id);
        finish(&world, &lost, Outcome::Done).await;
        let mut tx = world.store.begin().await.unwrap();
        assert!(!job::renew(&mut tx, world.now(), &lost).await.unwrap());
        assert!(job::renew(&mut tx, world.now(), &taken).await.unwrap());
        tx.commit().await.unwrap();
        finish(&world, &taken, Outcome::Never("404".into())).await;
        let mut conn = world.store.conn().await.unwrap();
        assert_eq!(job::depth(&mut conn).await.unwrap(), (0, 1));
    }

    async fn bursts_collapse_while_they_wait(world: World) {
        let tally = |closing| Job::Tally { consultation: Id::from_uuid(Default::default()), closing };
        for _ in 0..3 {
            enqueue(&world, tally(false)).await;
        }
        enqueue(&world, tally(true)).await;
        let mut conn = world.store.conn().await.unwrap();
        assert_eq!(job::depth(&mut conn).await.unwrap().0, 2);
        let running = claim(&world).await.unwrap();
        enqueue(&world, tally(false)).await;
        assert_eq!(job::depth(&mut conn).await.unwrap().0, 3, "what comes while it runs is not lost");
        finish(&world, &running, Outcome::Done).await;
    }

    async fn freed_leases_can_be_claimed_at_once(world: World) {
        enqueue(&world, tell(&world, "one", Change::Created)).await;
        claim(&world).await.unwrap();
        assert!(claim(&world).await.is_none());
        let mut tx = world.store.begin().await.unwrap();
        job::free_all(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        assert!(claim(&world).await.is_some());
    }
}

#[test]
fn back_off_doubles_up_to_a_day() {
    let start = model::clock::Instant::from_microsecond(0);
    let wait =
        |attempts, chance| job::back_off(start, Duration::from_secs(30), attempts, chance).since(start).as_secs();
    assert_eq!((wait(0, 0.0), wait(3, 0.0), wait(3, 1.0)), (30, 240, 288));
    assert_eq!(wait(40, 0.0), 86_400);
}

#[test]
fn what_an_earlier_version_left_in_the_queue_is_read() {
    let forum = Id::<model::debate::forum::Forum>::from_uuid(Default::default());
    let relay = serde_json::json!({
        "kind": "relay", "forum": forum, "object": "https://m.test/c/x", "passed": {"how": "root"}, "came_from": ["m.test"],
    });
    assert!(matches!(serde_json::from_value::<Job>(relay).unwrap(), Job::Relay { passed: Passed::Root, .. }));
    let search = Backfill::of("https://m.test/c/x", None, Vec::new());
    let mut backfill = serde_json::to_value(Job::Backfill { backfill: search.clone() }).unwrap();
    let named = backfill["backfill"].as_object_mut().unwrap();
    assert!(named.remove("gone").is_some() && named.remove("announced").is_some());
    assert_eq!(serde_json::from_value::<Job>(backfill).unwrap(), Job::Backfill { backfill: search });
}

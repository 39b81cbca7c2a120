//! Deliveries: lanes in order, leases, hosts that fail, and what becomes of a thing that is gone.

use std::time::Duration;

use model::both_databases;
use model::network::activity::{self, Outgoing};
use model::network::copy::{self, Erasure};
use model::network::delivery::{self, Delivery, Ended, How, Left, Report, State, Taken};
use model::people::actor;
use model::testing::World;

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(24 * 3_600);
const NOTE: &str = "https://a.test/c/x/comments/1";

/// Sends an activity to these inboxes, a moment after the one before.
async fn send(world: &World, uri: &str, object: Option<(&str, bool)>, inboxes: &[&str]) {
    world.clock.advance(Duration::from_millis(1));
    let inboxes: Vec<String> = inboxes.iter().map(|&inbox| inbox.to_owned()).collect();
    let mut tx = world.store.begin().await.unwrap();
    let signer = actor::node(&mut tx).await.unwrap().id;
    activity::tell(&mut tx, world.now(), Outgoing { signer, uri, body: "{}", object }, &inboxes).await.unwrap();
    tx.commit().await.unwrap();
}

async fn claim(world: &World) -> Vec<Taken> {
    let mut tx = world.store.begin().await.unwrap();
    let mut taken = delivery::claim(&mut tx, world.now(), 10, true).await.unwrap();
    tx.commit().await.unwrap();
    taken.sort_by(|a, b| a.lane.host.cmp(&b.lane.host));
    taken
}

async fn settle(world: &World, reports: &[Report]) -> usize {
    let mut tx = world.store.begin().await.unwrap();
    let given_up = delivery::settle(&mut tx, world.now(), reports).await.unwrap();
    tx.commit().await.unwrap();
    given_up
}

fn ended(delivery: &Delivery, object: Option<(&str, bool)>, refused: Option<&str>) -> Report {
    Report::Ended(Ended {
        delivery: delivery.id,
        host: delivery.host.clone(),
        inbox: delivery.inbox.clone(),
        object: object.map(|(id, erases)| (id.to_owned(), erases)),
        refused: refused.map(str::to_owned),
    })
}

fn left(taken: &Taken, how: How) -> Report {
    Report::Left(Left { host: taken.lane.host.clone(), lease: taken.lease, how, troubles: Vec::new() })
}

fn fails(world: &World, taken: &Taken, wait: Duration) -> Report {
    let tried = vec![taken.deliveries[0].id];
    let again = world.now().plus(wait);
    left(taken, How::Fails { why: "answered 503".into(), again, tried, after_success: false })
}

async fn waiting(world: &World) -> i64 {
    delivery::waiting(&mut world.store.conn().await.unwrap()).await.unwrap()
}

/// Goes through everything that waits, and it works.
async fn works(world: &World, object: Option<(&str, bool)>) {
    for taken in claim(world).await {
        let mut reports: Vec<Report> = taken.deliveries.iter().map(|one| ended(one, object, None)).collect();
        reports.push(left(&taken, How::Works));
        settle(world, &reports).await;
    }
}

both_databases! {
    async fn a_lane_keeps_its_order_and_a_host_that_is_down_holds_up_nobody_else(world: World) {
        let (m, n) = ("https://m.test/inbox", "https://n.test/inbox");
        send(&world, "https://a.test/1", None, &[m, n, m]).await;
        send(&world, "https://a.test/2", None, &[m]).await;
        let taken = claim(&world).await;
        let [of_m, of_n] = taken.as_slice() else { panic!("two lanes: {taken:?}") };
        assert_eq!((of_m.deliveries.len(), of_n.deliveries.len()), (2, 1), "each inbox once");
        assert!(of_m.deliveries[0].id < of_m.deliveries[1].id);
        assert!(claim(&world).await.is_empty(), "whoever holds a lane is alone with it");
        settle(&world, &[fails(&world, of_m, HOUR), ended(&of_n.deliveries[0], None, None), left(of_n, How::Works)]).await;
        assert_eq!(waiting(&world).await, 2);
        send(&world, "https://a.test/3", None, &[m, n]).await;
        let taken = claim(&world).await;
        assert_eq!(taken.iter().map(|one| one.lane.host.as_str()).collect::<Vec<_>>(), ["n.test"], "m.test waits for its time");
        settle(&world, &[ended(&taken[0].deliveries[0], None, None), left(&taken[0], How::Works)]).await;
        world.clock.advance(HOUR);
        let again = claim(&world).await;
        assert_eq!(again.len(), 1);
        assert_eq!(again[0].deliveries.len(), 3, "in order, what came meanwhile last");
        assert_eq!(again[0].deliveries[0].activity_id, of_m.deliveries[0].activity_id);
        assert!(again[0].deliveries[0].tried && !again[0].deliveries[1].tried);
        assert_eq!(again[0].lane.attempts, 1);
    }

    async fn hosts_that_fare_well_always_find_room(world: World) {
        send(&world, "https://a.test/1", None, &["https://down.test/inbox"]).await;
        let down = claim(&world).await;
        settle(&world, &[fails(&world, &down[0], Duration::ZERO)]).await;
        send(&world, "https://a.test/2", None, &["https://well.test/inbox"]).await;
        let mut tx = world.store.begin().await.unwrap();
        let first = delivery::claim(&mut tx, world.now(), 1, true).await.unwrap();
        assert_eq!(first[0].lane.host, "well.test");
        assert!(delivery::claim(&mut tx, world.now(), 1, false).await.unwrap().is_empty());
        assert_eq!(delivery::claim(&mut tx, world.now(), 1, true).await.unwrap()[0].lane.host, "down.test");
    }

    async fn a_host_that_fails_for_a_week_is_unreachable_and_tried_daily(world: World) {
        send(&world, "https://a.test/1", None, &["https://m.test/inbox"]).await;
        let state = async || delivery::lane(&mut world.store.conn().await.unwrap(), "m.test").await.unwrap().unwrap();
        assert_eq!(state().await.state(world.now()), State::Working);
        for day in 0..8 {
            let taken = claim(&world).await;
            assert_eq!((taken.len(), taken[0].deliveries.len()), (1, 1), "day {day}");
            assert_eq!(settle(&world, &[fails(&world, &taken[0], DAY)]).await, 0);
            world.clock.advance(DAY);
        }
        let lane = state().await;
        assert_eq!((lane.state(world.now()), lane.attempts, lane.errors.0.len()), (State::Unreachable, 8, 5));
        send(&world, "https://a.test/2", None, &["https://m.test/inbox"]).await;
        let taken = claim(&world).await;
        assert_eq!(settle(&world, &[fails(&world, &taken[0], DAY)]).await, 1, "what is older than a week is given up");
        assert_eq!(waiting(&world).await, 1, "what is newer is not");
        assert!(claim(&world).await.is_empty());
        world.clock.advance(DAY);
        works(&world, None).await;
        let lane = state().await;
        assert_eq!((lane.state(world.now()), lane.attempts, lane.due_at), (State::Working, 0, None), "it is back");
    }

    async fn a_lost_lease_returns_the_lane_and_nothing_delivered_is_delivered_again(world: World) {
        send(&world, "https://a.test/1", None, &["https://m.test/inbox"]).await;
        send(&world, "https://a.test/2", None, &["https://m.test/inbox"]).await;
        let lost = claim(&world).await;
        settle(&world, &[ended(&lost[0].deliveries[0], None, None)]).await;
        assert_eq!(waiting(&world).await, 1, "recorded as it ends, before the lane is let go");
        world.clock.advance(delivery::LEASE + Duration::from_secs(1));
        let taken = claim(&world).await;
        assert_eq!(taken[0].deliveries, lost[0].deliveries[1..]);
        settle(&world, &[left(&lost[0], How::Works)]).await;
        assert!(claim(&world).await.is_empty(), "whoever lost it does not let it go");
        let mut tx = world.store.begin().await.unwrap();
        delivery::free_all(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(claim(&world).await.len(), 1);
    }

    async fn what_comes_while_a_lane_is_held_is_not_forgotten(world: World) {
        send(&world, "https://a.test/1", None, &["https://m.test/inbox"]).await;
        let bell = world.store.bell();
        let taken = claim(&world).await;
        send(&world, "https://a.test/2", None, &["https://m.test/inbox"]).await;
        assert!(bell.has_changed().unwrap(), "whoever delivers is woken");
        settle(&world, &[ended(&taken[0].deliveries[0], None, None), left(&taken[0], How::Works)]).await;
        assert_eq!(claim(&world).await[0].deliveries.len(), 1);
    }

    async fn erasure_that_can_be_shown(world: World) {
        let given = Some((NOTE, false));
        let gone = Some((NOTE, true));
        send(&world, "https://a.test/create", given, &["https://has.test/inbox", "https://refuses.test/inbox"]).await;
        for taken in claim(&world).await {
            let refused = (taken.lane.host == "refuses.test").then_some("answered 403");
            settle(&world, &[ended(&taken.deliveries[0], given, refused), left(&taken, How::Works)]).await;
        }
        send(&world, "https://a.test/update", given, &["https://has.test/inbox", "https://tried.test/inbox", "https://never.test/inbox"]).await;
        for taken in claim(&world).await {
            match taken.lane.host.as_str() {
                "tried.test" => settle(&world, &[fails(&world, &taken, HOUR)]).await,
                "never.test" => settle(&world, &[left(&taken, How::Rests(Some(world.now().plus(HOUR))))]).await,
                _ => settle(&world, &[ended(&taken.deliveries[0], given, None), left(&taken, How::Works)]).await,
            };
        }
        let mut tx = world.store.begin().await.unwrap();
        assert_eq!(delivery::withdraw(&mut tx, world.now(), "https://a.test/other").await.unwrap(), None);
        let to = delivery::withdraw(&mut tx, world.now(), NOTE).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        assert_eq!(to, ["https://has.test/inbox", "https://tried.test/inbox"], "those that have it, or may have it");
        assert_eq!(waiting(&world).await, 0, "and nobody is told any more what is gone");
        let bodies = {
            let mut conn = world.store.conn().await.unwrap();
            activity::by_uri(&mut conn, "https://a.test/create").await.unwrap().body
        };
        assert_eq!(bodies, "", "nor is it kept here");

        let to: Vec<&str> = to.iter().map(String::as_str).collect();
        send(&world, "https://a.test/delete", gone, &to).await;
        let shown = async || {
            let copies = copy::of(&mut world.store.conn().await.unwrap(), NOTE).await.unwrap();
            copies.into_iter().map(|copy| (copy.host, copy.erasure)).collect::<Vec<_>>()
        };
        assert_eq!(shown().await[0], ("has.test".into(), Some(Erasure::Asked)));
        world.clock.advance(HOUR);
        for taken in claim(&world).await.into_iter().filter(|taken| !taken.deliveries.is_empty()) {
            let refused = (taken.lane.host == "tried.test").then_some("answered 404");
            settle(&world, &[ended(&taken.deliveries[0], gone, refused), left(&taken, How::Works)]).await;
        }
        let expected = [("has.test".into(), Some(Erasure::Acknowledged)), ("tried.test".into(), Some(Erasure::Refused))];
        assert_eq!(shown().await, expected);
    }

    async fn activities_that_nobody_waits_for_are_swept_away(world: World) {
        send(&world, "https://a.test/1", None, &["https://m.test/inbox"]).await;
        send(&world, "https://a.test/2", None, &["https://n.test/inbox"]).await;
        let taken = claim(&world).await;
        settle(&world, &[ended(&taken[0].deliveries[0], None, None), left(&taken[0], How::Works)]).await;
        let there = async |uri: &str| activity::by_uri(&mut world.store.conn().await.unwrap(), uri).await.is_ok();
        for (days, first) in [(29, true), (2, false)] {
            world.clock.advance(DAY * days);
            let mut tx = world.store.begin().await.unwrap();
            activity::sweep(&mut tx, world.now()).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!((there("https://a.test/1").await, there("https://a.test/2").await), (first, true));
        }
    }
}

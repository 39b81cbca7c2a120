//! Others are told by the transaction that causes it: all that it owes them is written in one statement as it ends.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};

use diesel::connection::{Instrumentation, InstrumentationEvent};
use diesel_async::AsyncConnection as _;
use futures_util::future::BoxFuture;
use model::both_databases;
use model::error::{Error, Result};
use model::id::Id;
use model::job::{self, Change, Job, When};
use model::network::{activity, delivery};
use model::people::actor;
use model::store::{Conn, Teller, Tx};
use model::testing::World;

/// How many hear of it, each in an inbox of their own, on a hundredth as many hosts.
const FOLLOWERS: usize = 10_000;

/// Tells everybody of everything twice, as a forum does that announces a root and boosts it.
struct Crier {
    now: model::clock::Instant,
    fails: bool,
}

impl Teller for Crier {
    fn tell<'a>(self: Arc<Self>, tx: &'a mut Tx, job: Job) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let Job::Comment { comment, .. } = job else { return Ok(()) };
            let inboxes: Vec<String> =
                (0..FOLLOWERS).map(|n| format!("https://h{}.test/u/{n}/inbox", n % (FOLLOWERS / 100))).collect();
            let node = actor::node(tx).await?.id;
            for kind in ["create", "boost"] {
                let uri = format!("https://a.test/{comment}#{kind}");
                activity::send(tx, self.now, node, &uri, "{}", &inboxes).await?;
            }
            if self.fails { Err(Error::store("the teller fails")) } else { Ok(()) }
        })
    }
}

/// Counts the statements that write deliveries.
struct Counting(Arc<AtomicUsize>);

impl Instrumentation for Counting {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event
            && query.to_string().contains("INSERT INTO deliveries")
        {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn comment() -> Job {
    Job::Comment {
        forum: Id::derived(&["forum".as_bytes()]),
        comment: Id::derived(&["one".as_bytes()]),
        change: Change::Created,
    }
}

/// A transaction that has something told, and how many statements wrote the deliveries of it.
async fn tells(world: &World) -> (Result<()>, usize) {
    let written = Arc::new(AtomicUsize::new(0));
    let mut tx = world.store.begin().await.unwrap();
    match &mut *tx {
        Conn::Sqlite(c) => c.set_instrumentation(Counting(written.clone())),
        Conn::Postgres(c) => c.set_instrumentation(Counting(written.clone())),
    }
    job::enqueue(&mut tx, world.now(), comment(), When::Now).await.unwrap();
    job::enqueue(&mut tx, world.now(), comment(), When::Now).await.unwrap();
    let done = tx.commit().await;
    (done, written.load(Ordering::Relaxed))
}

/// Jobs and deliveries that wait.
async fn waiting(world: &World) -> (i64, i64) {
    let mut conn = world.store.conn().await.unwrap();
    (job::depth(&mut conn).await.unwrap().0, delivery::waiting(&mut conn).await.unwrap())
}

both_databases! {
    async fn ten_thousand_followers_are_one_statement_of_the_transaction_that_causes_it(world: World) {
        let crier: Arc<dyn Teller> = Arc::new(Crier { now: world.now(), fails: false });
        world.store.tell_by(Arc::downgrade(&crier));
        let (done, statements) = tells(&world).await;
        done.unwrap();
        assert_eq!(statements, 1);
        let all = i64::try_from(2 * FOLLOWERS).unwrap();
        assert_eq!(waiting(&world).await, (0, all), "said twice, told once; and no job is left to do");
        let mut conn = world.store.conn().await.unwrap();
        let lanes = delivery::lanes(&mut conn).await.unwrap();
        assert_eq!(lanes.len(), FOLLOWERS / 100);
        assert!(lanes.iter().all(|lane| lane.due_at == Some(world.now())));
        drop(conn);
        let mut tx = world.store.begin().await.unwrap();
        let taken = delivery::claim(&mut tx, world.now(), 1, true).await.unwrap();
        let order: Vec<_> = taken[0].deliveries.iter().map(|one| one.id).collect();
        assert!(order.is_sorted());
        let first = taken[0].deliveries[0].activity_id;
        assert!(taken[0].deliveries.iter().all(|one| one.activity_id == first), "the Create before its boost");
    }

    async fn what_cannot_be_told_is_not_done(world: World) {
        let crier: Arc<dyn Teller> = Arc::new(Crier { now: world.now(), fails: true });
        world.store.tell_by(Arc::downgrade(&crier));
        assert!(matches!(tells(&world).await.0, Err(Error::Store(_))));
        assert_eq!(waiting(&world).await, (0, 0));
    }

    async fn a_process_that_knows_nobody_who_tells_leaves_it_to_the_worker(world: World) {
        tells(&world).await.0.unwrap();
        assert_eq!(waiting(&world).await.0, 2);
        let nobody: Weak<dyn Teller> = Weak::<Crier>::new();
        world.store.tell_by(nobody);
        tells(&world).await.0.unwrap();
        assert_eq!(waiting(&world).await.0, 4, "whoever told is gone");
    }
}

//! Ballots cast through the use case, beside bare commits of one row on the same database.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use model::count::ballot::{self, Voter};
use model::count::electorate::Tier;
use model::count::sequence;
use model::count::urn::Urn;
use model::debate::consultation::Consultation;
use model::debate::forum;
use model::id::Id;
use model::people::actor::Actor;
use model::store::Store;
use model::testing::{World, reference};
use serde_json::json;

use crate::pgbench;
use crate::report::{Figure, best};

/// How many cast at once, beside bare commits.
pub const CLIENTS: [usize; 3] = [1, 8, 32];
/// How many cast at once, beside pgbench.
pub const BESIDE_PGBENCH: [usize; 4] = [1, 8, MANY, 2 * MANY];
/// With how many clients pgbench is measured at most.
const PGBENCH_MOST: usize = 32;
/// A rush of voters.
const MANY: usize = 128;
/// How long each is measured, and how often in turn.
const LENGTH: Duration = Duration::from_secs(2);
const ROUNDS: usize = 3;
/// How often with the log and without it.
const LOG_ROUNDS: usize = 4;
/// How long apart what waits is counted, as by the node.
const SWEEP: Duration = Duration::from_millis(200);
/// More voters a second than any machine counts; each votes once.
const VOTERS_A_SECOND: usize = 100_000;

/// Beside bare commits of one row by as many clients.
pub async fn measure(world: &World, database: &str, clients: usize) -> anyhow::Result<Figure> {
    let ground = Ground::of(world).await?;
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(rate(clients, &ground, cast).await?);
        bare.push(rate(clients, &ground, commit).await?);
    }
    Ok(Figure {
        name: format!("ballots on {database}, {clients} at once"),
        ours: best(&ours),
        reference: best(&bare),
        beside: "bare commits of one row".to_owned(),
        target: 0.4,
    })
}

/// PostgreSQL's own measure: single inserts under a unique constraint, by `pgbench` with as many clients.
pub async fn beside_pgbench(world: &World, clients: usize) -> anyhow::Result<Figure> {
    pgbench::is_durable()?;
    let ground = Ground::of(world).await?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(rate(clients, &ground, cast).await?);
        theirs.push(pgbench::rate(clients.min(PGBENCH_MOST), LENGTH).await?);
    }
    Ok(Figure {
        name: format!("ballots on PostgreSQL, {clients} at once"),
        ours: best(&ours),
        reference: best(&theirs),
        beside: format!("single inserts by pgbench, {} at once", clients.min(PGBENCH_MOST)),
        target: if clients < 32 { 0.5 } else { 1.5 },
    })
}

/// Many voters at once on SQLite, beside one transaction after the other.
pub async fn beside_one_by_one(world: &World) -> anyhow::Result<Figure> {
    let ground = Ground::of(world).await?;
    let (mut ours, mut alone) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(rate(MANY, &ground, cast).await?);
        alone.push(rate(1, &ground, cast_alone).await?);
    }
    Ok(Figure {
        name: format!("ballots on SQLite, {MANY} at once"),
        ours: best(&ours),
        reference: best(&alone),
        beside: "one ballot a transaction".to_owned(),
        target: 6.0,
    })
}

/// Ballots cast by many at once and counted meanwhile, with their log, beside the same on another consultation without it.
pub async fn log(world: &World, database: &str) -> anyhow::Result<Figure> {
    let logged = Ground::of(world).await?;
    let bare = logged.another(world).await?;
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for round in 0..LOG_ROUNDS {
        // Whatever comes later finds more ballots there, and is slower: each goes first as often, and their means are compared.
        for log in [round % 2 == 1, round % 2 == 0] {
            if log {
                with.push(counted(&logged, true).await?);
            } else {
                without.push(counted(&bare, false).await?);
            }
        }
    }
    Ok(Figure {
        name: format!("ballots cast, counted and logged on {database}, {MANY} at once"),
        ours: mean(&with),
        reference: mean(&without),
        beside: "the same without the log".to_owned(),
        target: 0.9,
    })
}

fn mean(rates: &[f64]) -> f64 {
    rates.iter().sum::<f64>() / rates.len() as f64
}

/// Ballots a second from the first cast to the last counted.
async fn counted(ground: &Arc<Ground>, log: bool) -> anyhow::Result<f64> {
    let sweep = async |ground: &Ground| match log {
        true => sequence::sweep(&ground.store, ground.now, Duration::ZERO).await,
        false => sequence::sweep_without_log(&ground.store, ground.now, Duration::ZERO).await,
    };
    let (before, began) = (ground.next.load(Ordering::Relaxed), Instant::now());
    let over = AtomicBool::new(false);
    let casting = async {
        let cast = rate(MANY, ground, cast).await;
        over.store(true, Ordering::Relaxed);
        cast
    };
    let counting = async {
        while !over.load(Ordering::Relaxed) {
            sweep(ground).await?;
            tokio::time::sleep(SWEEP).await;
        }
        anyhow::Ok(())
    };
    let (cast, swept) = tokio::join!(casting, counting);
    cast.and(swept)?;
    sweep(ground).await?;
    let count = ground.next.load(Ordering::Relaxed) - before;
    Ok(count as f64 / began.elapsed().as_secs_f64())
}

struct Ground {
    store: Store,
    urn: Urn,
    on: Consultation,
    voters: Arc<[Id<Actor>]>,
    next: AtomicUsize,
    now: model::clock::Instant,
}

impl Ground {
    async fn of(world: &World) -> anyhow::Result<Arc<Self>> {
        let (forum, on) = world.vote().await;
        let voters = VOTERS_A_SECOND * ROUNDS * usize::try_from(LENGTH.as_secs())?;
        world.casts(&forum, &on, &world.admin, &["for"]).await?;
        Ok(Arc::new(Self {
            voters: reference::people(&world.store, world.now(), voters).await?.into(),
            next: AtomicUsize::new(0),
            now: world.now(),
            // The first ballot has locked it, as it is on every page but the first.
            on: world.again(&on).await,
            urn: Urn::open(world.store.clone(), world.clock.clone()),
            store: world.store.clone(),
        }))
    }

    /// The same voters before another consultation.
    async fn another(&self, world: &World) -> anyhow::Result<Arc<Self>> {
        let forum = forum::by_id(&mut world.store.conn().await?, self.on.forum_id).await?;
        let on = world.publish(&forum, world.draft(&json!({"kind": "vote"}))).await;
        world.casts(&forum, &on, &world.admin, &["for"]).await?;
        let (voters, urn, store) = (self.voters.clone(), self.urn.clone(), self.store.clone());
        let on = world.again(&on).await;
        Ok(Arc::new(Self { voters, urn, store, on, next: AtomicUsize::new(0), now: self.now }))
    }

    /// The next who has not voted yet.
    fn voter(&self) -> anyhow::Result<Voter> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let actor = *self.voters.get(number).ok_or_else(|| anyhow::anyhow!("there are too few voters"))?;
        Ok(Voter { actor, tier: Tier::Member })
    }
}

/// As the API and the inbox do it.
async fn cast(ground: Arc<Ground>) -> anyhow::Result<()> {
    ground.urn.cast(&ground.on, ground.voter()?, &["for".to_owned()], None).await?;
    Ok(())
}

/// The same use case in a transaction of its own.
async fn cast_alone(ground: Arc<Ground>) -> anyhow::Result<()> {
    let mut tx = ground.store.begin().await?;
    ballot::cast(&mut tx, ground.now, &ground.on, ground.voter()?, &["for".to_owned()]).await?;
    Ok(tx.commit().await?)
}

async fn commit(ground: Arc<Ground>) -> anyhow::Result<()> {
    let key = Id::<Ground>::new(ground.now).to_string();
    Ok(reference::commit_one_row(&ground.store, key).await?)
}

/// How often a second `act` ends well, done by so many at once.
async fn rate<F>(
    clients: usize,
    ground: &Arc<Ground>,
    act: impl Fn(Arc<Ground>) -> F + Copy + Send + 'static,
) -> anyhow::Result<f64>
where
    F: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let (count, over) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let began = Instant::now();
    let mut working = Vec::new();
    for _ in 0..clients {
        let (ground, count, over) = (ground.clone(), count.clone(), over.clone());
        working.push(tokio::spawn(async move {
            while !over.load(Ordering::Relaxed) {
                act(ground.clone()).await?;
                count.fetch_add(1, Ordering::Relaxed);
            }
            anyhow::Ok(())
        }));
    }
    tokio::time::sleep(LENGTH).await;
    over.store(true, Ordering::Relaxed);
    for client in working {
        client.await??;
    }
    Ok(count.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64())
}

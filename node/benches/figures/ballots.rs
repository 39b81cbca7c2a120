//! Ballots cast through the use case, beside bare commits of one row on the same database.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use model::count::ballot::Voter;
use model::count::electorate::Tier;
use model::count::urn::Urn;
use model::debate::consultation::Consultation;
use model::id::Id;
use model::people::actor::Actor;
use model::store::Store;
use model::testing::{World, reference};

use crate::report::{Figure, best};

/// How many cast at once.
pub const CLIENTS: [usize; 3] = [1, 8, 32];
/// How long each is measured, and how often in turn.
const LENGTH: Duration = Duration::from_secs(2);
const ROUNDS: usize = 3;
/// More voters a second than any machine counts; each votes once.
const VOTERS_A_SECOND: usize = 40_000;

/// Measures both in turn and keeps the best of each.
pub async fn measure(world: &World, database: &str, clients: usize) -> anyhow::Result<Figure> {
    let (forum, on) = world.vote().await;
    let voters = VOTERS_A_SECOND * ROUNDS * usize::try_from(LENGTH.as_secs())?;
    world.casts(&forum, &on, &world.admin, &["for"]).await?;
    let ground = Arc::new(Ground {
        voters: reference::people(&world.store, world.now(), voters).await?,
        next: AtomicUsize::new(0),
        now: world.now(),
        // The first ballot has locked it, as it is on every page but the first.
        on: world.again(&on).await,
        urn: Urn::open(world.store.clone(), world.clock.clone()),
        store: world.store.clone(),
    });
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

struct Ground {
    store: Store,
    urn: Urn,
    on: Consultation,
    voters: Vec<Id<Actor>>,
    next: AtomicUsize,
    now: model::clock::Instant,
}

/// As the API and the inbox do it.
async fn cast(ground: Arc<Ground>) -> anyhow::Result<()> {
    let number = ground.next.fetch_add(1, Ordering::Relaxed);
    let actor = *ground.voters.get(number).ok_or_else(|| anyhow::anyhow!("there are too few voters"))?;
    let voter = Voter { actor, tier: Tier::Member };
    ground.urn.cast(&ground.on, voter, &["for".to_owned()], None).await?;
    Ok(())
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

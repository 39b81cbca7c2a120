//! Several nodes in one process, on a clock that is moved and a network that loses requests, loses answers, repeats what it
//! brings, and cuts nodes off. Whatever happened: once it is healed, the origin's tally is its log is what every mirror shows,
//! each ballot counts once, and each comment stands once wherever it should, and nowhere else.
//!
//! Each schedule follows from its number alone, which is printed when it fails. `PALABRE_TEST_SCHEDULES` says how many.

mod chance;
mod network;
mod region;

use model::testing;

use region::Region;

/// How many schedules the same nodes go through: making them takes longer than a schedule.
const PER_REGION: u64 = 10;
/// How much happens in one schedule.
const STEPS: usize = 40;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_any_schedule_of_faults_every_node_agrees() {
    let all: Vec<u64> = (0..testing::schedules()).collect();
    for some in all.chunks(usize::try_from(PER_REGION).expect("a number")) {
        let region = Region::founded().await;
        for seed in some {
            region.goes_through(*seed, STEPS).await;
        }
    }
}

//! Several nodes in one process, on a clock that is moved and a network that loses requests, loses answers, repeats what it
//! brings, brings it late and in another order, and cuts nodes off; forums carry each other's debates, in a circle and by two ways. Whatever happened: once it is healed, the origin's tally is its log is what every mirror shows,
//! each ballot counts once, and each comment stands once wherever it should, and nowhere else.
//!
//! Each schedule follows from its number alone, which is printed. `PALABRE_TEST_SCHEDULES` says how many,
//! or which: `17..18`.

mod acts;
mod agreement;
mod chance;
mod network;
mod region;

use model::testing;

use region::Region;

/// How many schedules the same nodes go through: making them takes longer than a schedule.
const PER_REGION: u64 = 10;
/// How much happens in one schedule.
const STEPS: usize = 40;

#[expect(clippy::print_stderr, reason = "a failure is gone through again by the number that was told last")]
fn told(what: &str) {
    eprintln!("{what}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_any_schedule_of_faults_every_node_agrees() {
    let all: Vec<u64> = testing::schedules().collect();
    assert!(!all.is_empty(), "no schedules");
    for some in all.chunks(usize::try_from(PER_REGION).expect("a number")) {
        let region = Region::founded().await;
        for seed in some {
            told(&format!("schedule {seed}"));
            region.goes_through(*seed, STEPS).await;
        }
    }
}

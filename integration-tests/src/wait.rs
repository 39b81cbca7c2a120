//! Waiting for a condition.

use std::time::Duration;

/// How long a condition may take: far beyond what a node needs on a busy machine, so that only a fault reaches it.
pub const DEADLINE: Duration = Duration::from_secs(40);
const PAUSE: Duration = Duration::from_millis(25);

/// Asks `condition` until it answers `Some`, and returns that. Panics with `what` after [`DEADLINE`].
pub async fn until<T>(what: &str, condition: impl AsyncFnMut() -> Option<T>) -> T {
    until_or(|| what.to_owned(), condition).await
}

/// The same, with the words for a failure found only then.
pub async fn until_or<T>(what: impl FnOnce() -> String, condition: impl AsyncFnMut() -> Option<T>) -> T {
    within(DEADLINE, what, condition).await
}

/// The same for what takes longer than most: a lease that has to end first, ten thousand of something.
pub async fn within<T>(
    deadline: Duration,
    what: impl FnOnce() -> String,
    mut condition: impl AsyncFnMut() -> Option<T>,
) -> T {
    let asking = async {
        loop {
            if let Some(answer) = condition().await {
                return answer;
            }
            pause().await;
        }
    };
    match tokio::time::timeout(deadline, asking).await {
        Ok(answer) => answer,
        Err(_) => panic!("waited {} s in vain: {}", deadline.as_secs(), what()),
    }
}

#[expect(clippy::disallowed_methods, reason = "the pause between two questions of a wait with a deadline")]
async fn pause() {
    tokio::time::sleep(PAUSE).await;
}

//! How much one host may send: a bucket per host that fills again every minute.

use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// A host that has not been heard of for this many requests of others is forgotten.
const SWEEP_EVERY: u64 = 10_000;

/// Counts what hosts send, or are asked.
pub(crate) struct Limit {
    hosts: DefaultKeyedRateLimiter<String>,
    asked: std::sync::atomic::AtomicU64,
}

impl Limit {
    /// So many a minute and host; zero counts as one.
    pub(crate) fn per_minute(most: u32) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(most).unwrap_or(NonZeroU32::MIN));
        Self { hosts: RateLimiter::keyed(quota), asked: std::sync::atomic::AtomicU64::new(0) }
    }

    /// Takes one from the bucket of `host`.
    ///
    /// # Errors
    /// When it is empty: in how many seconds to ask again.
    pub(crate) fn take(&self, host: &str) -> Result<(), u64> {
        let asked = self.asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if asked % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.hosts.retain_recent();
        }
        self.hosts.check_key(&host.to_owned()).map_err(|denied| {
            let wait = denied.wait_time_from(DefaultClock::default().now());
            wait.as_secs().saturating_add(1)
        })
    }
}

impl std::fmt::Debug for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limit").field("hosts", &self.hosts.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_host_that_floods_does_not_slow_another() {
        let limit = Limit::per_minute(2);
        assert_eq!((limit.take("m.test"), limit.take("m.test")), (Ok(()), Ok(())));
        let wait = limit.take("m.test").expect_err("too many");
        assert!((1..=60).contains(&wait));
        assert_eq!(limit.take("n.test"), Ok(()));
    }
}

//! How much one token or one address may ask in a minute.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::app::Settings;
use crate::limit::network;

/// How many keys are held before those at rest are dropped.
const MOST: usize = 10_000;
/// Every quota is for so long, in seconds.
const WINDOW: u64 = 60;

type Limiter<K> = DefaultKeyedRateLimiter<K, StateInformationMiddleware>;

/// The hash of a token: its secret is held nowhere.
pub(super) type TokenHash = [u8; 32];

/// The limits of the API.
pub(crate) struct Quotas {
    reads: Limited<TokenHash>,
    writes: Limited<TokenHash>,
    anonymous: Limited<IpAddr>,
}

struct Limited<K: Hash + Eq + Clone> {
    name: &'static str,
    count: NonZeroU32,
    limiter: Limiter<K>,
}

/// What is left of a quota after a request; [`Left::wait`] where the request is one too many.
#[derive(Debug)]
pub(super) struct Left {
    name: &'static str,
    count: u32,
    remaining: u32,
    /// How long to wait, if the request is one too many.
    pub(super) wait: Option<Duration>,
}

impl Quotas {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            reads: Limited::new("reads", settings.api_reads),
            writes: Limited::new("writes", settings.api_writes),
            anonymous: Limited::new("anonymous", settings.anonymous),
        }
    }

    /// One more request with a token that is known.
    pub(super) fn token(&self, token: TokenHash, writes: bool) -> Left {
        if writes { self.writes.take(&token) } else { self.reads.take(&token) }
    }

    /// One more request without.
    pub(super) fn address(&self, from: IpAddr) -> Left {
        self.anonymous.take(&network(from))
    }
}

impl<K: Hash + Eq + Clone> Limited<K> {
    fn new(name: &'static str, count: NonZeroU32) -> Self {
        let limiter = RateLimiter::keyed(Quota::per_minute(count)).with_middleware();
        Self { name, count, limiter }
    }

    fn take(&self, key: &K) -> Left {
        if self.limiter.len() > MOST {
            self.limiter.retain_recent();
        }
        let (remaining, wait) = match self.limiter.check_key(key) {
            Ok(state) => (state.remaining_burst_capacity(), None),
            Err(not_until) => (0, Some(not_until.wait_time_from(DefaultClock::default().now()))),
        };
        Left { name: self.name, count: self.count.get(), remaining, wait }
    }
}

impl Left {
    /// `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10), and `Retry-After` (RFC 9110,
    /// section 10.2.3) where the request is one too many.
    pub(super) fn write(&self, headers: &mut HeaderMap) {
        const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
        const LEFT: HeaderName = HeaderName::from_static("ratelimit");
        let Self { name, count, remaining, wait } = self;
        // The quota fills up evenly: this is when it will be full.
        let full = u64::from(count - remaining.min(count)) * WINDOW / u64::from((*count).max(1));
        let full = full.max(wait.map_or(0, |wait| wait.as_secs() + 1));
        for (key, value) in
            [(POLICY, format!("\"{name}\";q={count};w={WINDOW}")), (LEFT, format!("\"{name}\";r={remaining};t={full}"))]
        {
            headers.extend(HeaderValue::from_str(&value).map(|value| (key, value)));
        }
        if let Some(wait) = wait {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs() + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_told_and_ends() {
        let two = NonZeroU32::new(2).unwrap();
        let quotas = Quotas::new(&Settings { anonymous: two, ..Settings::default() });
        let (one, other) = (IpAddr::from([203, 0, 113, 9]), IpAddr::from([198, 51, 100, 4]));
        let mut headers = HeaderMap::new();
        quotas.address(one).write(&mut headers);
        assert_eq!(headers["ratelimit-policy"], "\"anonymous\";q=2;w=60");
        assert_eq!(headers["ratelimit"], "\"anonymous\";r=1;t=30");
        assert!(!headers.contains_key(header::RETRY_AFTER));
        assert!(quotas.address(one).wait.is_none());
        let left = quotas.address(one);
        assert!(left.wait.is_some());
        left.write(&mut headers);
        assert!(headers.contains_key(header::RETRY_AFTER));
        assert!(quotas.address(other).wait.is_none());
    }
}

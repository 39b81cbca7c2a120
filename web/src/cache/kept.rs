//! A page that is kept: how long it stands, and how often it is made.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::{ASKED, FRESH, LONGEST, Page, STALE};

/// How often a page is made in a second at most.
pub(super) const MADE_MOST: u32 = 4;
pub(super) const SECOND: Duration = Duration::from_secs(1);

/// What tells whether a page has changed ([`model::debate::consultation::stamp`]).
pub(super) type Version = (i64, i64);

/// A page that is kept.
pub(super) struct Kept {
    pub(super) page: Arc<Page>,
    /// The version that it shows; none of a list.
    pub(super) version: Option<Version>,
    /// When it was made.
    pub(super) since: Instant,
    /// When its version was last found to stand.
    pub(super) asked: Mutex<Instant>,
    /// Whether this process has changed what it shows.
    pub(super) changed: AtomicBool,
    pub(super) renewing: AtomicBool,
    pub(super) made: Made,
}

/// How often a page was made since that moment: a second at most.
#[derive(Clone, Copy, Debug)]
pub(super) struct Made {
    pub(super) since: Instant,
    pub(super) times: u32,
}

impl Made {
    /// Once more.
    pub(super) fn again(self, now: Instant) -> Self {
        if now.saturating_duration_since(self.since) < SECOND {
            Self { times: self.times + 1, ..self }
        } else {
            Self { since: now, times: 1 }
        }
    }

    /// Whether it was made as often as it may be.
    pub(super) fn is_often(self, now: Instant) -> bool {
        self.times >= MADE_MOST && now.saturating_duration_since(self.since) < SECOND
    }
}

impl Kept {
    pub(super) fn asked(&self) -> Instant {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It is given out a while longer.
    pub(super) fn stands(&self, now: Instant) {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = now;
        self.renewing.store(false, Ordering::Relaxed);
    }

    /// Whether it may be given out without asking.
    pub(super) fn is_good(&self, now: Instant) -> bool {
        let pause = if self.version.is_some() { ASKED } else { FRESH };
        let changed = self.changed.load(Ordering::Relaxed) && !self.made.is_often(now);
        !changed && now.saturating_duration_since(self.asked()) < pause
    }

    /// Whether it may be given out while somebody else asks for its version, or makes it anew.
    pub(super) fn waits(&self, now: Instant) -> bool {
        !self.changed.load(Ordering::Relaxed) && now.saturating_duration_since(self.asked()) < STALE
    }

    /// Whether it still shows what is there, whose version is now this.
    pub(super) fn is_right(&self, version: Option<Version>, now: Instant) -> bool {
        let held = version.is_some() && version == self.version && !self.changed.load(Ordering::Relaxed);
        let age = now.saturating_duration_since(self.since);
        age < LONGEST && (held || self.made.is_often(now))
    }
}

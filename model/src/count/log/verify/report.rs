//! What was checked, and the first thing that does not hold.

use serde::Serialize;

/// Why something does not hold: one sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Fault(String);

impl Fault {
    /// With this sentence.
    pub fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

/// One thing that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What: `key`, `checkpoint`, `entries`, `root`, `tiles`, `witnesses`, `since`, `results`, `receipt`.
    pub check: &'static str,
    /// Whether it holds.
    pub holds: bool,
    /// What was found.
    pub detail: String,
}

/// All that was checked, in order; nothing after the first that does not hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether all of it holds.
    pub ok: bool,
    /// The log: `HOST/c/SLUG`.
    pub log: Option<String>,
    /// How many entries its checkpoint signs.
    pub size: Option<u64>,
    /// The root that it signs, base64.
    pub root: Option<String>,
    /// What only somebody else can vouch for.
    pub warnings: Vec<String>,
    /// What was checked.
    pub checks: Vec<Check>,
}

/// Ends a verification at the first thing that does not hold; it is in the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stop;

impl Report {
    /// Notes a check, and ends there if it does not hold.
    pub(super) fn note<T>(&mut self, check: &'static str, found: Result<(T, String), Fault>) -> Result<T, Stop> {
        match found {
            Ok((value, detail)) => {
                self.checks.push(Check { check, holds: true, detail });
                Ok(value)
            }
            Err(Fault(detail)) => {
                self.checks.push(Check { check, holds: false, detail });
                Err(Stop)
            }
        }
    }

    /// Notes what does not hold.
    pub(super) fn refuse(&mut self, check: &'static str, Fault(detail): Fault) -> Stop {
        self.checks.push(Check { check, holds: false, detail });
        Stop
    }

    /// The first thing that does not hold.
    #[must_use]
    pub fn fault(&self) -> Option<&Check> {
        self.checks.iter().find(|check| !check.holds)
    }
}

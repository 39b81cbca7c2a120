//! The real time, for signatures and for what is made relative to now.

use jiff::{SignedDuration, Timestamp};

/// Now. Nodes under test are real processes and live by the real clock, so their tests do too.
#[expect(clippy::disallowed_methods, reason = "a real process is tested, on its own clock")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

/// The instant `hours` from now (negative: ago), RFC 3339.
pub fn in_hours(hours: i64) -> String {
    (now() + SignedDuration::from_hours(hours)).to_string()
}

/// `at` as the HTTP `Date` header has it (RFC 9110 § 5.6.7, IMF-fixdate).
pub fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

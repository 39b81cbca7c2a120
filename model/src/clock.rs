//! Time comes in through here: use cases take an [`Instant`], only the edges own a [`Clock`].

use std::fmt;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::BigInt;
use diesel::sqlite::{Sqlite, SqliteValue};
use serde::{Deserialize, Serialize};

use crate::store::types::DbTime;

/// A point in time, to the microsecond, as both databases keep it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow, Serialize, Deserialize)]
#[diesel(sql_type = DbTime)]
#[serde(transparent)]
pub struct Instant(jiff::Timestamp);

impl Instant {
    /// From microseconds since 1970; out of range becomes the nearest that can be kept.
    #[must_use]
    pub fn from_microsecond(us: i64) -> Self {
        let end = if us < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
        Self(jiff::Timestamp::from_microsecond(us).unwrap_or(end))
    }

    /// Before everything that is kept: the year 1. PostgreSQL reaches back less far than jiff.
    #[must_use]
    pub fn earliest() -> Self {
        Self::from_microsecond(-62_135_596_800_000_000)
    }

    /// From jiff, cut to the microsecond.
    #[must_use]
    pub fn from_timestamp(at: jiff::Timestamp) -> Self {
        Self::from_microsecond(at.as_microsecond())
    }

    /// Parses RFC 3339.
    ///
    /// # Errors
    /// When the text is no RFC 3339 time.
    pub fn parse(text: &str) -> Result<Self, jiff::Error> {
        text.parse::<jiff::Timestamp>().map(Self::from_timestamp)
    }

    /// Microseconds since 1970.
    #[must_use]
    pub fn as_microsecond(self) -> i64 {
        self.0.as_microsecond()
    }

    /// Whole seconds since 1970.
    #[must_use]
    pub fn as_second(self) -> i64 {
        self.0.as_second()
    }

    /// The same for jiff.
    #[must_use]
    pub fn timestamp(self) -> jiff::Timestamp {
        self.0
    }

    /// Later by `by`.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        Self::from_microsecond(self.as_microsecond().saturating_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX)))
    }

    /// Earlier by `by`.
    #[must_use]
    pub fn minus(self, by: Duration) -> Self {
        Self::from_microsecond(self.as_microsecond().saturating_sub(i64::try_from(by.as_micros()).unwrap_or(i64::MAX)))
    }

    /// How long from `earlier` to here; zero if `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(
            u64::try_from(self.as_microsecond().saturating_sub(earlier.as_microsecond())).unwrap_or(0),
        )
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl fmt::Display for Instant {
    /// RFC 3339 in UTC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where the time comes from.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A clock that a test sets.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `at` until it is moved.
    #[must_use]
    pub fn fixed(at: Instant) -> Self {
        Self::Fixed(Arc::new(AtomicI64::new(at.as_microsecond())))
    }

    /// The time now.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    #[must_use]
    pub fn now(&self) -> Instant {
        match self {
            Self::System => Instant::from_timestamp(jiff::Timestamp::now()),
            Self::Fixed(us) => Instant::from_microsecond(us.load(Ordering::SeqCst)),
        }
    }

    /// Moves a fixed clock on; the machine's clock stays as it is.
    pub fn advance(&self, by: Duration) {
        if let Self::Fixed(us) = self {
            us.fetch_add(i64::try_from(by.as_micros()).unwrap_or(i64::MAX), Ordering::SeqCst);
        }
    }
}

/// Microseconds from 1970 to 2000, where PostgreSQL starts to count.
const PG_EPOCH: i64 = 946_684_800_000_000;

impl ToSql<DbTime, Pg> for Instant {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(&(self.as_microsecond() - PG_EPOCH).to_be_bytes())?;
        Ok(IsNull::No)
    }
}
impl FromSql<DbTime, Pg> for Instant {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let us = i64::from_be_bytes(value.as_bytes().try_into()?);
        Ok(Self::from_microsecond(us.saturating_add(PG_EPOCH)))
    }
}
impl ToSql<DbTime, Sqlite> for Instant {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.as_microsecond());
        Ok(IsNull::No)
    }
}
impl FromSql<DbTime, Sqlite> for Instant {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        Ok(Self::from_microsecond(<i64 as FromSql<BigInt, Sqlite>>::from_sql(value)?))
    }
}

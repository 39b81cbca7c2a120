//! Typed keys: UUIDv7, minted before the row is inserted, so that they sort by time.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::Binary;
use diesel::sqlite::{Sqlite, SqliteValue};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::io::Write as _;
use uuid::Uuid;

use crate::clock::Instant;
use crate::store::types::DbUuid;

/// The key of one `T`. Two kinds of keys cannot be confused.
#[derive(AsExpression, FromSqlRow)]
#[diesel(sql_type = DbUuid)]
pub struct Id<T: 'static>(Uuid, PhantomData<fn() -> T>);

/// Counts the keys minted in this process.
static MINTED: AtomicU32 = AtomicU32::new(0);

impl<T> Id<T> {
    /// A new key whose time part is `now`. Keys of the same millisecond sort as they were minted, so that jobs enqueued in one
    /// transaction keep their order.
    #[expect(clippy::disallowed_methods, reason = "the one place where keys are minted")]
    #[must_use]
    pub fn new(now: Instant) -> Self {
        let mut tail = [0u8; 10];
        // Without randomness no key may be minted: two nodes would collide.
        getrandom::fill(&mut tail).expect("the operating system gives randomness");
        // The version takes 4 bits of the first octet and the variant 2 of the third (RFC 9562, section 5.7).
        let count = MINTED.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let [high, middle, low, last] = count;
        tail[..4].copy_from_slice(&[high << 2 | middle >> 6, middle << 2 | low >> 6, low & 0x3f, last]);
        let millis = u64::try_from(now.as_microsecond() / 1000).unwrap_or(0);
        Self::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &tail).into_uuid())
    }

    /// A new key that tells nothing of when it was minted (UUIDv8 of random bits), where order would tell on people.
    #[expect(clippy::disallowed_methods, reason = "the one place where keys are minted")]
    #[must_use]
    pub fn scattered() -> Self {
        let mut bytes = [0u8; 16];
        // Without randomness no key may be minted: two nodes would collide.
        getrandom::fill(&mut bytes).expect("the operating system gives randomness");
        Self::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// The key that these parts always lead to (UUIDv8 of their SHA-256): what is imported twice has one key.
    #[must_use]
    pub fn derived(parts: &[&[u8]]) -> Self {
        use sha2::{Digest as _, Sha256};
        let mut digest = Sha256::new();
        for part in parts {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        let mut bytes = [0u8; 16];
        bytes.copy_from_slice(&digest.finalize()[..16]);
        Self::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// The key of the `n`th of a list, so that keys sort as the list does, with a tail that these parts lead to.
    #[must_use]
    pub fn ordered(n: u32, parts: &[&[u8]]) -> Self {
        let mut bytes = *Self::derived(parts).0.as_bytes();
        bytes[..4].copy_from_slice(&n.to_be_bytes());
        Self::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// Wraps a key that was read from elsewhere.
    #[must_use]
    pub fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid, PhantomData)
    }

    /// The bare key.
    #[must_use]
    pub fn uuid(self) -> Uuid {
        self.0
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<T> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl<T> FromStr for Id<T> {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Uuid::parse_str(text).map(Self::from_uuid)
    }
}
impl<T> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(s)
    }
}
impl<'de, T> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Uuid::deserialize(d).map(Self::from_uuid)
    }
}

impl<T> ToSql<DbUuid, Pg> for Id<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        out.write_all(self.0.as_bytes())?;
        Ok(IsNull::No)
    }
}
impl<T> FromSql<DbUuid, Pg> for Id<T> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Self::from_uuid(Uuid::from_slice(value.as_bytes())?))
    }
}
impl<T> ToSql<DbUuid, Sqlite> for Id<T> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.as_bytes().as_slice());
        Ok(IsNull::No)
    }
}
impl<T> FromSql<DbUuid, Sqlite> for Id<T> {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let bytes = <Vec<u8> as FromSql<Binary, Sqlite>>::from_sql(value)?;
        Ok(Self::from_uuid(Uuid::from_slice(&bytes)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_sort_by_the_time_they_were_minted() {
        let early: Id<()> = Id::new(Instant::from_microsecond(1_000_000_000_000));
        let late: Id<()> = Id::new(Instant::from_microsecond(2_000_000_000_000));
        assert!(early < late);
        let same: Vec<Id<()>> = (0..10_000).map(|_| Id::new(Instant::from_microsecond(1_000_000_000_000))).collect();
        assert!(same.is_sorted(), "keys of one millisecond sort as they were minted");
        assert_eq!(early.to_string().parse::<Id<()>>().unwrap(), early);
    }

    #[test]
    fn derived_keys_are_the_same_each_time_and_keep_their_parts_apart() {
        let derived = |parts: &[&str]| Id::<()>::derived(&parts.iter().map(|part| part.as_bytes()).collect::<Vec<_>>());
        assert_eq!(derived(&["a", "b"]), derived(&["a", "b"]));
        assert_ne!(derived(&["a", "b"]), derived(&["ab", ""]));
        let ordered: Vec<Id<()>> = (0..1000).map(|n| Id::ordered(n, &[b"x"])).collect();
        assert!(ordered.is_sorted());
    }
}

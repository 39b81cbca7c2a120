//! The little that the two databases say differently.

use super::Conn;

impl Conn {
    /// Whether this is PostgreSQL, where rows can be locked and many inserted in one statement.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}

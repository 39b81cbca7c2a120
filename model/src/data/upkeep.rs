//! What is left to do after a migration, since SQL cannot say it: done right after the schema stands, and again, at little
//! cost, at each start, so that a process that is killed in between leaves nothing undone.

use super::search;
use crate::debate::comment;
use crate::error::Result;
use crate::store::Store;

/// Brings what is derived from the records up to this program's version.
///
/// # Errors
/// When the database fails.
pub async fn run(store: &Store) -> Result<()> {
    comment::score_earlier(store).await?;
    search::add_missing(store).await
}

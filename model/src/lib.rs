//! The nouns, the rules and the records of Palabre, and the only crate that speaks SQL.
//!
//! It knows nothing of HTTP, pages, signatures or the network: both doors, the website and the fediverse, call the
//! same use cases here. Use cases take `&mut Tx`, queries `&mut Conn`; the caller owns begin and commit.

pub mod address;
pub mod care;
pub mod clock;
pub mod count;
pub mod data;
pub mod debate;
pub mod error;
pub mod id;
pub mod job;
pub mod network;
pub mod people;
pub mod store;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

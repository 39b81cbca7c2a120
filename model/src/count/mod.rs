//! Methods, ballots and their counting.

pub mod audit;
pub mod ballot;
pub mod cap;
pub mod check;
pub mod electorate;
pub mod log;
pub mod method;
pub mod participation;
pub mod pseudonym;
pub mod publication;
pub mod receipt;
pub mod removal;
pub mod sequence;
pub mod tally;
pub mod urn;
pub mod witness;

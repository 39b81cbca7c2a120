//! Methods, ballots and their counting.

pub mod ballot;
pub mod electorate;
pub mod log;
pub mod method;
pub mod pseudonym;
pub mod sequence;
pub mod tally;

//! federation
#![allow(missing_docs)]
pub mod guard;
pub mod signature;

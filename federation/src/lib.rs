//! federation
#![allow(missing_docs)]
pub mod directory;
pub mod fetch;
pub mod guard;
pub mod nodeinfo;
pub mod signature;
#[cfg(test)]
mod testing;
pub mod webfinger;
pub mod wire;

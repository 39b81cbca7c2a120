//! What goes on between this node and others: follows, peers, what was sent, what was seen, what is mirrored.

pub mod activity;
pub mod backfill;
pub mod block;
pub mod blocklist;
pub mod copy;
pub mod delivery;
pub mod dialect;
pub mod follow;
pub mod host;
pub mod mirror;
pub mod peer;
pub mod quote;
pub mod relocation;
pub mod sighting;

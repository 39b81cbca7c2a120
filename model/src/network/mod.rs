//! What goes on between this node and others: follows, peers, what was sent, what was seen, what is mirrored.

pub mod activity;
pub mod backfill;
pub mod block;
pub mod blocklist;
pub mod copy;
pub mod delivery;
pub mod dialect;
pub mod elsewhere;
pub mod envoy;
pub mod exchange;
pub mod expulsion;
pub mod follow;
pub mod host;
pub mod known;
pub mod mirror;
pub mod partner;
pub mod peer;
pub mod preview;
pub mod proposal;
pub mod quote;
pub mod relay;
pub mod relay_server;
pub mod relocation;
pub mod sighting;
pub mod terms;
pub mod verified;

//! Whole nodes, tested from outside: real `palabre` processes on loopback under host names of their own, and a scripted
//! peer that signs and behaves as Mastodon does.
//!
//! This crate deliberately knows none of the others: it drives nodes through their commands, their JSON API, their
//! pages and ActivityPub, and it checks signatures with code and keys of its own, so that an error in ours cannot
//! excuse itself. Nothing here sleeps for a time: [`wait`] asks until a condition holds, and fails at a deadline.

pub mod activityrelay;
pub mod api;
pub mod apsig;
pub mod clock;
pub mod crowd;
pub mod database;
pub mod fedify;
pub mod ground;
pub mod net;
pub mod node;
pub mod peer;
pub mod polis;
pub mod provider;
pub mod snac;
pub mod visitor;
pub mod wait;

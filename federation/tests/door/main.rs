//! The fediverse's door as other servers meet it: a node on a database of its own, and a peer on loopback with keys of its own.

#![allow(missing_docs, reason = "a test needs no public text")]

mod articles;
mod ballots;
mod carry;
mod chain;
mod comments;
mod departures;
mod documents;
mod follows;
mod forwarded;
mod garbage;
mod home;
mod hosts;
mod intents;
mod mirror;
mod moderation;
mod order;
mod owed;
mod pasture;
mod proofs;
mod reading;
mod refusals;
mod relations;
mod relays;
mod reports;
mod requirements;
mod security;
mod servers;
mod telling;
mod threads;
mod town;
mod votes;
mod witnesses;

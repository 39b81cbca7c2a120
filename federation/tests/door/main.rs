//! The fediverse's door as other servers meet it: a node on a database of its own, and a peer on loopback with keys of its own.

#![allow(missing_docs, reason = "a test needs no public text")]

mod comments;
mod documents;
mod follows;
mod hosts;
mod intents;
mod mirror;
mod proofs;
mod reading;
mod refusals;
mod telling;
mod threads;
mod town;
mod votes;

//! The fediverse's door as other servers meet it: a node on a database of its own, and a peer on loopback with keys of its own.

#![allow(missing_docs, reason = "a test needs no public text")]

mod comments;
mod documents;
mod follows;
mod hosts;
mod mirror;
mod proofs;
mod refusals;
mod telling;
mod town;
mod votes;

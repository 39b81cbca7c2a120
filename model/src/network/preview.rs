//! A forum of another node as it is before anybody follows it: what its own node says of it and of its latest debates.

use crate::clock::Instant;
use crate::id::Id;
use crate::people::actor::Actor;

/// How many of its latest debates are looked at.
pub const DEBATES: usize = 5;

/// A forum that somebody thinks of following.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// Its actor, known here from now on.
    pub forum: Id<Actor>,
    /// Where the rules of its node are read, where that is one of our kind.
    pub rules: Option<String>,
    /// The languages of what was found, each once.
    pub languages: Vec<String>,
    /// Its latest debates, at most [`DEBATES`].
    pub debates: Vec<Headline>,
}

/// A debate of a forum elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headline {
    /// Its title, plain.
    pub title: String,
    /// Its address.
    pub uri: String,
    /// Its language (BCP 47), if it is told.
    pub language: Option<String>,
    /// When it was published.
    pub published_at: Option<Instant>,
}

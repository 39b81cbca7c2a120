//! What is missing of a thread, and how far the search for it has come: all of it in one job, which a killed process takes up
//! where it stood.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::id::Id;
use crate::people::actor::Actor;
use crate::store::{Conn, on};

/// How many documents are fetched for one thread.
pub const FETCHES_MOST: u32 = 400;
/// How many are fetched before something known is come upon.
pub const CLIMBS_MOST: u32 = 20;
/// How many addresses wait at most; what a page names past that is left to the next time.
pub const WAITING_MOST: usize = 300;
/// How many addresses are remembered as looked at: more than can be fetched.
const LOOKED_AT_MOST: usize = 1_000;

/// Something to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", content = "at", rename_all = "snake_case")]
pub enum Step {
    /// A post.
    Post(String),
    /// A post whose parent was looked for before it.
    Child(String),
    /// A collection, or a page of one.
    Collection(String),
}

impl Step {
    /// Its address.
    #[must_use]
    pub fn at(&self) -> &str {
        match self {
            Self::Post(at) | Self::Child(at) | Self::Collection(at) => at,
        }
    }
}

/// A search for what is missing of one thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backfill {
    /// What it began with: one search for each at a time.
    pub root: String,
    /// The forum through which copies are kept; `None`: what is found are comments on a consultation of this node.
    pub group: Option<Id<Actor>>,
    /// What waits, the next first.
    pub waiting: VecDeque<Step>,
    /// What was looked at: nothing is twice, so that circles end.
    pub looked_at: Vec<String>,
    /// How many documents may still be fetched.
    pub left: u32,
    /// Whether it has come upon something known here: before that it goes up a little way only.
    pub is_attached: bool,
    /// If a forum announced what it began with while its origin was away: how, so that it is passed on once it is here.
    #[serde(default)]
    pub announced: Option<Announced>,
    /// What was looked for and is gone at its origin: what answers it is kept all the same.
    #[serde(default)]
    pub gone: Vec<String>,
}

/// What a forum announced.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announced {
    /// The id of the activity, and the activity, byte for byte; none if it was the bare id of the object.
    pub activity: Option<(String, String)>,
}

impl Backfill {
    /// A search that begins with these.
    #[must_use]
    pub fn of(root: &str, group: Option<Id<Actor>>, first: Vec<Step>) -> Self {
        Self {
            root: root.to_owned(),
            group,
            waiting: first.into(),
            looked_at: Vec::new(),
            left: FETCHES_MOST,
            is_attached: true,
            announced: None,
            gone: Vec::new(),
        }
    }

    /// A search for what lies between `post` and something known here, by way of what it answers.
    #[must_use]
    pub fn upwards(answered: &str, post: &str) -> Self {
        let first = vec![Step::Post(answered.to_owned()), Step::Child(post.to_owned())];
        Self { left: CLIMBS_MOST, is_attached: false, ..Self::of(answered, None, first) }
    }

    /// How many addresses were looked at, and of how many as far as is known now.
    #[must_use]
    pub fn reached(&self) -> (i64, i64) {
        let done = i64::try_from(self.looked_at.len()).unwrap_or(i64::MAX);
        let waiting = i64::try_from(self.waiting.len()).unwrap_or(i64::MAX).min(self.left.into());
        (done, done.saturating_add(waiting))
    }

    /// Notes that something known here was come upon: the rest of the thread may be looked for too.
    pub fn attached(&mut self) {
        if !self.is_attached {
            self.is_attached = true;
            self.left = FETCHES_MOST;
        }
    }

    /// The next to look at, which counts as looked at from then on; `None` at the end, or when enough was fetched.
    pub fn step(&mut self) -> Option<Step> {
        while self.left > 0 {
            let step = self.waiting.pop_front()?;
            let again = matches!(step, Step::Child(_));
            if again || !self.has_seen(step.at()) {
                if !again && self.looked_at.len() < LOOKED_AT_MOST {
                    self.looked_at.push(step.at().to_owned());
                }
                self.left -= 1;
                return Some(step);
            }
        }
        None
    }

    /// Whether an address was looked at.
    #[must_use]
    pub fn has_seen(&self, at: &str) -> bool {
        self.looked_at.iter().any(|seen| seen == at)
    }

    /// Notes that something is gone at its origin.
    pub fn miss(&mut self, at: &str) {
        if self.gone.len() < LOOKED_AT_MOST && !self.is_gone(at) {
            self.gone.push(at.to_owned());
        }
    }

    /// Whether something was looked for and is gone.
    #[must_use]
    pub fn is_gone(&self, at: &str) -> bool {
        self.gone.iter().any(|gone| gone == at)
    }

    /// Has something looked at after all that waits.
    pub fn later(&mut self, step: Step) {
        let waits = self.waiting.contains(&step) || self.has_seen(step.at());
        if !waits && self.waiting.len() < WAITING_MOST {
            self.waiting.push_back(step);
        }
    }

    /// Has these looked at next, in this order.
    pub fn first(&mut self, steps: [Step; 2]) {
        for step in steps.into_iter().rev() {
            self.waiting.push_front(step);
        }
    }
}

/// Those of these posts that are known here, as comments or copies.
///
/// # Errors
/// When the database fails.
pub async fn known(conn: &mut Conn, uris: &[String]) -> Result<Vec<String>> {
    use crate::store::schema::{comments, mirrors};
    use diesel::prelude::*;
    use diesel_async::RunQueryDsl;
    let of_comments: Vec<Option<String>> =
        on!(conn, |c| comments::table.filter(comments::uri.eq_any(uris)).select(comments::uri).load(c).await)?;
    let mut all: Vec<String> =
        on!(conn, |c| mirrors::table.filter(mirrors::uri.eq_any(uris)).select(mirrors::uri).load(c).await)?;
    all.extend(of_comments.into_iter().flatten());
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(n: u32) -> Step {
        Step::Post(format!("https://m.test/{n}"))
    }

    #[test]
    fn recursion_replies_of_replies_of_replies_ends() {
        let mut search = Backfill::of("https://m.test/0", None, vec![post(0)]);
        let mut fetched = 0;
        while let Some(step) = search.step() {
            fetched += 1;
            // each names itself, what was before it, and two more
            search.later(step.clone());
            search.later(post(0));
            search.later(post(fetched * 2));
            search.later(post(fetched * 2 + 1));
        }
        assert_eq!(fetched, FETCHES_MOST);
        assert!(search.waiting.len() <= WAITING_MOST);
        let text = serde_json::to_string(&search).expect("JSON");
        assert_eq!(serde_json::from_str::<Backfill>(&text).expect("the same"), search);
    }

    #[test]
    fn a_circle_is_gone_round_once() {
        let mut search = Backfill::of("https://m.test/1", None, vec![post(1)]);
        let mut steps = 0;
        while let Some(step) = search.step() {
            steps += 1;
            let other = if step == post(1) { post(2) } else { post(1) };
            search.later(other);
        }
        assert_eq!(steps, 2);
    }
}

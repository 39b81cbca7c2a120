//! What the page of a consultation is asked with.

use model::debate::comment::Comment;
use model::debate::comment::order::{Mark, Order};
use model::id::Id;
use url::form_urlencoded::parse;

use super::Done;
use crate::form::Form;

/// The query of `/c/{slug}`.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The choice made before signing in.
    pub(crate) choice: Vec<String>,
    /// Whether a voter changes the vote.
    pub(crate) change: bool,
    /// The comment replied to.
    pub(crate) reply: Option<Id<Comment>>,
    /// The one comment whose thread is shown.
    pub(crate) only: Option<Id<Comment>>,
    /// The order of the comments.
    pub(crate) sort: Order,
    /// The comment after which the page begins.
    pub(crate) after: Option<Mark>,
    /// What a form has just done.
    pub(crate) done: Option<Done>,
}

impl Default for Asked {
    fn default() -> Self {
        Self::of(None)
    }
}

impl Asked {
    /// What a query asks; what cannot be read is left out.
    pub(crate) fn of(query: Option<&str>) -> Self {
        let form = Form::from_pairs(parse(query.unwrap_or_default().as_bytes()));
        Self {
            choice: form.all("choice"),
            change: form.is("change", "1"),
            reply: form.trimmed("reply").parse().ok(),
            only: form.trimmed("comment").parse().ok(),
            sort: form.trimmed("sort").parse().unwrap_or(Order::Agreement),
            after: mark(form.trimmed("after")),
            done: serde_json::from_value(form.trimmed("done").into()).ok(),
        }
    }
}

/// The query of the page that begins after a place.
pub(super) fn from(order: Order, after: Mark) -> String {
    format!("sort={order}&after={}.{}", after.key, after.id)
}

fn mark(text: &str) -> Option<Mark> {
    let (key, id) = text.split_once('.')?;
    Some(Mark { key: key.parse().ok()?, id: id.parse().ok()? })
}

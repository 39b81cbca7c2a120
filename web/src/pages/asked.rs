//! What the page of a consultation is asked with.

use model::debate::comment::Comment;
use model::debate::comment::order::{Mark, Order};
use model::id::Id;
use url::form_urlencoded::{Serializer, parse};

use super::Done;
use crate::form::Form;

/// The longest anchor that is looked for, in characters.
const ANCHOR_LONGEST: usize = 20;

/// The query of `/c/{slug}`.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The choice made before signing in.
    pub(crate) choice: Vec<String>,
    /// The option of a ranking that was just moved: the choice is what stands in the form, even if that is nothing.
    pub(crate) moved: Option<String>,
    /// Whether a voter changes the vote.
    pub(crate) change: bool,
    /// The comment replied to.
    pub(crate) reply: Option<Id<Comment>>,
    /// The one comment whose thread is shown.
    pub(crate) only: Option<Id<Comment>>,
    /// The anchor of the one article that is talked about.
    pub(crate) article: Option<String>,
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
            choice: form.all("choice").into_iter().filter(|id| !id.is_empty()).collect(),
            moved: form.given("moved").map(str::to_owned),
            change: form.is("change", "1"),
            reply: form.trimmed("reply").parse().ok(),
            only: form.trimmed("comment").parse().ok(),
            article: form.given("article").map(|anchor| anchor.chars().take(ANCHOR_LONGEST).collect()),
            sort: form.trimmed("sort").parse().unwrap_or(Order::Agreement),
            after: mark(form.trimmed("after")),
            done: serde_json::from_value(form.trimmed("done").into()).ok(),
        }
    }

    /// Whether it asks for the debate as everybody sees it first.
    pub(super) fn is_plain(&self) -> bool {
        let whole = self.only.is_none() && self.article.is_none() && self.after.is_none();
        whole && self.reply.is_none() && self.sort == Order::Agreement
    }

    /// The query of the same order, of the same article; nothing where both are the usual ones.
    pub(super) fn listing(&self) -> String {
        let sort = (self.sort != Order::Agreement).then(|| ("sort", self.sort.to_string()));
        let article = self.article.clone().map(|anchor| ("article", anchor));
        Serializer::new(String::new()).extend_pairs(sort.into_iter().chain(article)).finish()
    }

    /// The query of the page that begins after a place.
    pub(super) fn from(&self, after: Mark) -> String {
        let article = self.article.as_ref().map(|anchor| ("article", anchor.clone()));
        let place = [("sort", self.sort.to_string()), ("after", format!("{}.{}", after.key, after.id))];
        Serializer::new(String::new()).extend_pairs(place.into_iter().chain(article)).finish()
    }
}

fn mark(text: &str) -> Option<Mark> {
    let (key, id) = text.split_once('.')?;
    Some(Mark { key: key.parse().ok()?, id: id.parse().ok()? })
}

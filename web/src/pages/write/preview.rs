//! What a consultation looks like elsewhere: as a post in Mastodon. As a mail it is what the mails are made with.

use model::debate::consultation::{Consultation, Draft};
use model::debate::forum::Forum;

use crate::visitor::Visitor;

/// A post, as an application of the fediverse shows it: title, summary and link, nothing else.
pub(super) struct Post {
    pub(super) author: String,
    pub(super) handle: String,
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) language: String,
    /// The choices under the post, where one can vote from there.
    pub(super) choices: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) link: String,
}

/// The post of a draft; `None` where nothing leaves the node. `on` is what is kept of it, if anything is.
pub(super) fn post(visitor: &Visitor, forum: &Forum, draft: &Draft, on: Option<&Consultation>) -> Option<Post> {
    if !forum.visibility.is_federated() || visitor.node.domain.is_none() {
        return None;
    }
    let votes = on.is_some_and(Consultation::has_question);
    let choices = draft.method.choices(&draft.language).into_iter().map(|choice| choice.label);
    Some(Post {
        author: visitor.node.name.clone(),
        handle: visitor.here.handle(&forum.slug),
        title: draft.title.clone(),
        summary: draft.summary.clone(),
        language: draft.language.clone(),
        choices: if votes { choices.collect() } else { Vec::new() },
        tags: draft.tags.iter().map(|tag| format!("#{}", tag.trim_start_matches('#'))).collect(),
        link: visitor.here.consultation(on.map_or("…", |on| &on.slug)),
    })
}

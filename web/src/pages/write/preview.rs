//! What a consultation looks like elsewhere: as a post in Mastodon, and as a mail.

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

/// A mail to somebody who follows the forum.
pub(super) struct Letter {
    pub(super) subject: String,
    pub(super) lines: Vec<String>,
}

/// The mail that announces a consultation.
pub(super) fn letter(visitor: &Visitor, forum: &Forum, on: &Consultation) -> Letter {
    let t = &visitor.words;
    let closes = on.closes_at.map(|at| t.with("write-mail-closes", "moment", t.moment(at.timestamp())));
    let brief = &on.brief.0;
    let told = [on.title.clone(), on.summary.clone(), brief.outcome.clone()];
    let lines = told.into_iter().chain(closes).chain([visitor.here.consultation(&on.slug)]);
    Letter {
        subject: t.with2("write-mail-subject", "forum", &forum.title, "title", &on.title),
        lines: lines.filter(|line| !line.is_empty()).collect(),
    }
}

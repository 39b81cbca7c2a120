//! Comments as `Note`s.

use std::collections::BTreeMap;

use model::address::Address;
use model::debate::comment::{self, Comment};
use model::error::Result;
use model::people::actor::{self, Actor};
use model::store::Conn;

use super::{Published, cc_forum, mention, quotable, to_public};
use crate::wire::collection::Total;
use crate::wire::note::Note;
use crate::wire::page::Source;

/// A comment with what it answers.
pub(crate) struct Written {
    pub(crate) comment: Comment,
    pub(crate) author: Actor,
    /// The comment answered and who wrote it; none: the consultation itself.
    pub(crate) parent: Option<(Comment, Actor)>,
}

impl Written {
    /// Finds the author and what is answered.
    pub(crate) async fn of(conn: &mut Conn, comment: Comment) -> Result<Self> {
        let author = actor::by_id(conn, comment.actor_id).await?;
        let parent = match comment.parent_id {
            Some(id) => {
                let parent = comment::by_id(conn, id).await?;
                let author = actor::by_id(conn, parent.actor_id).await?;
                Some((parent, author))
            }
            None => None,
        };
        Ok(Self { comment, author, parent })
    }

    /// Who answers for it: the author. What was imported has none of its own on the wire: then whoever published the
    /// consultation.
    pub(crate) fn publisher<'a>(&'a self, here: &Address, it: &'a Published) -> &'a Actor {
        if self.author.uri(here).is_some() { &self.author } else { &it.author }
    }

    /// The address of who answers for it.
    pub(crate) fn author_uri(&self, here: &Address, it: &Published) -> String {
        self.publisher(here, it).uri(here).unwrap_or_default()
    }
}

/// The address of a comment, here or at its origin.
pub(crate) fn uri(here: &Address, it: &Published, comment: &Comment) -> String {
    comment.uri.clone().unwrap_or_else(|| here.comment(&it.consultation.slug, comment.id))
}

/// A comment of this node as a `Note`.
pub(crate) fn note(here: &Address, it: &Published, written: &Written) -> Note {
    let comment = &written.comment;
    let slug = &it.consultation.slug;
    let id = uri(here, it, comment);
    let forum = it.forum_id(here);
    let answered = written.parent.as_ref().map_or_else(|| here.consultation(slug), |(parent, _)| uri(here, it, parent));
    let language = comment.language.clone().unwrap_or_else(|| it.consultation.language.clone());
    let mut cc = cc_forum(&forum);
    let mut tag = vec![mention(forum.clone(), here.handle(&it.forum.slug))];
    if let Some((_, author)) = &written.parent
        && let Some(uri) = author.uri(here)
    {
        cc.push(uri.clone());
        tag.push(mention(uri, author.handle(here)));
    }
    Note {
        kind: "Note",
        attributed_to: written.author_uri(here, it),
        in_reply_to: Some(answered),
        context: Some(here.context(slug)),
        audience: Some(forum),
        to: to_public(),
        cc,
        content: comment.html.clone(),
        content_map: BTreeMap::from([(language, comment.html.clone())]),
        source: Some(Source::markdown(&comment.markdown)),
        tag,
        likes: Some(Total::of(u64::try_from(comment.agrees).unwrap_or(0))),
        interaction_policy: Some(quotable()),
        url: Some(id.clone()),
        published: comment.published_at.to_string(),
        updated: comment.updated_at.map(|at| at.to_string()),
        terms: Some(it.terms()),
        id,
    }
}

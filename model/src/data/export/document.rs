//! A consultation as one JSON document: what it asks, its text, its results as anybody may see them, its comments.

use serde_json::json;

use super::PAGE;
use crate::address::Address;
use crate::clock::Instant;
use crate::count::tally::{self, Viewer};
use crate::debate::comment::{self, Comment, State};
use crate::debate::consultation::Consultation;
use crate::debate::{forum, text};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::people::actor::Actor;
use crate::store::Conn;

/// A document being written: ask for its next bytes until there are none.
pub struct Document {
    here: Address,
    on: Consultation,
    step: Step,
}

enum Step {
    Head(String),
    Comments { after: Option<(Instant, Id<Comment>)>, any: bool },
    End,
}

/// Begins the document of a consultation.
///
/// # Errors
/// When the database fails.
pub async fn document(conn: &mut Conn, now: Instant, here: &Address, on: Consultation) -> Result<Document> {
    let forum = forum::by_id(conn, on.forum_id).await?;
    let text = text::version(conn, on.id, on.text_version).await?;
    let results = tally::results(conn, &on, now, Viewer::Anybody).await?;
    let about = json!({
        "slug": on.slug, "url": here.consultation(&on.slug), "forum": forum.slug, "title": on.title, "summary": on.summary,
        "brief": on.brief, "text": text.markdown, "text_sha256": text.sha256, "method": on.method,
        "choices": on.method.0.choices(&on.language), "electorate": on.electorate, "results_visible": on.results,
        "changeable": on.changeable, "language": on.language, "tags": on.tags, "state": on.phase(now),
        "opens_at": on.opens_at, "closes_at": on.closes_at, "answer_by": on.answer_by, "published_at": on.published_at,
        "edited_at": on.edited_at, "example": on.example, "source": on.source, "results": results,
    });
    let mut head = about.to_string();
    // The comments follow within the same object.
    head.pop();
    head.push_str(",\"comments\":[");
    Ok(Document { here: here.clone(), on, step: Step::Head(head) })
}

impl Document {
    /// The next bytes; `None` after the last.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next(&mut self, conn: &mut Conn) -> Result<Option<Vec<u8>>> {
        match std::mem::replace(&mut self.step, Step::End) {
            Step::Head(head) => {
                self.step = Step::Comments { after: None, any: false };
                Ok(Some(head.into_bytes()))
            }
            Step::Comments { after, any } => self.comments(conn, after, any).await.map(Some),
            Step::End => Ok(None),
        }
    }

    async fn comments(
        &mut self,
        conn: &mut Conn,
        after: Option<(Instant, Id<Comment>)>,
        mut any: bool,
    ) -> Result<Vec<u8>> {
        let rows = comment::list(conn, self.on.id, after, PAGE).await?;
        let mut bytes = Vec::new();
        for (comment, author) in rows.iter().filter(|(comment, _)| comment.state == State::Visible) {
            if std::mem::replace(&mut any, true) {
                bytes.push(b',');
            }
            serde_json::to_writer(&mut bytes, &self.shown(comment, author)).map_err(Error::store)?;
        }
        match rows.last().filter(|_| super::Pages::more(rows.len())) {
            Some((last, _)) => self.step = Step::Comments { after: Some((last.published_at, last.id)), any },
            None => bytes.extend_from_slice(b"]}\n"),
        }
        Ok(bytes)
    }

    fn shown(&self, comment: &Comment, author: &Actor) -> serde_json::Value {
        let own = || self.here.comment(&self.on.slug, comment.id);
        json!({
            "id": comment.id, "uri": comment.uri.clone().unwrap_or_else(own),
            "author": {"name": author.handle(&self.here), "uri": author.uri(&self.here)},
            "text": comment.markdown, "html": comment.html, "stance": comment.stance, "parent": comment.parent_id,
            "official": comment.official, "published": comment.published_at, "updated": comment.updated_at,
            "agrees": comment.agrees, "disagrees": comment.disagrees, "passes": comment.passes,
        })
    }
}

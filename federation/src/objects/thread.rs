//! The collections of a consultation and of a forum: the thread in order, the answers, the roots lately announced.

use std::collections::HashMap;

use model::address::Address;
use model::clock::Instant;
use model::debate::comment::{self, Comment, State};
use model::debate::consultation::{self, Filter};
use model::error::{Error, Result};
use model::id::Id;
use model::people::actor::Actor;
use model::store::Conn;
use serde_json::{Value, json};

use super::note::Written;
use super::question::is_out;
use super::{Published, cc_forum, note, to_public};
use crate::outbox::announce_id;
use crate::wire::collection::{Ordered, OrderedPage};
use crate::wire::context;

/// How many ids stand on one page.
const PER_PAGE: usize = 100;
/// How many consultations the outbox of a forum names: Lemmy reads no pages.
const IN_OUTBOX: i64 = 50;
/// How much whole comments may take on one page, in octets: well below what anybody reads.
const OCTETS_MOST: usize = 600_000;
/// The first page.
const START: &str = "start";

/// One of the two collections of a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thread {
    /// The whole conversation, its roots first (FEP-7888).
    Context,
    /// The answers alone (FEP-f228).
    Replies,
}

impl Thread {
    fn id(self, here: &Address, it: &Published) -> String {
        match self {
            Self::Context => here.context(&it.consultation.slug),
            Self::Replies => format!("{}/replies", here.consultation(&it.consultation.slug)),
        }
    }

    fn roots(self, here: &Address, it: &Published, now: Instant) -> Vec<String> {
        if self == Self::Replies {
            return Vec::new();
        }
        roots(here, &it.consultation, now)
    }

    /// The collection, which names its first page.
    pub(crate) fn collection(self, here: &Address, it: &Published, now: Instant) -> Ordered {
        let id = self.id(here, it);
        Ordered {
            context: context::plain(),
            kind: "OrderedCollection",
            total_items: self.total(here, it, now),
            attributed_to: Some(it.forum_id(here)),
            first: Some(format!("{id}?after={START}")),
            ordered_items: None,
            id,
        }
    }

    fn total(self, here: &Address, it: &Published, now: Instant) -> u64 {
        let comments = u64::try_from(it.consultation.comment_count).unwrap_or(0);
        comments.saturating_add(self.roots(here, it, now).len() as u64)
    }

    /// The page after a place in the thread: ids, or `whole` comments where they are this node's own, for nodes of our kind.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a place that is none.
    pub(crate) async fn page(
        self,
        conn: &mut Conn,
        here: &Address,
        it: &Published,
        now: Instant,
        (after, whole): (&str, bool),
    ) -> Result<OrderedPage> {
        let place = place(after)?;
        let limit = i64::try_from(PER_PAGE).unwrap_or(i64::MAX);
        let comments = comment::list(conn, it.consultation.id, place, limit).await?;
        let roots = if place.is_none() { self.roots(here, it, now) } else { Vec::new() };
        let shown: Vec<&(Comment, Actor)> =
            comments.iter().filter(|(comment, _)| comment.state == State::Visible).collect();
        let entries = match whole {
            true => wholes(conn, here, it, &shown).await?,
            false => shown.iter().map(|(comment, _)| note::uri(here, it, comment).into()).collect(),
        };
        let whole = if whole { "&whole=true" } else { "" };
        let last = comments.last().filter(|_| comments.len() == PER_PAGE).map(|(comment, _)| comment);
        let of = self.id(here, it);
        Ok(OrderedPage {
            context: context::plain(),
            id: format!("{of}?after={after}{whole}"),
            kind: "OrderedCollectionPage",
            total_items: self.total(here, it, now),
            ordered_items: roots.into_iter().map(Value::from).chain(entries).collect(),
            next: last.map(|last| format!("{of}?after={}_{}{whole}", last.published_at.as_microsecond(), last.id)),
            part_of: of,
        })
    }
}

/// This node's own comments as they are, as far as they find room; the others by their ids.
async fn wholes(conn: &mut Conn, here: &Address, it: &Published, shown: &[&(Comment, Actor)]) -> Result<Vec<Value>> {
    let parents: Vec<Id<Comment>> = shown.iter().filter_map(|(comment, _)| comment.parent_id).collect();
    let parents: HashMap<Id<Comment>, (Comment, Actor)> =
        comment::by_ids(conn, &parents).await?.into_iter().map(|pair| (pair.0.id, pair)).collect();
    let mut octets = 0;
    let mut entries = Vec::with_capacity(shown.len());
    for (comment, author) in shown {
        let parent = comment.parent_id.and_then(|id| parents.get(&id)).cloned();
        let written = Written { comment: comment.clone(), author: author.clone(), parent };
        let whole = author.is_local() && written.publisher(here, it).id == author.id;
        let object = serde_json::to_value(note::note(here, it, &written)).map_err(Error::store)?;
        octets += object.to_string().len();
        let fits = whole && octets < OCTETS_MOST;
        entries.push(if fits { object } else { note::uri(here, it, comment).into() });
    }
    Ok(entries)
}

fn place(after: &str) -> Result<Option<(Instant, Id<Comment>)>> {
    if after == START {
        return Ok(None);
    }
    let (at, id) = after.split_once('_').ok_or(Error::NotFound)?;
    let at = at.parse().map(Instant::from_microsecond).map_err(|_| Error::NotFound)?;
    Ok(Some((at, id.parse().map_err(|_| Error::NotFound)?)))
}

/// The Page, and the Question once it is out.
fn roots(here: &Address, on: &consultation::Consultation, now: Instant) -> Vec<String> {
    let question = is_out(on, now).then(|| here.ballot(&on.slug));
    std::iter::once(here.consultation(&on.slug)).chain(question).collect()
}

/// What a forum lately announced, unpaged: roots by their ids.
pub(crate) async fn outbox(
    conn: &mut Conn,
    here: &Address,
    forum: &model::debate::forum::Forum,
    now: Instant,
) -> Result<Ordered> {
    let filter = Filter { forums: vec![forum.id], limit: IN_OUTBOX, ..Filter::default() };
    let id = here.forum(&forum.slug);
    let mut items = Vec::new();
    for on in consultation::list(conn, &filter).await? {
        let at = on.published_at.unwrap_or(on.created_at).to_string();
        items.extend(roots(here, &on, now).into_iter().rev().map(|root| {
            json!({
                "id": announce_id(&id, &root), "type": "Announce", "actor": id, "object": root,
                "to": to_public(), "cc": cc_forum(&id).split_off(1), "published": at,
            })
        }));
    }
    items.truncate(usize::try_from(IN_OUTBOX).unwrap_or(usize::MAX));
    Ok(listed(format!("{id}/outbox"), Some(id), items))
}

/// A collection listed whole.
pub(crate) fn listed(id: String, attributed_to: Option<String>, items: Vec<Value>) -> Ordered {
    Ordered {
        context: context::plain(),
        id,
        kind: "OrderedCollection",
        total_items: items.len() as u64,
        attributed_to,
        first: None,
        ordered_items: Some(items),
    }
}

/// A collection of which only the size is told.
pub(crate) fn counted(id: String, total_items: u64) -> Ordered {
    Ordered {
        context: context::plain(),
        id,
        kind: "OrderedCollection",
        total_items,
        attributed_to: None,
        first: None,
        ordered_items: None,
    }
}

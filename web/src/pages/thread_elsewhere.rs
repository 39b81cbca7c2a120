//! The debate of a consultation of another node, as far as it is known here.

use std::collections::HashMap;

use model::debate::reaction::Value;
use model::error::Result;
use model::id::Id;
use model::network::elsewhere::Elsewhere;
use model::network::envoy::{Progress, note, opinion};
use model::network::mirror::Mirror;
use model::people::actor::Actor;
use model::people::portrait;
use model::store::Conn;

use super::debate::{Opinion, portrait_path};
use crate::visitor::Visitor;

/// A comment.
pub(super) struct Said {
    pub(super) id: String,
    pub(super) author: String,
    pub(super) handle: Option<String>,
    pub(super) portrait: Option<String>,
    pub(super) machine: String,
    pub(super) date: String,
    pub(super) html: String,
    pub(super) language: String,
    /// Whom it answers, if that is a comment.
    pub(super) answers: Option<String>,
    /// How far one of this node's has come, while its origin has not shown it.
    pub(super) progress: Option<String>,
    /// Whether the visitor may give an opinion and answer.
    pub(super) open: bool,
    /// Whether it is the visitor's own.
    pub(super) own: bool,
    pub(super) opinions: Vec<Opinion>,
}

type Entry = (Mirror, Option<Actor>);

/// Every comment: each under what it answers, in the order of time.
pub(super) async fn all(conn: &mut Conn, visitor: &Visitor, on: &Elsewhere, entries: &[Entry]) -> Result<Vec<Said>> {
    let authors: Vec<_> = entries.iter().filter_map(|(_, author)| Some(author.as_ref()?.id)).collect();
    let uris: Vec<&str> = entries.iter().map(|(copy, _)| copy.uri.as_str()).collect();
    let mine = match &visitor.account {
        Some(account) => opinion::all(conn, account.actor_id, &uris).await?,
        None => Vec::new(),
    };
    let mut sending = HashMap::new();
    for it in note::on_page(conn, &on.page.uri).await?.into_iter().filter(|it| it.shown_at.is_none()) {
        let uri = visitor.here.note(&it.host, on.slug(), it.id);
        sending.insert(uri.clone(), note::progress(conn, &it, &uri).await?);
    }
    let page = Page {
        visitor,
        on,
        portraits: portrait::names(conn, &authors).await?,
        mine: mine.into_iter().map(|it| (it.object, it.value)).collect(),
        sending,
        names: entries.iter().map(|(copy, author)| (copy.uri.as_str(), name(visitor, author.as_ref()))).collect(),
        open: on.takes_comments(visitor.now, false).is_ok(),
    };
    Ok(in_threads(entries).into_iter().map(|entry| page.said(entry)).collect())
}

/// Each comment after what it answers and the answers before it.
fn in_threads(entries: &[Entry]) -> Vec<&Entry> {
    let known: HashMap<&str, usize> = entries.iter().enumerate().map(|(at, it)| (it.0.uri.as_str(), at)).collect();
    let parent = |at: usize| entries[at].0.parent_uri.as_deref().and_then(|uri| known.get(uri)).copied();
    let top = |start: usize| {
        let mut at = start;
        // no longer than there are comments: a circle has no top
        for _ in 0..entries.len() {
            match parent(at) {
                Some(above) => at = above,
                None => break,
            }
        }
        at
    };
    let mut order: Vec<(usize, usize)> = (0..entries.len()).map(|at| (top(at), at)).collect();
    order.sort_by_key(|(top, at)| (*top, at != top, *at));
    order.into_iter().map(|(_, at)| &entries[at]).collect()
}

fn name(visitor: &Visitor, author: Option<&Actor>) -> String {
    let named = |who: &Actor| if who.display_name.is_empty() { who.name.clone() } else { who.display_name.clone() };
    author.map_or_else(|| visitor.say("comment-someone"), named)
}

struct Page<'a> {
    visitor: &'a Visitor,
    on: &'a Elsewhere,
    portraits: HashMap<Id<Actor>, String>,
    mine: HashMap<String, i32>,
    sending: HashMap<String, Progress>,
    names: HashMap<&'a str, String>,
    open: bool,
}

impl Page<'_> {
    fn said(&self, (copy, author): &Entry) -> Said {
        let (visitor, t) = (self.visitor, &self.visitor.words);
        let at = copy.published_at.timestamp();
        let own = visitor.account.as_ref().is_some_and(|account| copy.author_id == Some(account.actor_id));
        let answered = copy.parent_uri.as_deref().and_then(|uri| self.names.get(uri));
        let host = &self.on.page.host;
        Said {
            id: copy.id.to_string(),
            author: name(visitor, author.as_ref()),
            handle: author.as_ref().map(|author| author.handle(&visitor.here)),
            portrait: author.as_ref().and_then(|it| self.portraits.get(&it.id)).map(|name| portrait_path(name)),
            machine: t.machine(at),
            date: t.date(at),
            html: copy.html.clone(),
            language: copy.language.clone().unwrap_or_else(|| self.on.language.clone()),
            answers: answered.map(|name| t.with("answers-to", "name", name)),
            progress: self.sending.get(&copy.uri).map(|progress| match progress {
                Progress::Waiting => t.with("elsewhere-note-waiting", "host", host),
                Progress::Handed => t.with("elsewhere-note-sent", "host", host),
                Progress::Failed => t.with("elsewhere-note-failed", "host", host),
            }),
            open: self.open && visitor.account.is_some(),
            own,
            opinions: if own { Vec::new() } else { self.opinions(copy) },
        }
    }

    fn opinions(&self, copy: &Mirror) -> Vec<Opinion> {
        let t = &self.visitor.words;
        let mine = self.mine.get(&copy.uri).copied();
        let agrees = copy.document.0["likes"]["totalItems"].as_u64();
        [(Value::Agree, "opinion-agree", agrees), (Value::Disagree, "opinion-disagree", None)]
            .into_iter()
            .map(|(value, key, count)| Opinion {
                value: value.number(),
                label: t.say(key),
                count: count.map(|count| t.number(count)).unwrap_or_default(),
                mine: mine == Some(value.number()),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use model::clock::Instant;
    use model::network::mirror::Kind;
    use model::store::Json;
    use serde_json::json;

    use super::*;

    fn entry(uri: &str, parent: &str) -> Entry {
        let now = Instant::from_microsecond(0);
        let copy = Mirror {
            id: Id::new(now),
            uri: uri.into(),
            kind: Kind::Note,
            host: "a.test".into(),
            slug: None,
            group_id: None,
            author_id: None,
            root_uri: Some("page".into()),
            parent_uri: Some(parent.into()),
            title: String::new(),
            summary: String::new(),
            html: String::new(),
            language: None,
            document: Json(json!({})),
            published_at: now,
            updated_at: None,
            received_at: now,
        };
        (copy, None)
    }

    #[test]
    fn answers_stand_under_what_they_answer_and_circles_end() {
        let order = |all: &[Entry]| in_threads(all).iter().map(|it| it.0.uri.clone()).collect::<Vec<_>>().join(" ");
        let all = [entry("a", "page"), entry("b", "page"), entry("a1", "a"), entry("b1", "b"), entry("a2", "a1")];
        assert_eq!(order(&all), "a a1 a2 b b1");
        let circle = [entry("x", "y"), entry("y", "x"), entry("z", "page")];
        assert_eq!(in_threads(&circle).len(), 3);
    }
}

//! The debate of a consultation of another node, as far as it is known here.

use std::collections::HashMap;

use model::debate::reaction::Value;
use model::error::{Refusal, Result};
use model::id::Id;
use model::network::elsewhere::Elsewhere;
use model::network::envoy::{Progress, note, opinion};
use model::network::mirror::{End, How, Mirror, Thread};
use model::people::actor::Actor;
use model::people::portrait;
use model::store::Conn;

use super::debate::{Opinion, portrait_path};
use crate::language::Words;
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
    /// What stands in the place of one that is gone at its origin.
    pub(super) notice: Option<String>,
    /// Whether the visitor may give an opinion and answer.
    pub(super) open: bool,
    /// Whether it is the visitor's own.
    pub(super) own: bool,
    pub(super) opinions: Vec<Opinion>,
}

type Entry = (Mirror, Option<Actor>);

/// Every comment, and the place of each that is gone: each under what it answers, in the order of time.
pub(super) async fn all(conn: &mut Conn, visitor: &Visitor, on: &Elsewhere, thread: Thread) -> Result<Vec<Said>> {
    let notices = thread.gone.iter().map(|(copy, end)| (copy.id, notice(visitor, end))).collect();
    let (refused, sending) = own(conn, visitor, on).await?;
    let mut entries: Vec<Entry> = thread.comments;
    entries.extend(thread.gone.into_iter().map(|(copy, _)| (copy, None)));
    entries.retain(|(copy, author)| match refused.get(&copy.uri) {
        // what its origin does not take is its author's alone
        Some(_) => author.as_ref().is_some_and(|author| is_own(visitor, author.id)),
        None => true,
    });
    entries.sort_by_key(|(copy, _)| (copy.published_at, copy.id));
    let authors: Vec<_> = entries.iter().filter_map(|(_, author)| Some(author.as_ref()?.id)).collect();
    let uris: Vec<&str> = entries.iter().map(|(copy, _)| copy.uri.as_str()).collect();
    let mine = match &visitor.account {
        Some(account) => opinion::all(conn, account.actor_id, &uris).await?,
        None => Vec::new(),
    };
    let page = Page {
        visitor,
        on,
        portraits: portrait::names(conn, &authors).await?,
        mine: mine.into_iter().map(|it| (it.object, it.value)).collect(),
        sending,
        refused,
        notices,
        names: entries.iter().map(|(copy, author)| (copy.uri.as_str(), name(visitor, author.as_ref()))).collect(),
        open: on.takes_comments(visitor.now, false).is_ok(),
    };
    Ok(in_threads(&entries).into_iter().map(|entry| page.said(entry)).collect())
}

/// What was written here and is not shown at its origin: by address, why not, or how far it has come.
async fn own(
    conn: &mut Conn,
    visitor: &Visitor,
    on: &Elsewhere,
) -> Result<(HashMap<String, String>, HashMap<String, Progress>)> {
    let (mut refused, mut sending) = (HashMap::new(), HashMap::new());
    for it in note::on_page(conn, &on.page.uri).await?.into_iter().filter(|it| it.shown_at.is_none()) {
        let uri = visitor.here.note(&it.host, on.slug(), it.id);
        if it.state == note::Shown::Refused {
            refused.insert(uri, it.reason.unwrap_or_default());
        } else {
            sending.insert(uri.clone(), note::progress(conn, &it, &uri).await?);
        }
    }
    Ok((refused, sending))
}

/// Why another node refuses something, by its code.
pub(super) fn refusal(t: &Words, code: &str) -> String {
    let known = Refusal::CODES.contains(&code);
    t.say(&format!("refusal-{}", if known { code } else { "not-allowed" }))
}

/// The same of a comment, about which a moderator may have given the reason in words.
fn why(t: &Words, given: &str) -> String {
    let is_code = given.is_empty() || Refusal::CODES.contains(&given);
    if is_code { refusal(t, given) } else { given.to_owned() }
}

fn is_own(visitor: &Visitor, author: Id<Actor>) -> bool {
    visitor.account.as_ref().is_some_and(|account| account.actor_id == author)
}

/// What stands in the place of a comment that is gone.
pub(super) fn notice(visitor: &Visitor, end: &End) -> String {
    let t = &visitor.words;
    match (end.how, &end.reason) {
        (How::Deleted, _) => t.say("comment-deleted"),
        (How::Removed, Some(reason)) => t.with("comment-hidden-why", "reason", reason),
        (How::Removed, None) => t.say("comment-hidden"),
    }
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
    refused: HashMap<String, String>,
    notices: HashMap<Id<Mirror>, String>,
    names: HashMap<&'a str, String>,
    open: bool,
}

impl Page<'_> {
    fn said(&self, (copy, author): &Entry) -> Said {
        let (visitor, t) = (self.visitor, &self.visitor.words);
        let at = copy.published_at.timestamp();
        let own = copy.author_id.is_some_and(|author| is_own(visitor, author));
        let notice = self.notices.get(&copy.id).cloned();
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
            progress: self.progress(copy, host),
            open: self.open && visitor.account.is_some() && notice.is_none() && !self.refused.contains_key(&copy.uri),
            own,
            opinions: if own || notice.is_some() { Vec::new() } else { self.opinions(copy) },
            notice,
        }
    }

    /// How far one of this node's comments has come, while its origin has not shown it.
    fn progress(&self, copy: &Mirror, host: &str) -> Option<String> {
        let t = &self.visitor.words;
        if let Some(code) = self.refused.get(&copy.uri) {
            return Some(t.with2("elsewhere-note-refused", "host", host, "why", why(t, code)));
        }
        self.sending.get(&copy.uri).map(|progress| match progress {
            Progress::Waiting => t.with("elsewhere-note-waiting", "host", host),
            Progress::Handed => t.with("elsewhere-note-sent", "host", host),
            Progress::Failed => t.with("elsewhere-note-failed", "host", host),
        })
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

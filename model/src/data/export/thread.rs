//! Comments as DemocracyOS has them: a comment, and replies that know no deeper ones.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Cursor, PAGE, Pages, more};
use crate::clock::Instant;
use crate::debate::comment::{Comment, State};
use crate::error::Result;
use crate::id::Id;
use crate::people::actor::Actor;
use crate::store::schema::{actors, comments};
use crate::store::{Conn, Json, on};

/// Comments whose replies are asked for at once.
const PARENTS: usize = 500;

type Said = (Comment, Actor);

/// The cells of a comment or a reply.
type Cells = [String; 6];

impl Pages {
    pub(super) async fn threads(&mut self, conn: &mut Conn, after: Option<(Instant, Id<Comment>)>) -> Result<Vec<u8>> {
        let tops = self.tops(conn, after).await?;
        let mut below = below(conn, &tops).await?;
        let topic = self.topic();
        let mut chunk = self.table.sheet().chunk();
        for (comment, author) in &tops {
            let replies = below.remove(&comment.id).unwrap_or_default();
            let replies = replies.iter().filter(|(reply, _)| reply.state == State::Visible);
            let replies: Vec<Cells> = replies.map(|(reply, author)| cells(reply, author)).collect();
            let cells = match comment.state {
                State::Visible => cells(comment, author),
                // What was said there is gone; what was replied to it is not.
                State::Hidden | State::Deleted | State::Held if replies.is_empty() => continue,
                State::Hidden | State::Deleted | State::Held => gone(comment),
            };
            let replies = if replies.is_empty() { vec![Cells::default()] } else { replies };
            for reply in &replies {
                chunk.row(topic.iter().chain(&cells).chain(reply));
            }
        }
        if let Some((last, _)) = tops.last().filter(|_| more(tops.len())) {
            self.cursor = Cursor::Threads(Some((last.published_at, last.id)));
        }
        Ok(chunk.finish())
    }

    async fn tops(&self, conn: &mut Conn, after: Option<(Instant, Id<Comment>)>) -> Result<Vec<Said>> {
        let (at, id) = after.unwrap_or((Instant::earliest(), Id::from_uuid(uuid::Uuid::nil())));
        let later = comments::published_at.gt(at).or(comments::published_at.eq(at).and(comments::id.gt(id)));
        let of = comments::consultation_id.eq(self.on.id).and(comments::parent_id.is_null());
        Ok(on!(conn, |c| comments::table
            .inner_join(actors::table)
            .filter(of.and(later))
            .order((comments::published_at, comments::id))
            .limit(PAGE)
            .select((Comment::as_select(), Actor::as_select()))
            .load(c)
            .await)?)
    }

    fn topic(&self) -> [String; 3] {
        let kept = |name: &str| {
            let source = self.on.source.as_ref().filter(|source| source.0["platform"] == "democracyos")?;
            source.0[name].as_str().map(str::to_owned)
        };
        [
            kept("topic").unwrap_or_else(|| self.on.slug.clone()),
            self.on.title.clone(),
            kept("url").unwrap_or_else(|| self.here.consultation(&self.on.slug)),
        ]
    }
}

/// Everything below each of these comments, the oldest first.
async fn below(conn: &mut Conn, tops: &[Said]) -> Result<HashMap<Id<Comment>, Vec<Said>>> {
    let mut top_of: HashMap<Id<Comment>, Id<Comment>> = tops.iter().map(|(top, _)| (top.id, top.id)).collect();
    let mut below: HashMap<Id<Comment>, Vec<Said>> = HashMap::new();
    let mut level: Vec<Id<Comment>> = top_of.keys().copied().collect();
    while !level.is_empty() {
        let mut next = Vec::new();
        for some in level.chunks(PARENTS) {
            for (comment, author) in replies(conn, some).await? {
                if let Some(top) = comment.parent_id.and_then(|parent| top_of.get(&parent).copied()) {
                    top_of.insert(comment.id, top);
                    next.push(comment.id);
                    below.entry(top).or_default().push((comment, author));
                }
            }
        }
        level = next;
    }
    for replies in below.values_mut() {
        replies.sort_by_key(|(reply, _)| (reply.published_at, reply.id));
    }
    Ok(below)
}

/// The replies to these comments, all of them.
async fn replies(conn: &mut Conn, to: &[Id<Comment>]) -> Result<Vec<Said>> {
    Ok(on!(conn, |c| comments::table
        .inner_join(actors::table)
        .filter(comments::parent_id.eq_any(to.iter().map(|parent| Some(*parent))))
        .select((Comment::as_select(), Actor::as_select()))
        .load(c)
        .await)?)
}

fn cells(comment: &Comment, author: &Actor) -> Cells {
    let fullname = if author.display_name.is_empty() { &author.name } else { &author.display_name };
    let [id, date, time, at] = dated(comment);
    [id, date, time, at, comment.markdown.clone(), fullname.clone()]
}

fn gone(comment: &Comment) -> Cells {
    let [id, date, time, at] = dated(comment);
    [id, date, time, at, String::new(), String::new()]
}

fn dated(comment: &Comment) -> [String; 4] {
    let kept = comment.source.as_ref().and_then(|Json(source)| source["comment"].as_str());
    let at = comment.published_at.timestamp();
    [
        kept.map_or_else(|| comment.id.to_string(), str::to_owned),
        at.strftime("%Y-%m-%d").to_string(),
        at.strftime("%H:%M").to_string(),
        comment.published_at.to_string(),
    ]
}

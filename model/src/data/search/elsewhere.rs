//! Copies of what other nodes published, as they may be found: neither of servers that are silenced or blocked, nor by people
//! who do not want to be found.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Query, What};
use crate::debate::text;
use crate::error::Result;
use crate::id::Id;
use crate::network::mirror::{Kind, Mirror};
use crate::network::peer;
use crate::people::actor::Actor;
use crate::store::schema::{actors, mirrors};
use crate::store::{Conn, on};

/// A copy with its author.
type Row = (Mirror, Option<Actor>);

/// What these copies are, of those that may be shown.
pub(super) async fn shown(conn: &mut Conn, copies: &[Id<Mirror>]) -> Result<HashMap<Id<Mirror>, What>> {
    if copies.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Row> = on!(conn, |c| mirrors::table
        .left_join(actors::table.on(mirrors::author_id.eq(actors::id.nullable())))
        .filter(mirrors::id.eq_any(copies))
        .select((Mirror::as_select(), Option::<Actor>::as_select()))
        .load(c)
        .await)?;
    let (pages, groups) = (pages(conn, &rows).await?, groups(conn, &rows).await?);
    let hidden = hidden(conn, rows.iter().map(|(copy, _)| copy).chain(pages.values())).await?;
    let is_shown = |copy: &Mirror| !hidden.contains(&copy.host);
    let mut all = HashMap::new();
    for (copy, author) in rows {
        let Some(author) = author else { continue };
        let root = copy.root_uri.as_ref().filter(|_| copy.kind == Kind::Note);
        let page = match root {
            Some(root) => pages.get(root).cloned(),
            None => Some(copy.clone()).filter(|_| copy.kind == Kind::Page),
        };
        let Some(page) = page.filter(|page| is_consultation(page) && is_shown(page)) else { continue };
        let group = copy.group_id.and_then(|group| groups.get(&group));
        if !is_shown(&copy) || !may_be_found(&author, group, &page) {
            continue;
        }
        let (key, comment) = (copy.id, (copy.kind == Kind::Note).then(|| Box::new((copy, author))));
        all.insert(key, What::Elsewhere { page: Box::new(page), comment });
    }
    Ok(all)
}

/// The servers of these copies that are silenced or blocked.
async fn hidden(conn: &mut Conn, copies: impl Iterator<Item = &Mirror>) -> Result<HashSet<String>> {
    let hosts: HashSet<&str> = copies.map(|copy| copy.host.as_str()).collect();
    let hosts: Vec<&str> = hosts.into_iter().collect();
    let treated = peer::treatments(conn, &hosts).await?;
    Ok(treated.into_iter().filter(|(_, treated)| !treated.is_shown()).map(|(host, _)| host.to_owned()).collect())
}

/// The consultations on which those of them that are comments stand.
async fn pages(conn: &mut Conn, rows: &[Row]) -> Result<HashMap<String, Mirror>> {
    let roots: Vec<&str> = rows.iter().filter_map(|(copy, _)| copy.root_uri.as_deref()).collect();
    let pages: Vec<Mirror> = on!(conn, |c| mirrors::table
        .filter(mirrors::uri.eq_any(&roots).and(mirrors::kind.eq(Kind::Page)))
        .select(Mirror::as_select())
        .load(c)
        .await)?;
    Ok(pages.into_iter().map(|page| (page.uri.clone(), page)).collect())
}

/// The forums that they came through.
async fn groups(conn: &mut Conn, rows: &[Row]) -> Result<HashMap<Id<Actor>, Actor>> {
    let keys: Vec<Id<Actor>> = rows.iter().filter_map(|(copy, _)| copy.group_id).collect();
    let all: Vec<Actor> =
        on!(conn, |c| actors::table.filter(actors::id.eq_any(&keys)).select(Actor::as_select()).load(c).await)?;
    Ok(all.into_iter().map(|group| (group.id, group)).collect())
}

fn is_consultation(page: &Mirror) -> bool {
    page.slug.is_some() && page.document.0["consultation"].is_object()
}

/// Whoever says so may be found; and what people of the consultation's own node wrote, where the forum that brought it may.
fn may_be_found(author: &Actor, group: Option<&Actor>, page: &Mirror) -> bool {
    let at_home = author.host.as_deref() == Some(page.host.as_str());
    author.may_be_searched() || (at_home && group.is_some_and(Actor::may_be_searched))
}

/// Some of its words.
pub(super) fn excerpt(query: &Query, what: &What) -> String {
    let What::Elsewhere { page, comment } = what else { return String::new() };
    let copy = comment.as_ref().map_or(&**page, |it| &it.0);
    let language = copy.language.as_deref().or(page.language.as_deref()).unwrap_or_default();
    match comment.is_none() && query.touches(language, &copy.summary) {
        true => query.excerpt(language, &copy.summary),
        false => query.excerpt(language, &text::plain(&copy.html)),
    }
}

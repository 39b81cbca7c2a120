//! `/u/{name}`: somebody who speaks here in public.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use model::debate::{comment, consultation};
use model::error::Error;
use model::people::account;
use model::people::actor::{self, Actor, Kind};

use crate::app::App;
use crate::error::Failure;
use crate::frame::{self, Frame};
use crate::visitor::Visitor;

/// How many of the latest comments the page shows.
const SHOWN: usize = 20;
/// How many are looked through for those that the visitor may see.
const LOOKED_THROUGH: i64 = 100;

struct Said {
    href: String,
    title: String,
    date: String,
    html: String,
    language: String,
}

#[derive(Template)]
#[template(path = "person.html")]
struct PersonPage {
    page: Frame,
    name: String,
    handle: String,
    official: bool,
    said: Vec<Said>,
}

/// Where somebody's page is; none of who has never spoken in public, or is of another server.
pub(super) fn address(actor: &Actor) -> Option<String> {
    let speaks = actor.kind == Kind::Person && actor.is_local() && actor.published_at.is_some();
    (speaks && actor.deleted_at.is_none()).then(|| format!("/u/{}", actor.name))
}

/// `GET /u/{name}`. Who has never spoken in public has no page: voters cannot be found by trying names.
pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Path(name): Path<String>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let actor = actor::local_by_name(&mut conn, Kind::Person, &name).await?;
    if address(&actor).is_none() {
        return Err(Failure::NotFound);
    }
    let official = account::by_actor(&mut conn, actor.id).await.is_ok_and(|account| account.official);
    let comments = comment::latest_of(&mut conn, actor.id, LOOKED_THROUGH).await?;
    let mut said = Vec::new();
    for held in comments {
        if said.len() == SHOWN {
            break;
        }
        let on = consultation::by_id(&mut conn, held.consultation_id).await?;
        // What stands in a private forum is shown to nobody here who would not see it there.
        let view = match consultation::view(&mut conn, &on.slug, visitor.account.as_ref()).await {
            Ok(view) => view,
            Err(Error::NotFound) => continue,
            Err(error) => return Err(error.into()),
        };
        if comment::is_shown(&view.consultation, &held) {
            said.push(Said {
                href: format!("/c/{}/comments/{}", on.slug, held.id),
                date: visitor.words.date(held.published_at.timestamp()),
                language: held.language.unwrap_or(on.language),
                title: on.title,
                html: held.html,
            });
        }
    }
    let name = if actor.display_name.is_empty() { actor.name.clone() } else { actor.display_name.clone() };
    let page =
        PersonPage { page: Frame::new(&visitor, &name), handle: actor.handle(&visitor.here), name, official, said };
    frame::show(StatusCode::OK, &page)
}

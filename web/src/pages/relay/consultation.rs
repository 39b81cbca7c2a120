//! `/c/{slug}/relay`: where a consultation is carried, and proposing it to a forum elsewhere.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::debate::consultation::{self, View};
use model::error::{Error, Refusal, Result as Answer};
use model::network::announcer::{self, Announcer};
use model::network::proposal::{self, Kind, Offer};
use model::network::{follow, relay};
use model::people::actor::{self, Actor};
use model::people::role::Act;
use model::store::Conn;

use super::{After, Other, carrier};
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::Form;
use crate::frame::{self, Frame};
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "relay_consultation.html")]
struct CarriedPage {
    page: Frame,
    form: Form,
    status: Option<String>,
    slug: String,
    action: String,
    title: String,
    language: String,
    carriers: Vec<Other>,
    announcers: Vec<Other>,
    /// The hosts from which it was shared, and how often.
    shares: Vec<(String, String)>,
    proposals: Vec<Other>,
}

async fn authored(conn: &mut Conn, visitor: &Visitor, slug: &str) -> Answer<View> {
    let view = consultation::view(conn, slug, visitor.account.as_ref()).await?;
    view.standing.may(Act::Author, Some(&view.forum))?;
    Ok(view)
}

/// `GET /c/{slug}/relay`
pub(in super::super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
    Query(after): Query<After>,
) -> Result<Response, Failure> {
    show(&app, &visitor, &slug, StatusCode::OK, Form::default(), after).await
}

async fn show(
    app: &App,
    visitor: &Visitor,
    slug: &str,
    status: StatusCode,
    form: Form,
    after: After,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let View { consultation: on, forum, .. } = authored(&mut conn, visitor, slug).await?;
    let about = proposal::about(&mut conn, &visitor.here.consultation(&on.slug)).await?;
    let page = CarriedPage {
        page: Frame::new(visitor, visitor.words.with("carried-title", "title", &on.title)).mistaken(form.is_wrong()),
        status: after.told.map(|told| told.say(visitor)),
        carriers: relay::carriers(&mut conn, &forum)
            .await?
            .iter()
            .map(|(f, who)| Other { acts: Vec::new(), ..carrier(visitor, f, who) })
            .collect(),
        announcers: announcer::of(&mut conn, on.id)
            .await?
            .iter()
            .map(|(it, who)| announced(visitor, it, who))
            .collect(),
        shares: announcer::shares(&mut conn, on.id)
            .await?
            .into_iter()
            .map(|(host, count)| (host, visitor.words.with("carried-shares", "count", count)))
            .collect(),
        proposals: about.iter().map(|(it, peer)| Other::of(visitor, it.id.to_string(), peer, it.state)).collect(),
        action: format!("/c/{}/relay", on.slug),
        slug: on.slug,
        title: on.title,
        language: on.language,
        form,
    };
    frame::show(status, &page)
}

/// A forum that says it passed the consultation on.
fn announced(visitor: &Visitor, it: &Announcer, who: &Actor) -> Other {
    let t = &visitor.words;
    let entry = Other::of(visitor, it.actor_id.to_string(), who, follow::State::Accepted);
    let since = t.with("carried-since", "date", t.date(it.since.timestamp()));
    Other {
        state: t.say("carried-announced"),
        about: vec![t.with("carried-count", "count", it.objects), since],
        link: who.url.clone().or_else(|| who.uri.clone()),
        ..entry
    }
}

/// `POST /c/{slug}/relay`
pub(in super::super) async fn propose(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
    mut form: Form,
) -> Result<Response, Failure> {
    match proposed(&app, &visitor, &slug, form.trimmed("target")).await {
        Ok(()) => Ok(Redirect::to(&format!("/c/{slug}/relay?told=proposed")).into_response()),
        Err(error) => {
            let status = error::into_form(error, &visitor.words, &mut form, |_| "target")?;
            show(&app, &visitor, &slug, status, form, After::default()).await
        }
    }
}

async fn proposed(app: &App, visitor: &Visitor, slug: &str, target: &str) -> Answer<()> {
    let view = authored(&mut app.store.conn().await?, visitor, slug).await?;
    if view.consultation.state == consultation::State::Draft {
        return Err(Refusal::NotPublished.into());
    }
    if !view.forum.visibility.is_federated() {
        return Err(Refusal::NotFederated.into());
    }
    if target.is_empty() {
        return Err(Error::field("target", "required", "Write the forum's address."));
    }
    let found = app.find(target).await?;
    let mut tx = app.store.begin().await?;
    let (us, peer) = (actor::by_id(&mut tx, view.forum.actor_id).await?, actor::by_id(&mut tx, found).await?);
    let object = visitor.here.consultation(&view.consultation.slug);
    let it = Offer { kind: Kind::Carry, actor: &us, peer: &peer, object: &object, title: &view.consultation.title };
    let uri = |id| visitor.here.proposal(id);
    proposal::make(&mut tx, visitor.now, &view.standing, Some(&view.forum), it, uri).await?;
    tx.commit().await
}

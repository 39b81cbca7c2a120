//! What a consultation shows beside its text: pictures, documents, links.

use axum::extract::{Path, State};
use axum::response::Response;
use model::address::Address;
use model::clock::Instant;
use model::data::media::{self, File};
use model::debate::attachment::{self, Attachment, Facts, Kind, Place};
use model::debate::consultation::{self, View};
use model::error::{Error, Result};
use model::id::Id;
use model::people::account::Account;
use model::store::Conn;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::call::{self, Call, Empty, Octets};
use super::face::{Caller, SignedIn};
use super::list::{Asked, List};
use super::{here, shape};
use crate::app::App;
use crate::error::Failure;

/// Something shown beside a text.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attachment)]
pub(super) struct Attached {
    /// Its key.
    #[schema(value_type = String, format = Uuid)]
    id: Id<Attachment>,
    /// How it is shown.
    #[schema(value_type = shape::AttachmentKind)]
    kind: Kind,
    /// What it is called; of a picture, what is to be seen on it, in words.
    title: String,
    /// Its address, here or elsewhere.
    url: String,
    /// The media type of a file.
    media_type: Option<&'static str>,
    /// Of a picture, in pixels.
    width: Option<i32>,
    /// Of a picture, in pixels.
    height: Option<i32>,
    /// Of a file, in octets.
    size: Option<i32>,
    /// When it was added.
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
}

impl Attached {
    fn of((it, facts): (Attachment, Option<Facts>), here: &Address) -> Self {
        let file = facts.as_ref().map(|facts| here.media(&media::name(&facts.hash, facts.format)));
        Self {
            id: it.id,
            kind: it.kind,
            title: it.title,
            url: it.url.or(file).unwrap_or_default(),
            media_type: facts.as_ref().map(|facts| facts.format.media_type()),
            width: facts.as_ref().and_then(|facts| facts.width),
            height: facts.as_ref().and_then(|facts| facts.height),
            size: facts.as_ref().map(|facts| facts.size),
            created_at: it.created_at,
        }
    }

    /// All that a consultation shows, the cover first.
    pub(super) async fn all(conn: &mut Conn, of: Id<consultation::Consultation>, here: &Address) -> Result<Vec<Self>> {
        Ok(attachment::list(conn, of).await?.into_iter().map(|it| Self::of(it, here)).collect())
    }

    async fn one(conn: &mut Conn, it: &Attachment, here: &Address) -> Result<Self> {
        let all = attachment::list(conn, it.consultation_id).await?;
        let one = all.into_iter().find(|(other, _)| other.id == it.id).ok_or(Error::NotFound)?;
        Ok(Self::of(one, here))
    }
}

/// How a file is shown.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct As {
    /// How it is shown: `cover`, `picture` or `document`.
    #[param(inline, value_type = shape::AttachmentKind)]
    kind: Kind,
    /// What it is called; of a picture, what is to be seen on it, in words.
    #[param(max_length = 300)]
    title: String,
}

/// A link to show.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewLink {
    /// What it is called.
    title: String,
    /// Its address, `https` or `http`.
    url: String,
}

/// Another title.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTitle {
    /// What it is called; of a picture, what is to be seen on it, in words.
    title: String,
}

fn place<'a>(now: Instant, view: &'a View) -> Place<'a> {
    Place { now, by: &view.standing, forum: &view.forum, on: &view.consultation }
}

/// List what a consultation shows beside its text
#[utoipa::path(
    get, path = "/consultations/{slug}/attachments", tag = "attachments",
    responses((status = 200, body = List<Attached>))
)]
pub(super) async fn list(
    State(app): State<App>,
    Caller(account): Caller,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let here = here(&app, &mut conn).await?;
    let view = consultation::view(&mut conn, &slug, account.as_ref()).await?;
    let items = Attached::all(&mut conn, view.consultation.id, &here).await?;
    call::json(&List { items, next: None })
}

/// Show a picture or a document
///
/// The body is the file, at most 10 MiB: JPEG, PNG, WebP or GIF, which is written anew without what rides along, or PDF.
#[utoipa::path(
    post, path = "/consultations/{slug}/attachments", tag = "attachments", params(As),
    request_body(content = Octets, content_type = "application/octet-stream"),
    responses((status = 201, body = Attached)), security(("token" = []))
)]
pub(super) async fn attach(
    State(app): State<App>,
    // Before anything else is read.
    _: SignedIn,
    Path(slug): Path<String>,
    Asked(shown): Asked<As>,
    call: Call<Octets>,
) -> Result<Response, Failure> {
    app.limits.comment(call.account.id, call.from)?;
    let view = consultation::view(&mut app.store.conn().await?, &slug, Some(&call.account)).await?;
    // Asked again when it is attached; here so that strangers cannot have pictures read.
    consultation::may_write(&view.standing, &view.forum, &view.consultation)?;
    let octets = call.body.0.to_vec();
    let file = app.heavy(move || File::read(octets)).await??;
    let (mut doing, _) = call.begin(&app).await?;
    let view = consultation::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    let it = attachment::attach(&mut doing.tx, place(doing.now, &view), shown.kind, &shown.title, &file).await?;
    let here = here(&app, &mut doing.tx).await?;
    let attached = Attached::one(&mut doing.tx, &it, &here).await?;
    let answer = doing.created(&attached).await?;
    app.pages.forget(&slug);
    Ok(answer)
}

/// Show a link
#[utoipa::path(
    post, path = "/consultations/{slug}/links", tag = "attachments", request_body = NewLink,
    responses((status = 201, body = Attached)), security(("token" = []))
)]
pub(super) async fn link(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<NewLink>,
) -> Result<Response, Failure> {
    let (mut doing, new) = call.begin(&app).await?;
    let view = consultation::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    let it = attachment::link(&mut doing.tx, place(doing.now, &view), &new.title, &new.url).await?;
    let here = here(&app, &mut doing.tx).await?;
    let attached = Attached::one(&mut doing.tx, &it, &here).await?;
    let answer = doing.created(&attached).await?;
    app.pages.forget(&slug);
    Ok(answer)
}

/// The attachment, as the caller may see it.
async fn find(conn: &mut Conn, id: &str, account: &Account) -> Result<(Attachment, View)> {
    let id = id.parse().map_err(|_| Error::NotFound)?;
    let it = attachment::by_id(conn, id).await?;
    let on = consultation::by_id(conn, it.consultation_id).await?;
    Ok((it, consultation::view(conn, &on.slug, Some(account)).await?))
}

/// Give an attachment another title
#[utoipa::path(
    patch, path = "/attachments/{id}", tag = "attachments", request_body = NewTitle,
    responses((status = 200, body = Attached)), security(("token" = []))
)]
pub(super) async fn describe(
    State(app): State<App>,
    Path(id): Path<String>,
    call: Call<NewTitle>,
) -> Result<Response, Failure> {
    let (mut doing, new) = call.begin(&app).await?;
    let (it, view) = find(&mut doing.tx, &id, &doing.account).await?;
    let it = attachment::describe(&mut doing.tx, place(doing.now, &view), &it, &new.title).await?;
    let here = here(&app, &mut doing.tx).await?;
    let attached = Attached::one(&mut doing.tx, &it, &here).await?;
    let answer = doing.changed(&attached).await?;
    app.pages.forget(&view.consultation.slug);
    Ok(answer)
}

/// Show something no longer
#[utoipa::path(
    delete, path = "/attachments/{id}", tag = "attachments", responses((status = 204)), security(("token" = []))
)]
pub(super) async fn detach(
    State(app): State<App>,
    Path(id): Path<String>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    let (mut doing, _) = call.begin(&app).await?;
    let (it, view) = find(&mut doing.tx, &id, &doing.account).await?;
    attachment::detach(&mut doing.tx, place(doing.now, &view), &it).await?;
    let answer = doing.deleted().await?;
    app.pages.forget(&view.consultation.slug);
    Ok(answer)
}

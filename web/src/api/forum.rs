//! Forums.

use axum::extract::{Path, State};
use axum::response::Response;
use model::address::Address;
use model::care::settings;
use model::clock::Instant;
use model::debate::forum::{self, Draft, Forum, Visibility};
use model::people::role::{Role, Standing};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::call::{self, Call};
use super::face::Caller;
use super::list::{self, Asked, List};
use super::{here, shape};
use crate::app::App;
use crate::error::Failure;

/// A forum.
#[derive(Serialize, ToSchema)]
#[schema(as = Forum)]
pub(super) struct Shown {
    /// Its name in addresses.
    slug: String,
    /// Its address: page and actor.
    url: String,
    /// `@slug@host`: what people elsewhere follow.
    handle: String,
    /// Title.
    title: String,
    /// Summary, plain text.
    summary: String,
    /// Who sees it and takes part.
    #[schema(value_type = shape::Visibility)]
    visibility: Visibility,
    /// Its language (BCP 47).
    language: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
    /// When it last changed.
    #[schema(value_type = Option<String>, format = DateTime)]
    updated_at: Option<Instant>,
    /// The fewest days that its consultations stay open.
    minimum_days: i32,
    /// The caller's role there, if a member.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<shape::Role>)]
    role: Option<Role>,
}

impl Shown {
    fn of(forum: &Forum, role: Option<Role>, here: &Address) -> Self {
        Self {
            slug: forum.slug.clone(),
            url: here.forum(&forum.slug),
            handle: here.handle(&forum.slug),
            title: forum.title.clone(),
            summary: forum.summary.clone(),
            visibility: forum.visibility,
            language: forum.language.clone(),
            created_at: forum.created_at,
            updated_at: forum.updated_at,
            minimum_days: forum.minimum_days,
            role,
        }
    }
}

/// A forum to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewForum {
    /// Its name in addresses; cannot be changed later.
    slug: String,
    /// Title.
    title: String,
    /// Summary, plain text.
    #[serde(default)]
    summary: String,
    /// Who sees it and takes part; `public` by default.
    #[schema(value_type = Option<shape::Visibility>)]
    visibility: Option<Visibility>,
    /// Its language (BCP 47); the node's by default.
    language: Option<String>,
    /// The fewest days that its consultations stay open; 0 by default, at most 366.
    minimum_days: Option<i32>,
}

/// What changes in a forum; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ForumChange {
    /// Title.
    title: Option<String>,
    /// Summary, plain text.
    summary: Option<String>,
    /// Who sees it and takes part. A private forum stays private, and no other becomes so.
    #[schema(value_type = Option<shape::Visibility>)]
    visibility: Option<Visibility>,
    /// Its language (BCP 47).
    language: Option<String>,
    /// The fewest days that its consultations stay open, at most 366; those published already keep theirs.
    minimum_days: Option<i32>,
}

/// Which page of a list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Paging {
    /// `next` of the page before.
    pub(super) cursor: Option<String>,
    /// How many items, at most 100; 50 by default.
    pub(super) limit: Option<u16>,
}

/// List the forums that one may see
#[utoipa::path(get, path = "/forums", tag = "forums", params(Paging), responses((status = 200, body = List<Shown>)))]
pub(super) async fn list(
    State(app): State<App>,
    Caller(account): Caller,
    Asked(asked): Asked<Paging>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let here = here(&app, &mut conn).await?;
    let all = forum::list(&mut conn, account.as_ref()).await?;
    let (page, next) = list::cut(all, (asked.cursor.as_deref(), asked.limit), |f| (f.created_at, f.id))?;
    let mut items = Vec::with_capacity(page.len());
    for forum in page {
        let role = forum::standing(&mut conn, &forum, account.as_ref()).await?.member;
        items.push(Shown::of(&forum, role, &here));
    }
    call::json(&List { items, next })
}

/// Make a forum
#[utoipa::path(
    post, path = "/forums", tag = "forums", request_body = NewForum,
    responses((status = 201, body = Shown)), security(("token" = []))
)]
pub(super) async fn create(State(app): State<App>, call: Call<NewForum>) -> Result<Response, Failure> {
    let (mut doing, new) = call.begin(&app).await?;
    let node = settings::node(&mut doing.tx).await?;
    let draft = Draft {
        slug: new.slug,
        title: new.title,
        summary: new.summary,
        visibility: new.visibility.unwrap_or(Visibility::Public),
        language: new.language.unwrap_or_else(|| node.language.clone()),
    };
    let by = Standing { account: Some(doing.account.clone()), member: None };
    let mut forum = forum::create(&mut doing.tx, doing.now, &by, &draft).await?;
    if let Some(days) = new.minimum_days {
        forum = forum::promise(&mut doing.tx, doing.now, &by, &forum, days).await?;
    }
    doing.created(&Shown::of(&forum, None, &app.address(&node))).await
}

/// Read about a forum
#[utoipa::path(get, path = "/forums/{slug}", tag = "forums", responses((status = 200, body = Shown)))]
pub(super) async fn read(
    State(app): State<App>,
    Caller(account): Caller,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let (forum, standing) = forum::view(&mut conn, &slug, account.as_ref()).await?;
    call::json(&Shown::of(&forum, standing.member, &here(&app, &mut conn).await?))
}

/// Change a forum
#[utoipa::path(
    patch, path = "/forums/{slug}", tag = "forums", request_body = ForumChange,
    responses((status = 200, body = Shown)), security(("token" = []))
)]
pub(super) async fn edit(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<ForumChange>,
) -> Result<Response, Failure> {
    let (mut doing, change) = call.begin(&app).await?;
    let (forum, by) = forum::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    let draft = Draft {
        slug: forum.slug.clone(),
        title: change.title.unwrap_or_else(|| forum.title.clone()),
        summary: change.summary.unwrap_or_else(|| forum.summary.clone()),
        visibility: change.visibility.unwrap_or(forum.visibility),
        language: change.language.unwrap_or_else(|| forum.language.clone()),
    };
    let mut forum = forum::edit(&mut doing.tx, doing.now, &by, &forum, &draft).await?;
    if let Some(days) = change.minimum_days {
        forum = forum::promise(&mut doing.tx, doing.now, &by, &forum, days).await?;
    }
    let here = here(&app, &mut doing.tx).await?;
    doing.changed(&Shown::of(&forum, by.member, &here)).await
}

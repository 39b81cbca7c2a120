//! What this node follows elsewhere, and what it knows of other nodes.

use axum::extract::{Path, State};
use axum::response::Response;
use model::address::Address;
use model::clock::Instant;
use model::error::{Error, Refusal, Result as ModelResult};
use model::network::follow::{self, Follow};
use model::network::mirror::{self, Mirror};
use model::network::verified;
use model::people::actor::{self, Actor, Kind};
use model::people::role::{Act, Standing};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::call::{self, Call, Empty};
use super::face::{Caller, SignedIn};
use super::forum::Paging;
use super::list::{self, Asked, List};
use super::{here, shape};
use crate::app::App;
use crate::error::Failure;

/// A forum elsewhere that this node follows, or has asked to.
#[derive(Serialize, ToSchema)]
pub(super) struct Followed {
    /// Key.
    id: String,
    /// What the other side said.
    #[schema(value_type = shape::Follow)]
    state: follow::State,
    /// The forum's address.
    uri: String,
    /// Its handle.
    target: String,
    /// Its name.
    name: String,
    /// When it was asked.
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
    /// When the other side answered.
    #[schema(value_type = Option<String>, format = DateTime)]
    answered_at: Option<Instant>,
}

impl Followed {
    fn of(follow: &Follow, target: &Actor, here: &Address) -> Self {
        Self {
            id: follow.id.to_string(),
            state: follow.state,
            uri: target.uri.clone().unwrap_or_default(),
            target: target.handle(here),
            name: target.display_name.clone(),
            created_at: follow.created_at,
            answered_at: follow.answered_at,
        }
    }
}

/// A forum to follow.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewFollow {
    /// Its handle `@name@host`, or its address.
    #[schema(max_length = 2048)]
    target: String,
}

/// Whoever asks, as a person of the node.
fn standing(account: &model::people::account::Account) -> Standing {
    Standing { account: Some(account.clone()), member: None }
}

/// List what this node follows, as an administrator
#[utoipa::path(
    get, path = "/follows", tag = "network", params(Paging),
    responses((status = 200, body = List<Followed>)), security(("token" = []))
)]
pub(super) async fn list(
    State(app): State<App>,
    SignedIn(account): SignedIn,
    Asked(asked): Asked<Paging>,
) -> Result<Response, Failure> {
    standing(&account).may(Act::Administer, None)?;
    let mut conn = app.store.conn().await?;
    let here = here(&app, &mut conn).await?;
    let all = follow::of_node(&mut conn).await?;
    let (page, next) = list::cut(all, (asked.cursor.as_deref(), asked.limit), |(f, _)| (f.created_at, f.id))?;
    let items = page.iter().map(|(follow, target)| Followed::of(follow, target, &here)).collect();
    call::json(&List { items, next })
}

/// Ask to follow a forum of another node, as an administrator
///
/// Asking again for what is already followed changes nothing.
#[utoipa::path(
    post, path = "/follows", tag = "network", request_body = NewFollow,
    responses((status = 201, body = Followed)), security(("token" = []))
)]
pub(super) async fn ask(State(app): State<App>, call: Call<NewFollow>) -> Result<Response, Failure> {
    let by = standing(&call.account);
    by.may(Act::Administer, None)?;
    // The network comes first, the transaction after.
    let target = app.find(&call.body.target).await?;
    let (mut doing, _) = call.begin(&app).await?;
    let here = here(&app, &mut doing.tx).await?;
    let target = actor::by_id(&mut doing.tx, target).await?;
    let follow = follow::request(&mut doing.tx, doing.now, &by, &target, |id| here.follow(id)).await?;
    doing.created(&Followed::of(&follow, &target, &here)).await
}

/// Stop following, as an administrator
#[utoipa::path(
    delete, path = "/follows/{id}", tag = "network",
    responses((status = 204)), security(("token" = []))
)]
pub(super) async fn take_back(
    State(app): State<App>,
    Path(id): Path<String>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    let by = standing(&call.account);
    by.may(Act::Administer, None)?;
    let (mut doing, _) = call.begin(&app).await?;
    let follow = follow::by_id(&mut doing.tx, id.parse().map_err(|_| Error::NotFound)?).await?;
    follow::take_back(&mut doing.tx, doing.now, &by, &follow).await?;
    doing.deleted().await
}

/// What is asked about.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct About {
    /// The address of a forum, consultation or comment elsewhere.
    uri: String,
}

/// What this node knows of something elsewhere.
#[derive(Serialize, ToSchema)]
pub(super) struct Known {
    /// `forum`, `consultation` or `comment`.
    kind: &'static str,
    /// Its address.
    uri: String,
    /// Its page here.
    local_url: Option<String>,
    /// The handle of a forum.
    handle: Option<String>,
    /// The name of a forum.
    name: Option<String>,
    /// The host that it came from.
    host: Option<String>,
    /// The title of a consultation.
    title: Option<String>,
    /// Its summary.
    summary: Option<String>,
    /// When it was published there.
    #[schema(value_type = Option<String>, format = DateTime)]
    published: Option<Instant>,
    /// When it was changed there.
    #[schema(value_type = Option<String>, format = DateTime)]
    updated: Option<Instant>,
    /// When it came here.
    #[schema(value_type = Option<String>, format = DateTime)]
    received: Option<Instant>,
    /// Of a consultation: the last results of its origin that this node has counted again, with the forum's proof (FEP-8b32).
    #[schema(value_type = Option<Object>)]
    results: Option<serde_json::Value>,
    /// When it did.
    #[schema(value_type = Option<String>, format = DateTime)]
    verified_at: Option<Instant>,
    /// Of a consultation or comment: the object as its own server gave it, with its author's proof.
    #[schema(value_type = Option<Object>)]
    document: Option<serde_json::Value>,
}

impl Known {
    fn forum(forum: &Actor, here: &Address) -> Self {
        Self {
            kind: "forum",
            uri: forum.uri.clone().unwrap_or_default(),
            local_url: None,
            handle: Some(forum.handle(here)),
            name: Some(forum.display_name.clone()),
            host: forum.host.clone(),
            title: None,
            summary: None,
            published: None,
            updated: None,
            received: None,
            results: None,
            verified_at: None,
            document: None,
        }
    }

    fn mirror(copy: &Mirror, here: &Address) -> Self {
        Self {
            kind: match copy.kind {
                mirror::Kind::Page | mirror::Kind::Question => "consultation",
                mirror::Kind::Note => "comment",
            },
            uri: copy.uri.clone(),
            local_url: copy.slug.as_deref().map(|slug| here.mirror(&copy.host, slug)),
            handle: None,
            name: None,
            host: Some(copy.host.clone()),
            title: Some(copy.title.clone()),
            summary: Some(copy.summary.clone()),
            published: Some(copy.published_at),
            updated: copy.updated_at,
            received: Some(copy.received_at),
            results: None,
            verified_at: None,
            document: Some(copy.document.0.clone()),
        }
    }
}

/// Read what this node knows of a forum, consultation or comment elsewhere
///
/// A forum that is not known yet is looked up for whoever has a token.
#[utoipa::path(get, path = "/remote", tag = "network", params(About), responses((status = 200, body = Known)))]
pub(super) async fn known(
    State(app): State<App>,
    Caller(account): Caller,
    Asked(about): Asked<About>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let here = here(&app, &mut conn).await?;
    if let Some(known) = kept(&mut conn, &about.uri, &here).await? {
        return call::json(&known);
    }
    drop(conn);
    if account.is_none() {
        return Err(Failure::NotFound);
    }
    let found = match app.find(&about.uri).await {
        Err(Error::Refused(Refusal::NotAForum | Refusal::NotReachable)) => return Err(Failure::NotFound),
        found => found?,
    };
    let forum = actor::by_id(&mut app.store.conn().await?, found).await?;
    call::json(&Known::forum(&forum, &here))
}

async fn kept(conn: &mut model::store::Conn, uri: &str, here: &Address) -> ModelResult<Option<Known>> {
    if let Some(copy) = mirror::by_uri(conn, uri).await? {
        let verified = verified::of(conn, &copy.uri).await?.filter(verified::Verified::holds);
        let known = Known::mirror(&copy, here);
        return Ok(Some(match verified {
            Some(it) => Known { verified_at: Some(it.verified_at), results: Some(it.document), ..known },
            None => known,
        }));
    }
    let known = actor::by_uri(conn, uri).await?;
    Ok(known.filter(|actor| actor.kind == Kind::Group).map(|forum| Known::forum(&forum, here)))
}

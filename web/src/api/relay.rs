//! Forums of this node that carry forums elsewhere.

use axum::extract::{Path, State};
use axum::response::Response;
use model::address::Address;
use model::clock::Instant;
use model::debate::forum::{self, Forum};
use model::error::{Error, Result as ModelResult};
use model::network::follow;
use model::network::relay::rules::{Kind, Rule};
use model::network::relay::{self, Relay};
use model::people::actor::{self, Actor};
use model::people::role::{Act, Standing};
use model::store::Conn;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::{self, Call, Empty};
use super::face::SignedIn;
use super::forum::Paging;
use super::list::{self, Asked, List};
use super::{here, shape};
use crate::app::App;
use crate::error::Failure;
use crate::pages::relay::by_hand;

/// What of a forum is carried.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RelayedBy {
    /// How it is chosen.
    #[schema(value_type = shape::RelayRule)]
    kind: Kind,
    /// By which tags; at most 20.
    #[serde(default)]
    tags: Vec<String>,
    /// Whether what is said in the debates is carried too.
    #[serde(default)]
    comments: bool,
}

/// A forum elsewhere that a forum of this node carries.
#[derive(Serialize, ToSchema)]
pub(super) struct Relayed {
    /// Key.
    id: String,
    /// The address of the forum carried.
    uri: String,
    /// Its handle.
    source: String,
    /// Its name.
    name: String,
    /// What of it is carried.
    rule: RelayedBy,
    /// What the other side said.
    #[schema(value_type = shape::Follow)]
    state: follow::State,
    /// How many debates and ballots were passed on.
    roots: i32,
    /// How many comments.
    comments: i32,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
    /// When something was last passed on.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_at: Option<Instant>,
}

impl Relayed {
    fn of(it: &Relay, source: &Actor, state: follow::State, here: &Address) -> Self {
        let Rule { kind, tags, comments } = it.rule();
        Self {
            id: it.id.to_string(),
            uri: source.uri.clone().unwrap_or_default(),
            source: source.handle(here),
            name: source.display_name.clone(),
            rule: RelayedBy { kind, tags, comments },
            state,
            roots: it.roots,
            comments: it.answers,
            created_at: it.created_at,
            last_at: it.last_at,
        }
    }
}

/// A forum to carry.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewRelay {
    /// Its handle `@name@host`, or its address.
    #[schema(max_length = 2048)]
    source: String,
    /// What of it to carry.
    rule: RelayedBy,
}

async fn managed(
    conn: &mut Conn,
    slug: &str,
    account: &model::people::account::Account,
) -> ModelResult<(Forum, Standing)> {
    let (forum, standing) = forum::view(conn, slug, Some(account)).await?;
    standing.may(Act::ManageForum, Some(&forum))?;
    Ok((forum, standing))
}

async fn own(conn: &mut Conn, forum: &Forum, id: &str) -> ModelResult<Relay> {
    let it = relay::by_id(conn, id.parse().map_err(|_| Error::NotFound)?).await?;
    if it.forum_id == forum.id { Ok(it) } else { Err(Error::NotFound) }
}

/// List the forums elsewhere that a forum carries, as who manages it
#[utoipa::path(
    get, path = "/forums/{slug}/relays", tag = "network", params(Paging),
    responses((status = 200, body = List<Relayed>)), security(("token" = []))
)]
pub(super) async fn list(
    State(app): State<App>,
    SignedIn(account): SignedIn,
    Path(slug): Path<String>,
    Asked(asked): Asked<Paging>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let here = here(&app, &mut conn).await?;
    let (forum, _) = managed(&mut conn, &slug, &account).await?;
    let all = relay::of_forum(&mut conn, forum.id).await?;
    let (page, next) = list::cut(all, (asked.cursor.as_deref(), asked.limit), |(it, _)| (it.created_at, it.id))?;
    let mut items = Vec::with_capacity(page.len());
    for (it, source) in &page {
        items.push(Relayed::of(it, source, relay::state(&mut conn, &forum, it).await?, &here));
    }
    call::json(&List { items, next })
}

/// Carry a forum of another node, as who manages the forum
///
/// Asking again for one that is carried changes its rule.
#[utoipa::path(
    post, path = "/forums/{slug}/relays", tag = "network", request_body = NewRelay,
    responses((status = 201, body = Relayed)), security(("token" = []))
)]
pub(super) async fn begin(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<NewRelay>,
) -> Result<Response, Failure> {
    managed(&mut app.store.conn().await?, &slug, &call.account).await?;
    let RelayedBy { kind, tags, comments } = &call.body.rule;
    let rule = Rule { kind: *kind, tags: tags.clone(), comments: *comments }.checked()?;
    // The network comes first, the transaction after.
    let source = app.find(&call.body.source).await?;
    let (mut doing, _) = call.begin(&app).await?;
    let here = here(&app, &mut doing.tx).await?;
    let (forum, standing) = managed(&mut doing.tx, &slug, &doing.account).await?;
    let source = actor::by_id(&mut doing.tx, source).await?;
    let uri = |id| here.follow(id);
    let it = relay::begin(&mut doing.tx, doing.now, &standing, &forum, &source, rule, uri).await?;
    let state = relay::state(&mut doing.tx, &forum, &it).await?;
    doing.created(&Relayed::of(&it, &source, state, &here)).await
}

/// Stop carrying a forum, as who manages the forum
#[utoipa::path(
    delete, path = "/forums/{slug}/relays/{id}", tag = "network",
    responses((status = 204)), security(("token" = []))
)]
pub(super) async fn stop(
    State(app): State<App>,
    Path((slug, id)): Path<(String, String)>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    let (mut doing, _) = call.begin(&app).await?;
    let (forum, standing) = managed(&mut doing.tx, &slug, &doing.account).await?;
    let it = own(&mut doing.tx, &forum, &id).await?;
    relay::stop(&mut doing.tx, doing.now, &standing, &forum, &it).await?;
    doing.deleted().await
}

/// What to pass on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ToAnnounce {
    /// The address of a consultation of the forum that is carried.
    #[schema(max_length = 2048)]
    uri: String,
}

/// What was passed on.
#[derive(Serialize, ToSchema)]
pub(super) struct Announced {
    /// Its address.
    uri: String,
    /// `announced`, or `waiting` while it is fetched from its node.
    state: &'static str,
}

/// Pass something on by hand, as who manages the forum
#[utoipa::path(
    post, path = "/forums/{slug}/relays/{id}/announce", tag = "network", request_body = ToAnnounce,
    responses((status = 201, body = Announced)), security(("token" = []))
)]
pub(super) async fn announce(
    State(app): State<App>,
    Path((slug, id)): Path<(String, String)>,
    call: Call<ToAnnounce>,
) -> Result<Response, Failure> {
    let (mut doing, body) = call.begin(&app).await?;
    let (forum, standing) = managed(&mut doing.tx, &slug, &doing.account).await?;
    let it = own(&mut doing.tx, &forum, &id).await?;
    let known = by_hand(&mut doing.tx, doing.now, &standing, (&forum, &it), &body.uri).await?;
    doing.created(&Announced { uri: body.uri, state: if known { "announced" } else { "waiting" } }).await
}

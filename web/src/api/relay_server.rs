//! Relay servers (FEP-ae0c), witnesses, and what is proposed between nodes: for administrators.

use axum::extract::{Path, State};
use axum::response::Response;
use model::clock::Instant;
use model::count::witness::{self, Fork, Role, Witness};
use model::error::{Error, Refusal};
use model::network::follow;
use model::network::proposal::{self, Kind, Proposal};
use model::network::relay_server::{self, Direction, Server, Style};
use model::people::account::Account;
use model::people::actor::{self, Actor};
use model::people::role::{Act, Standing};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::{self, Call, Empty};
use super::face::SignedIn;
use super::list::List;
use super::{here, shape};
use crate::app::App;
use crate::error::Failure;
use crate::pages::relay::admin::{offer, subscribed};

fn administrator(account: &Account) -> Result<Standing, Failure> {
    let by = Standing { account: Some(account.clone()), member: None };
    by.may(Act::Administer, None)?;
    Ok(by)
}

/// A subscription to a relay server, or of another server to this node.
#[derive(Serialize, ToSchema)]
pub(super) struct Subscription {
    /// Key.
    id: String,
    /// `out`: this node subscribed; `in`: the other did.
    #[schema(value_type = shape::RelayDirection)]
    direction: Direction,
    /// How.
    #[schema(value_type = shape::RelayStyle)]
    style: Style,
    /// Where it stands.
    #[schema(value_type = shape::Follow)]
    state: follow::State,
    /// The host of the other side.
    host: String,
    /// Its inbox or actor.
    uri: String,
    /// How much was handed over or announced.
    handed: i32,
    /// When it was asked.
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
}

impl Subscription {
    fn of(it: Server) -> Self {
        let Server { id, direction, style, state, host, uri, handed, created_at, .. } = it;
        Self { id: id.to_string(), direction, style, state, host, uri, handed, created_at }
    }
}

/// A relay server.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSubscription {
    /// Its inbox, to subscribe in Mastodon's way, or its actor, in LitePub's.
    #[schema(max_length = 2048)]
    uri: String,
}

/// List the subscriptions to and of relay servers, as an administrator
#[utoipa::path(
    get, path = "/moderation/relays", tag = "federation",
    responses((status = 200, body = List<Subscription>)), security(("token" = []))
)]
pub(super) async fn list(State(app): State<App>, SignedIn(account): SignedIn) -> Result<Response, Failure> {
    administrator(&account)?;
    let all = relay_server::list(&mut app.store.conn().await?).await?;
    call::json(&List { items: all.into_iter().map(Subscription::of).collect(), next: None })
}

/// Subscribe to a relay server, as an administrator
#[utoipa::path(
    post, path = "/moderation/relays", tag = "federation", request_body = NewSubscription,
    responses((status = 201, body = Subscription)), security(("token" = []))
)]
pub(super) async fn subscribe(State(app): State<App>, call: Call<NewSubscription>) -> Result<Response, Failure> {
    let by = administrator(&call.account)?;
    let here = here(&app, &mut app.store.conn().await?).await?;
    let made = subscribed(&app, app.now(), &by, &here, &call.body.uri).await?;
    let (doing, _) = call.begin(&app).await?;
    doing.created(&Subscription::of(made)).await
}

/// End a subscription, as an administrator
#[utoipa::path(
    delete, path = "/moderation/relays/{id}", tag = "federation",
    responses((status = 204)), security(("token" = []))
)]
pub(super) async fn end(
    State(app): State<App>,
    Path(id): Path<String>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    let by = administrator(&call.account)?;
    let (mut doing, _) = call.begin(&app).await?;
    let it = relay_server::by_id(&mut doing.tx, id.parse().map_err(|_| Error::NotFound)?).await?;
    relay_server::end(&mut doing.tx, doing.now, &by, &it).await?;
    doing.deleted().await
}

/// Another node that witnesses this one, or is witnessed by it.
#[derive(Serialize, ToSchema)]
pub(super) struct Witnessing {
    /// Key.
    id: String,
    /// `witness`: it witnesses this node; `witnessed`: this node witnesses it.
    #[schema(value_type = shape::WitnessRole)]
    role: Role,
    /// Its host.
    host: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    since: Instant,
    /// When it last signed, or had something signed.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_at: Option<Instant>,
    /// Why that failed, if it did.
    failure: Option<String>,
}

impl Witnessing {
    fn of(it: Witness) -> Self {
        let Witness { id, role, host, since, last_at, failure, .. } = it;
        Self { id: id.to_string(), role, host, since, last_at, failure }
    }
}

/// Who witnesses whom, and the key under which this node signs.
#[derive(Serialize, ToSchema)]
pub(super) struct Witnesses {
    /// The key of this node as a witness: `NAME+ID+KEY`.
    key: String,
    /// The agreements.
    items: Vec<Witnessing>,
    /// Always null: there are few.
    next: Option<String>,
}

/// List who witnesses whom, as an administrator
#[utoipa::path(
    get, path = "/moderation/witnesses", tag = "federation",
    responses((status = 200, body = Witnesses)), security(("token" = []))
)]
pub(super) async fn witnesses(State(app): State<App>, SignedIn(account): SignedIn) -> Result<Response, Failure> {
    administrator(&account)?;
    let here = here(&app, &mut app.store.conn().await?).await?;
    let key = witness::vkey(&here, &*app.signer(&here).await?);
    let all = witness::list(&mut app.store.conn().await?).await?;
    call::json(&Witnesses { key, items: all.into_iter().map(Witnessing::of).collect(), next: None })
}

/// Something proposed by this node, or to it.
#[derive(Serialize, ToSchema)]
pub(super) struct Proposed {
    /// Key.
    id: String,
    /// What.
    #[schema(value_type = shape::ProposalKind)]
    kind: Kind,
    /// Whether this node proposed it.
    ours: bool,
    /// The other side.
    with: String,
    /// What it is about.
    object: String,
    /// What that is called.
    title: String,
    /// Where it stands.
    #[schema(value_type = shape::Follow)]
    state: follow::State,
    /// When it was proposed.
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
}

impl Proposed {
    fn of(it: Proposal, peer: &Actor) -> Self {
        let Proposal { id, kind, ours, object, title, state, created_at, .. } = it;
        let with = peer.uri.clone().unwrap_or_default();
        Self { id: id.to_string(), kind, ours, with, object, title, state, created_at }
    }
}

/// What to propose to another node.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewWitnessing {
    /// The other node: its host, or the address of its home page.
    #[schema(max_length = 2048)]
    host: String,
    /// `witness`: it is to witness this node; `witnessed`: this node would witness it.
    #[schema(value_type = shape::WitnessRole)]
    role: Role,
}

/// Ask another node to witness this one, or offer to witness it, as an administrator
#[utoipa::path(
    post, path = "/moderation/witnesses", tag = "federation", request_body = NewWitnessing,
    responses((status = 201, body = Proposed)), security(("token" = []))
)]
pub(super) async fn propose(State(app): State<App>, call: Call<NewWitnessing>) -> Result<Response, Failure> {
    let by = administrator(&call.account)?;
    let found = app.neighbour(&call.body.host).await?;
    let kind = match call.body.role {
        Role::Witness => Kind::Witness,
        Role::Witnessed => Kind::BeWitnessed,
    };
    let (mut doing, _) = call.begin(&app).await?;
    let here = here(&app, &mut doing.tx).await?;
    let name = model::care::settings::node(&mut doing.tx).await?.name;
    let made = offer(&mut doing.tx, doing.now, &by, (&here, &name), kind, found).await?;
    let peer = actor::by_id(&mut doing.tx, made.peer_id).await?;
    doing.created(&Proposed::of(made, &peer)).await
}

/// End an agreement about witnessing, as an administrator
#[utoipa::path(
    delete, path = "/moderation/witnesses/{id}", tag = "federation",
    responses((status = 204)), security(("token" = []))
)]
pub(super) async fn stop_witness(
    State(app): State<App>,
    Path(id): Path<String>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    let by = administrator(&call.account)?;
    let (mut doing, _) = call.begin(&app).await?;
    let it = witness::by_id(&mut doing.tx, id.parse().map_err(|_| Error::NotFound)?).await?;
    witness::end(&mut doing.tx, doing.now, &by, &it).await?;
    doing.deleted().await
}

/// List what other nodes propose to this one, and it to them, as an administrator
#[utoipa::path(
    get, path = "/moderation/proposals", tag = "federation",
    responses((status = 200, body = List<Proposed>)), security(("token" = []))
)]
pub(super) async fn proposals(State(app): State<App>, SignedIn(account): SignedIn) -> Result<Response, Failure> {
    administrator(&account)?;
    let all = proposal::all(&mut app.store.conn().await?).await?;
    call::json(&List { items: all.into_iter().map(|(it, peer)| Proposed::of(it, &peer)).collect(), next: None })
}

/// An answer to a proposal.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Answered {
    /// Whether it is accepted.
    accept: bool,
}

/// Answer what another node proposes, as an administrator
#[utoipa::path(
    post, path = "/moderation/proposals/{id}/answer", tag = "federation", request_body = Answered,
    responses((status = 200, body = Proposed)), security(("token" = []))
)]
pub(super) async fn answer(
    State(app): State<App>,
    Path(id): Path<String>,
    call: Call<Answered>,
) -> Result<Response, Failure> {
    let by = administrator(&call.account)?;
    let (mut doing, body) = call.begin(&app).await?;
    let it = proposal::by_id(&mut doing.tx, id.parse().map_err(|_| Error::NotFound)?).await?;
    if it.ours {
        return Err(Refusal::NotAllowed.into());
    }
    let here = here(&app, &mut doing.tx).await?;
    model::count::log::signer(&mut doing.tx, doing.now, &here).await?;
    proposal::answer(&mut doing.tx, doing.now, &by, &it, body.accept).await?;
    let it = proposal::by_id(&mut doing.tx, it.id).await?;
    let peer = actor::by_id(&mut doing.tx, it.peer_id).await?;
    doing.changed(&Proposed::of(it, &peer)).await
}

/// Two heads of one log that cannot both be true.
#[derive(Serialize, ToSchema)]
pub(super) struct Forked {
    /// The name of the log: `HOST/c/SLUG`.
    log: String,
    /// The one head, as the log signed it.
    earlier: String,
    /// The other, as the log signed it.
    later: String,
    /// The host that brought the other.
    brought_by: String,
    /// When they were held against each other.
    #[schema(value_type = String, format = DateTime)]
    found_at: Instant,
}

/// List the logs elsewhere that forked, with the evidence, as an administrator
#[utoipa::path(
    get, path = "/moderation/forks", tag = "federation",
    responses((status = 200, body = List<Forked>)), security(("token" = []))
)]
pub(super) async fn forks(State(app): State<App>, SignedIn(account): SignedIn) -> Result<Response, Failure> {
    administrator(&account)?;
    let all = witness::forks_found(&mut app.store.conn().await?).await?;
    let forked = |it: Fork| {
        let Fork { origin, earlier, later, brought_by, found_at, .. } = it;
        Forked { log: origin, earlier, later, brought_by, found_at }
    };
    call::json(&List { items: all.into_iter().map(forked).collect(), next: None })
}

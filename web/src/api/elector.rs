//! Lists of electors of a forum: kept and replaced, claimed, never shown; and whether one may vote.

use axum::extract::{Path, State};
use axum::response::Response;
use model::clock::Instant;
use model::count::ballot::Voter;
use model::count::electorate::list::{self, Kept, Kind, List as Electors};
use model::count::electorate::{Requires, Tier};
use model::debate::consultation;
use model::debate::forum;
use model::error::{Error, Refusal};
use model::people::role::Act;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::call::{self, Call, Empty};
use super::face::SignedIn;
use super::list::List;
use super::shape;
use crate::app::App;
use crate::error::Failure;

/// A list of electors: what it is, never who stands on it.
#[derive(Serialize, ToSchema)]
pub(super) struct ElectorList {
    /// Its name in the forum.
    name: String,
    /// What it holds.
    #[schema(value_type = shape::ListKind)]
    kind: Kind,
    /// How many entries.
    size: i32,
    /// How many rows of the file said again what another says; where one was just sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    repeated: Option<usize>,
    /// How many identifiers are so short that somebody might guess one: with fewer than 8 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    short: Option<usize>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
    /// When it was last replaced.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Instant,
}

impl From<Electors> for ElectorList {
    fn from(list: Electors) -> Self {
        let Electors { name, kind, size, created_at, updated_at, .. } = list;
        Self { name, kind, size, repeated: None, short: None, created_at, updated_at }
    }
}

/// What a list is to hold.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewElectorList {
    /// What the file holds.
    #[schema(value_type = shape::ListKind)]
    kind: Kind,
    /// A CSV file: the column headed `email` or `identifier`, else the first.
    csv: String,
}

/// An identifier to claim.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewClaim {
    /// As it stands on a card or in a letter.
    identifier: String,
}

/// List the lists of electors of a forum
#[utoipa::path(
    get, path = "/forums/{slug}/lists", tag = "forums",
    responses((status = 200, body = List<ElectorList>)), security(("token" = []))
)]
pub(super) async fn list(
    State(app): State<App>,
    SignedIn(account): SignedIn,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let (forum, by) = forum::view(&mut conn, &slug, Some(&account)).await?;
    by.may(Act::Author, Some(&forum))?;
    let all = list::of(&mut conn, forum.id).await?;
    call::json(&List { items: all.into_iter().map(ElectorList::from).collect(), next: None })
}

/// Keep a list of electors, or replace it
#[utoipa::path(
    put, path = "/forums/{slug}/lists/{name}", tag = "forums", request_body = NewElectorList,
    responses((status = 200, body = ElectorList), (status = 201, body = ElectorList)), security(("token" = []))
)]
pub(super) async fn keep(
    State(app): State<App>,
    Path((slug, name)): Path<(String, String)>,
    call: Call<NewElectorList>,
) -> Result<Response, Failure> {
    let (mut doing, new) = call.begin(&app).await?;
    let (forum, by) = forum::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    let kept = list::keep(&mut doing.tx, doing.now, Some(&by), &forum, &name, new.kind, &new.csv).await?;
    let Kept { list, fresh, repeated, short } = kept;
    let shown = ElectorList { repeated: Some(repeated), short: Some(short), ..list.into() };
    if fresh { doing.created(&shown).await } else { doing.changed(&shown).await }
}

/// Take a list of electors away
#[utoipa::path(
    delete, path = "/forums/{slug}/lists/{name}", tag = "forums",
    responses((status = 204)), security(("token" = []))
)]
pub(super) async fn delete(
    State(app): State<App>,
    Path((slug, name)): Path<(String, String)>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    let (mut doing, _) = call.begin(&app).await?;
    let (forum, by) = forum::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    by.may(Act::Author, Some(&forum))?;
    list::delete(&mut doing.tx, doing.now, &by, &forum, &name).await?;
    doing.deleted().await
}

/// Claim one's identifier on a list
#[utoipa::path(
    post, path = "/forums/{slug}/lists/{name}/claim", tag = "forums", request_body = NewClaim,
    responses((status = 204)), security(("token" = []))
)]
pub(super) async fn claim(
    State(app): State<App>,
    Path((slug, name)): Path<(String, String)>,
    call: Call<NewClaim>,
) -> Result<Response, Failure> {
    app.limits.claim(call.account.id, call.from)?;
    let (mut doing, new) = call.begin(&app).await?;
    let (forum, by) = forum::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    list::claim(&mut doing.tx, doing.now, &by, &forum, &name, &new.identifier).await?;
    doing.deleted().await
}

/// How one would vote.
#[derive(Serialize, ToSchema)]
pub(super) struct Eligibility {
    /// Whether one may vote with this account.
    eligible: bool,
    /// The tier in which one's ballot would count.
    #[schema(value_type = Option<shape::Tier>)]
    tier: Option<Tier>,
    /// Whether it would count as that of an unverified local account: one outside the electorate, in the tier `open`.
    unverified: bool,
    /// What it takes to vote as a member.
    #[schema(value_type = shape::Requires)]
    requires: Requires,
    /// Why one may not: the code that a ballot would be refused with.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

/// Ask whether one may vote, before choosing
#[utoipa::path(
    get, path = "/consultations/{slug}/eligibility", tag = "ballot",
    responses((status = 200, body = Eligibility)), security(("token" = []))
)]
pub(super) async fn eligibility(
    State(app): State<App>,
    SignedIn(account): SignedIn,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let view = consultation::view(&mut conn, &slug, Some(&account)).await?;
    let electorate = &view.consultation.electorate.0;
    let (tier, reason) = match Voter::here(&mut conn, &view.consultation, &view.forum, &view.standing).await {
        Ok(voter) => (Some(voter.tier), None),
        Err(Error::Refused(refusal)) => (None, Some(refusal)),
        Err(error) => return Err(error.into()),
    };
    call::json(&Eligibility {
        eligible: tier.is_some(),
        unverified: tier == Some(Tier::Open) && electorate.admits(Tier::Member),
        tier,
        requires: electorate.requires,
        reason: reason.as_ref().map(Refusal::code),
    })
}

//! One's own ballot.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use model::address::Address;
use model::clock::{Clock, Instant};
use model::count::ballot::{self, Receipt, Voter};
use model::count::electorate::Tier;
use model::count::receipt::{self, Sealing};
use model::count::removal;
use model::debate::consultation::{self, View};
use model::debate::reason::{self, Reason};
use model::debate::text;
use model::error::{Error, Result};
use model::id::Id;
use model::people::account::Account;
use model::people::proof::Signer;
use model::store::Tx;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::call::{self, Call, Empty, Given, Key};
use super::face::SignedIn;
use super::{here, shape};
use crate::app::App;
use crate::error::Failure;
use crate::news;

/// What was chosen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewBallot {
    /// Choices, by label or id.
    choice: Vec<String>,
    /// The SHA-256 of the text that one has read; refused with `text-changed` if another stands now.
    text: Option<String>,
    /// Why, in one sentence: becomes a comment under one's name, without a link to the ballot.
    reason: Option<String>,
    /// Whether that comment shows what the ballot argues, for or against, which tells the choice; false by default.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    stance: bool,
}

/// The promise that a ballot counts, or soon will.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what the model writes and signs")]
pub(super) struct BallotReceipt {
    /// Always `BallotReceipt`.
    #[schema(rename = "type")]
    kind: String,
    /// The ballot.
    #[schema(value_type = String, format = Uuid)]
    ballot: Id<ballot::Ballot>,
    /// The address of the consultation.
    consultation: String,
    /// What was chosen: ids.
    choice: Vec<String>,
    /// In which tier it counts.
    #[schema(value_type = shape::Tier)]
    tier: Tier,
    /// The voter, under a name that only this consultation uses.
    voter: String,
    /// When it was cast, or last changed.
    #[schema(value_type = String, format = DateTime)]
    cast_at: Instant,
    /// The SHA-256 of the text that was read.
    text: String,
    /// The public log that it goes into.
    log: LogPlace,
    /// The node's signature of all of this (FEP-8b32, `eddsa-jcs-2022`).
    #[schema(value_type = Object)]
    proof: Value,
}

/// The public log that a ballot goes into; its place there once it has one, unless results are hidden.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what the model writes and signs")]
struct LogPlace {
    /// The key that signs the log.
    key: String,
    /// The place of its entry, from 0.
    index: Option<i64>,
    /// The hashes that lead from the entry to the root which the checkpoint signs, base64.
    proof: Option<Vec<String>>,
    /// That checkpoint (C2SP tlog-checkpoint).
    checkpoint: Option<String>,
}

/// Read one's own ballot
#[utoipa::path(
    get, path = "/consultations/{slug}/ballot", tag = "ballot",
    responses((status = 200, body = BallotReceipt)), security(("token" = []))
)]
pub(super) async fn read(
    State(app): State<App>,
    SignedIn(account): SignedIn,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let here = here(&app, &mut conn).await?;
    let view = consultation::view(&mut conn, &slug, Some(&account)).await?;
    let ballot = ballot::standing(&mut conn, view.consultation.id, account.actor_id).await?.ok_or(Error::NotFound)?;
    let receipt = Receipt::of(&view.consultation, &ballot);
    let signer = app.signer(&here).await?;
    let by = Sealing { signer: &signer, here: &here };
    let on = &view.consultation;
    call::json(&receipt::receipt(&mut conn, on, (&account).into(), &receipt, app.now(), &by).await?)
}

/// Cast one's ballot, or change it
#[utoipa::path(
    put, path = "/consultations/{slug}/ballot", tag = "ballot", request_body = NewBallot,
    responses((status = 200, body = BallotReceipt), (status = 201, body = BallotReceipt)), security(("token" = []))
)]
pub(super) async fn cast(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<NewBallot>,
) -> Result<Response, Failure> {
    let here = here(&app, &mut app.store.conn().await?).await?;
    let Call { account, body, key, from } = call;
    app.limits.opinion(account.actor_id)?;
    let reason = Reason::of(&body.reason.unwrap_or_default(), body.stance)?;
    if reason.is_some() {
        app.limits.comment(account.id, from)?;
    }
    let signer = app.signer(&here).await?;
    let clock = app.clock.clone();
    let cast = Arc::new(Cast { slug, account, choice: body.choice, text: body.text, reason, key, clock, here, signer });
    // What was answered before is answered again, and mailed once.
    if let Some(given) = cast.answered(&app).await? {
        return Ok(given.into_response());
    }
    let given = match cast.clone().commit(&app).await {
        Err(Error::Store(why)) => cast.answered(&app).await?.ok_or(Error::Store(why))?,
        done => done?,
    };
    news::receipt_of_call(&app, &cast.account, &cast.slug).await?;
    Ok(given.into_response())
}

/// A ballot to cast, in a transaction that may be shared and may have to be tried twice.
struct Cast {
    slug: String,
    account: Account,
    choice: Vec<String>,
    /// The SHA-256 of the text that was read.
    text: Option<String>,
    reason: Option<Reason>,
    key: Option<Key>,
    clock: Clock,
    here: Address,
    signer: Arc<Signer>,
}

impl Cast {
    /// Casts it, with the ballots of others in one transaction where it can be.
    async fn commit(self: Arc<Self>, app: &App) -> Result<Given> {
        if self.reason.is_some() {
            // Two things are written, and the second may be refused: then the first must not stand.
            let mut tx = app.store.begin().await?;
            let given = self.run(&mut tx).await?;
            tx.commit().await?;
            return Ok(given);
        }
        if self.key.is_none() {
            return self.drop_in(app).await;
        }
        let voter = self.account.actor_id.uuid().into_bytes();
        app.store.together(voter, move |tx| Box::pin(self.clone().run_in(tx))).await
    }

    /// Casts it by itself: nothing else has to be written with it.
    async fn drop_in(&self, app: &App) -> Result<Given> {
        let mut conn = app.store.conn().await?;
        let view = consultation::view(&mut conn, &self.slug, Some(&self.account)).await?;
        let voter = Voter::here(&mut conn, &view.consultation, &view.forum, &view.standing).await?;
        let standing = ballot::standing(&mut conn, view.consultation.id, voter.actor).await?;
        let text = self.read(&mut conn, &view).await?;
        // Given back while the ballot waits to be saved: whoever saves it needs one.
        drop(conn);
        let receipt = app.urn.cast(&view.consultation, voter, &self.choice, text).await?;
        let mut conn = app.store.conn().await?;
        let receipt = self.sealed(&mut conn, &view, &receipt).await?;
        Given::json(if standing.is_some() { StatusCode::OK } else { StatusCode::CREATED }, &receipt)
    }

    async fn run_in(self: Arc<Self>, tx: &mut Tx) -> Result<Given> {
        self.run(tx).await
    }

    /// What the same call was answered if it came twice at once and the other was faster.
    async fn answered(&self, app: &App) -> Result<Option<Given>> {
        let Some(key) = &self.key else { return Ok(None) };
        key.earlier(&mut app.store.conn().await?, &self.account).await
    }

    async fn run(&self, tx: &mut Tx) -> Result<Given> {
        let now = self.clock.now();
        if let Some(key) = &self.key
            && let Some(given) = key.earlier(tx, &self.account).await?
        {
            return Ok(given);
        }
        let view = consultation::view(tx, &self.slug, Some(&self.account)).await?;
        let voter = Voter::here(tx, &view.consultation, &view.forum, &view.standing).await?;
        let changes = ballot::standing(tx, view.consultation.id, voter.actor).await?.is_some();
        self.read(tx, &view).await?;
        let receipt = ballot::cast(tx, now, &view.consultation, voter, &self.choice).await?;
        if let Some(reason) = &self.reason {
            reason::post(tx, now, &view, reason, &receipt.choice).await?;
        }
        let receipt = self.sealed(tx, &view, &receipt).await?;
        let given = Given::json(if changes { StatusCode::OK } else { StatusCode::CREATED }, &receipt)?;
        if let Some(key) = &self.key
            && !key.keep(tx, now, &self.account, &given).await?
        {
            return Err(Error::store("the same call was answered at the same time"));
        }
        Ok(given)
    }

    /// The receipt as it is given out.
    async fn sealed(&self, conn: &mut model::store::Conn, view: &View, receipt: &Receipt) -> Result<serde_json::Value> {
        let by = Sealing { signer: &self.signer, here: &self.here };
        let sealed = receipt::receipt(conn, &view.consultation, (&self.account).into(), receipt, self.clock.now(), &by);
        sealed.await
    }

    /// The version of the text that was read, if that is said: the one that stands.
    async fn read(&self, conn: &mut model::store::Conn, view: &View) -> Result<Option<i32>> {
        match &self.text {
            Some(sha256) => text::seen(conn, &view.consultation, sha256).await.map(Some),
            None => Ok(None),
        }
    }
}

/// Withdraw one's ballot
#[utoipa::path(
    delete, path = "/consultations/{slug}/ballot", tag = "ballot",
    responses((status = 204)), security(("token" = []))
)]
pub(super) async fn withdraw(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    app.limits.opinion(call.account.actor_id)?;
    let (mut doing, _) = call.begin(&app).await?;
    let view = consultation::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    ballot::withdraw(&mut doing.tx, doing.now, &view.consultation, doing.account.actor_id).await?;
    let answer = doing.deleted().await?;
    Ok(answer)
}

/// Why a ballot is removed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RemovedBecause {
    /// For everybody to read in the log.
    reason: String,
}

/// Remove a stuffed ballot, as a moderator: the voter is named as in the log and in `ballots.csv`
#[utoipa::path(
    delete, path = "/consultations/{slug}/ballots/{voter}", tag = "ballot", request_body = RemovedBecause,
    responses((status = 204)), security(("token" = []))
)]
pub(super) async fn remove(
    State(app): State<App>,
    Path((slug, voter)): Path<(String, String)>,
    call: Call<RemovedBecause>,
) -> Result<Response, Failure> {
    let (mut doing, because) = call.begin(&app).await?;
    let view = consultation::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    let here = here(&app, &mut doing.tx).await?;
    removal::remove(&mut doing.tx, doing.now, &view, &here, &voter, &because.reason).await?;
    let answer = doing.deleted().await?;
    Ok(answer)
}

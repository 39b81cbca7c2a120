//! Consultations: found, read, published, closed, deleted.

use std::collections::HashSet;

use axum::extract::{Path, State};
use axum::response::Response;
use model::clock::Instant;
use model::data::search::{self, Query};
use model::debate::consultation::catalogue::{self, Catalogue, Mark};
use model::debate::consultation::{self, Consultation, Phase, Sort, State as Stage};
use model::debate::forum::{self, Forum};
use model::error::Result;
use model::id::Id;
use model::people::account::Account;
use model::people::role::Act;
use model::store::Conn;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::call::{self, Call, Empty};
use super::face::Caller;
use super::list::{self, Asked, List};
use super::shown::Shown;
use super::{here, shape};
use crate::app::App;
use crate::error::Failure;

/// How many are read from the catalogue at once, to find those that are asked for.
const BATCH: i64 = 100;
/// How many consultations are found by their words at most, the latest.
const FOUND: i64 = 10_000;

/// Which consultations to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Sought {
    /// Of the forum with this slug.
    forum: Option<String>,
    /// Where they stand. Drafts are listed to those who may edit them.
    #[param(value_type = Option<shape::State>)]
    state: Option<Phase>,
    /// With this tag.
    tag: Option<String>,
    /// With these words in title, summary, brief, tags or text, in one form or another.
    #[param(max_length = 200)]
    q: Option<String>,
    /// In which order; latest published first by default.
    #[param(inline)]
    sort: Option<Order>,
    /// `next` of the page before.
    cursor: Option<String>,
    /// How many items, at most 100; 50 by default.
    limit: Option<u16>,
}

/// An order of consultations.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Order {
    /// Latest published first.
    Newest,
    /// Soonest to close first.
    Closing,
}

impl Sought {
    fn sort(&self) -> Sort {
        match self.sort {
            Some(Order::Closing) => Sort::Closing,
            Some(Order::Newest) | None => Sort::Newest,
        }
    }

    /// The states in which the clock's job may have left what stands where it is asked for.
    fn states(&self) -> Vec<Stage> {
        match self.state {
            None => Stage::ALL.to_vec(),
            Some(Phase::Draft) => vec![Stage::Draft],
            Some(Phase::Scheduled) => vec![Stage::Scheduled],
            Some(Phase::Open) => vec![Stage::Scheduled, Stage::Open],
            Some(Phase::Closed) => vec![Stage::Scheduled, Stage::Open, Stage::Closed],
            Some(Phase::Concluded) => vec![Stage::Concluded],
            Some(Phase::Cancelled) => vec![Stage::Cancelled],
            Some(Phase::Archived) => vec![Stage::Archived],
        }
    }

    fn fits(&self, it: &Consultation, words: Option<&Words>, now: Instant) -> bool {
        self.state.is_none_or(|state| state == it.phase(now))
            && self.tag.as_ref().is_none_or(|tag| {
                let tag = tag.trim_start_matches('#').to_lowercase();
                it.tags.0.iter().any(|t| t.to_lowercase() == tag)
            })
            && words.is_none_or(|words| words.are_in(it))
    }
}

/// The words sought, and the published consultations in which they stand.
struct Words {
    query: Query,
    found: HashSet<Id<Consultation>>,
}

impl Words {
    async fn of(conn: &mut Conn, typed: &str, forums: &[Forum]) -> Result<Self> {
        let query = Query::read(typed)?;
        let found = search::consultations(conn, forums, &query, FOUND).await?;
        Ok(Self { query, found })
    }

    /// Drafts are in no index: their titles and summaries are read here.
    fn are_in(&self, it: &Consultation) -> bool {
        match it.state {
            Stage::Draft => self.query.fits(&it.language, &format!("{} {}", it.title, it.summary)),
            _ => self.found.contains(&it.id),
        }
    }
}

/// List consultations
#[utoipa::path(
    get, path = "/consultations", tag = "consultations", params(Sought),
    responses((status = 200, body = List<Shown>))
)]
pub(super) async fn list(
    State(app): State<App>,
    Caller(account): Caller,
    Asked(sought): Asked<Sought>,
) -> Result<Response, Failure> {
    let now = app.now();
    let mut conn = app.store.conn().await?;
    let here = here(&app, &mut conn).await?;
    let mut forums = forum::list(&mut conn, account.as_ref()).await?;
    forums.retain(|forum| sought.forum.as_ref().is_none_or(|slug| *slug == forum.slug));
    let catalogue = Catalogue {
        forums: forums.iter().map(|forum| forum.id).collect(),
        drafts: drafts(&mut conn, &forums, account.as_ref()).await?,
        states: sought.states(),
        sort: sought.sort(),
    };
    let words = match &sought.q {
        Some(typed) => Some(Words::of(&mut conn, typed, &forums).await?),
        None => None,
    };
    let after = list::place(sought.cursor.as_deref())?.map(|(at, id)| Mark { at, id });
    let (found, next) =
        find(&mut conn, &catalogue, after, |it| sought.fits(it, words.as_ref(), now), list::limit(sought.limit))
            .await?;
    let items = Shown::all(&mut conn, &found, &forums, now, &here).await?;
    call::json(&List { items, next: next.map(|Mark { at, id }| list::cursor(at, id)) })
}

/// The forums whose drafts this account may edit.
async fn drafts(conn: &mut Conn, forums: &[Forum], account: Option<&Account>) -> Result<Vec<Id<Forum>>> {
    let mut edits = Vec::new();
    if account.is_some() {
        for forum in forums {
            if forum::standing(conn, forum, account).await?.may(Act::Author, Some(forum)).is_ok() {
                edits.push(forum.id);
            }
        }
    }
    Ok(edits)
}

/// One page of those that fit, and where the next begins.
async fn find(
    conn: &mut Conn,
    catalogue: &Catalogue,
    mut after: Option<Mark>,
    fits: impl Fn(&Consultation) -> bool,
    limit: usize,
) -> Result<(Vec<Consultation>, Option<Mark>)> {
    let mut found: Vec<Consultation> = Vec::new();
    loop {
        let batch = catalogue::page(conn, catalogue, after, BATCH).await?;
        let Some(last) = batch.last() else { return Ok((found, None)) };
        after = Some(Mark::of(last, catalogue.sort));
        for it in batch.into_iter().filter(&fits) {
            if found.len() == limit {
                let next = found.last().map(|last| Mark::of(last, catalogue.sort));
                return Ok((found, next));
            }
            found.push(it);
        }
    }
}

/// Read a consultation
#[utoipa::path(get, path = "/consultations/{slug}", tag = "consultations", responses((status = 200, body = Shown)))]
pub(super) async fn read(
    State(app): State<App>,
    Caller(account): Caller,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let here = here(&app, &mut conn).await?;
    let view = consultation::view(&mut conn, &slug, account.as_ref()).await?;
    call::json(&Shown::whole(&mut conn, &view.consultation, &view.forum, app.now(), &here).await?)
}

/// Publish a draft
#[utoipa::path(
    post, path = "/consultations/{slug}/publish", tag = "consultations", request_body = Empty,
    responses((status = 200, body = Shown)), security(("token" = []))
)]
pub(super) async fn publish(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    let (mut doing, _) = call.begin(&app).await?;
    let view = consultation::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    let it = consultation::publish(&mut doing.tx, doing.now, &view.standing, &view.forum, &view.consultation).await?;
    let here = here(&app, &mut doing.tx).await?;
    let shown = Shown::whole(&mut doing.tx, &it, &view.forum, doing.now, &here).await?;
    doing.changed(&shown).await
}

/// Close before the announced time
#[utoipa::path(
    post, path = "/consultations/{slug}/close", tag = "consultations", request_body = Empty,
    responses((status = 200, body = Shown)), security(("token" = []))
)]
pub(super) async fn close(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    let (mut doing, _) = call.begin(&app).await?;
    let view = consultation::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    let it = consultation::close(&mut doing.tx, doing.now, &view.standing, &view.forum, &view.consultation).await?;
    let here = here(&app, &mut doing.tx).await?;
    let shown = Shown::whole(&mut doing.tx, &it, &view.forum, doing.now, &here).await?;
    let answer = doing.changed(&shown).await?;
    app.pages.forget(&it.slug);
    Ok(answer)
}

/// Delete a draft
#[utoipa::path(
    delete, path = "/consultations/{slug}", tag = "consultations",
    responses((status = 204)), security(("token" = []))
)]
pub(super) async fn delete(
    State(app): State<App>,
    Path(slug): Path<String>,
    call: Call<Empty>,
) -> Result<Response, Failure> {
    let (mut doing, _) = call.begin(&app).await?;
    let view = consultation::view(&mut doing.tx, &slug, Some(&doing.account)).await?;
    consultation::delete(&mut doing.tx, doing.now, &view.standing, &view.forum, &view.consultation).await?;
    doing.deleted().await
}

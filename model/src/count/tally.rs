//! Totals, and who may see them. A tally changes only in the sequencer, as a function of the events in their order.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};

use super::electorate::Tier;
use super::log;
use super::method::{Choice, Method, Outcome};
use crate::clock::Instant;
use crate::debate::consultation::{Consultation, Phase};
use crate::error::{Error, Refusal, Result};
use crate::id::Id;
use crate::store::schema::{ballot_events, ballot_logs, tallies};
use crate::store::types::words;
use crate::store::{Conn, Json, on};

words! {
    /// When results show.
    pub enum Results {
        /// Always.
        Live = "live",
        /// To who has voted; to everybody at closing.
        AfterVote = "after_vote",
        /// To everybody at closing.
        AfterClose = "after_close",
    }
}

/// The counts of one tier.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// How many have a ballot that counts.
    pub voters: i64,
    /// How many chose each, and whatever else the method keeps ([`Method::counted`]); what is zero is missing.
    pub choices: BTreeMap<String, i64>,
}

/// The counts of all tiers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Counts(pub BTreeMap<Tier, Count>);

impl Counts {
    /// Takes a ballot in: to what it adds one, its method says ([`Method::counted`]).
    pub fn add(&mut self, tier: Tier, choice: &[String]) {
        self.shift(tier, choice, 1);
    }

    /// Takes so many ballots in that choose the same.
    pub fn add_times(&mut self, tier: Tier, choice: &[String], times: i64) {
        self.shift(tier, choice, times);
    }

    /// Takes a ballot out that was taken in before.
    pub fn remove(&mut self, tier: Tier, choice: &[String]) {
        self.shift(tier, choice, -1);
    }

    fn shift(&mut self, tier: Tier, choice: &[String], by: i64) {
        let count = self.0.entry(tier).or_default();
        count.voters += by;
        for id in choice {
            let times = count.choices.entry(id.clone()).or_default();
            *times += by;
            if *times == 0 {
                count.choices.remove(id);
            }
        }
    }
}

impl Count {
    /// How often it was chosen.
    #[must_use]
    pub fn of(&self, id: &str) -> i64 {
        self.choices.get(id).copied().unwrap_or(0)
    }
}

/// The tally of a consultation as kept.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = tallies)]
pub struct Tally {
    /// Of which consultation.
    pub consultation_id: Id<Consultation>,
    /// How many events it is a function of.
    pub size: i64,
    /// The counts.
    pub counts: Json<Counts>,
    /// When it last changed.
    pub at: Instant,
    /// When other servers were last told.
    pub sent_at: Option<Instant>,
}

/// The tally; an empty one before the first ballot.
///
/// # Errors
/// When the database fails.
pub async fn of(conn: &mut Conn, consultation: &Consultation) -> Result<Tally> {
    let kept =
        on!(conn, |c| tallies::table.find(consultation.id).select(Tally::as_select()).first(c).await.optional())?;
    Ok(kept.unwrap_or_else(|| empty(consultation.id, consultation.created_at)))
}

pub(super) fn empty(consultation: Id<Consultation>, at: Instant) -> Tally {
    Tally { consultation_id: consultation, size: 0, counts: Json(Counts::default()), at, sent_at: None }
}

/// Who looks at results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Viewer {
    /// Anybody: pages, API without a voter, files, feeds, the fediverse.
    Anybody,
    /// A signed-in voter whose ballot counts, on a page or call of its own.
    Voter,
}

/// Whether results may be seen. The one function that decides it, for every surface.
#[must_use]
pub fn visible(on: &Consultation, now: Instant, viewer: Viewer) -> bool {
    match on.phase(now) {
        Phase::Draft | Phase::Scheduled => false,
        Phase::Closed | Phase::Concluded | Phase::Cancelled | Phase::Archived => true,
        Phase::Open => match on.results {
            Results::Live => true,
            Results::AfterVote => viewer == Viewer::Voter,
            Results::AfterClose => false,
        },
    }
}

/// Refuses unless results may be seen.
///
/// # Errors
/// [`Refusal::ResultsHidden`].
pub fn require_visible(on: &Consultation, now: Instant, viewer: Viewer) -> Result<()> {
    if visible(on, now, viewer) { Ok(()) } else { Err(Refusal::ResultsHidden.into()) }
}

/// The results document (`contract.md`): every admitted tier and every choice, zeros too, in the consultation's order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// The consultation's phase.
    pub state: Phase,
    /// Whether the rest may be seen.
    pub visible: bool,
    /// Whether it can no longer change.
    #[serde(rename = "final")]
    pub is_final: bool,
    /// The official tier.
    pub official: Tier,
    /// The tiers in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tiers: Option<BTreeMap<Tier, TierResult>>,
    /// How far the log of events goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<LogHead>,
}

/// The results of a tier.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TierResult {
    /// How many have a ballot that counts.
    pub voters: i64,
    /// Each choice.
    pub choices: Vec<ChoiceResult>,
    /// What comes of it: mean, winner…
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// The result of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceResult {
    /// Its id.
    pub id: String,
    /// Its label.
    pub label: String,
    /// How many chose it.
    pub count: i64,
}

/// How far the public log of ballots goes, which these numbers are a function of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogHead {
    /// How many entries are counted.
    pub size: i64,
    /// The root of their tree, base64.
    pub root: String,
    /// When the last was counted.
    pub at: Instant,
}

/// What is counted of a consultation, to be shown to those who may see it ([`Counted::shown`]).
#[derive(Debug, Clone)]
pub struct Counted {
    tally: Tally,
    root: String,
    is_final: bool,
}

/// What is counted of `on`, whoever asks.
///
/// # Errors
/// When the database fails.
pub async fn counted(conn: &mut Conn, on: &Consultation) -> Result<Counted> {
    let is_final = on.closed_at.is_some() && waiting(conn, on.id).await? == 0;
    let (tally, root) = with_roots(conn, &[on]).await?.remove(&on.id).unzip();
    Ok(Counted::of(on, tally, root.flatten(), is_final))
}

/// The tally of each that has one, and the root of the log that it is a function of.
async fn with_roots(
    conn: &mut Conn,
    all: &[&Consultation],
) -> Result<HashMap<Id<Consultation>, (Tally, Option<String>)>> {
    let ids: Vec<_> = all.iter().map(|on| on.id).collect();
    let both =
        tallies::table.left_join(ballot_logs::table.on(ballot_logs::consultation_id.eq(tallies::consultation_id)));
    let kept: Vec<(Tally, Option<String>)> = on!(conn, |c| both
        .filter(tallies::consultation_id.eq_any(ids))
        .select((Tally::as_select(), ballot_logs::root.nullable()))
        .load(c)
        .await)?;
    Ok(kept.into_iter().map(|(tally, root)| (tally.consultation_id, (tally, root))).collect())
}

/// The results of each consultation as `viewer` may see them, in their order; in two statements, however many they are.
///
/// # Errors
/// When the database fails.
pub async fn results_of_each(
    conn: &mut Conn,
    all: &[Consultation],
    now: Instant,
    viewer: Viewer,
) -> Result<Vec<Document>> {
    let shown: Vec<&Consultation> = all.iter().filter(|on| visible(on, now, viewer)).collect();
    let closed: Vec<_> = shown.iter().filter(|on| on.closed_at.is_some()).map(|on| on.id).collect();
    let uncounted: Vec<Id<Consultation>> = if closed.is_empty() {
        Vec::new()
    } else {
        on!(conn, |c| ballot_events::table
            .filter(ballot_events::consultation_id.eq_any(closed).and(ballot_events::seq.is_null()))
            .select(ballot_events::consultation_id)
            .distinct()
            .load(c)
            .await)?
    };
    let mut tallies = if shown.is_empty() { HashMap::new() } else { with_roots(conn, &shown).await? };
    let of_one = |on: &Consultation| {
        let (tally, root) = tallies.remove(&on.id).unzip();
        let is_final = on.closed_at.is_some() && !uncounted.contains(&on.id);
        Counted::of(on, tally, root.flatten(), is_final).shown(on, now, viewer)
    };
    Ok(all.iter().map(of_one).collect())
}

/// The results of `on` as `viewer` may see them.
///
/// # Errors
/// When the database fails.
pub async fn results(conn: &mut Conn, on: &Consultation, now: Instant, viewer: Viewer) -> Result<Document> {
    if !visible(on, now, viewer) {
        return Ok(hidden(on, now));
    }
    Ok(counted(conn, on).await?.shown(on, now, viewer))
}

/// The results of what may not be seen.
fn hidden(on: &Consultation, now: Instant) -> Document {
    let (state, official) = (on.phase(now), on.electorate.0.official);
    Document { state, visible: false, is_final: false, official, tiers: None, log: None }
}

impl Counted {
    fn of(on: &Consultation, tally: Option<Tally>, root: Option<String>, is_final: bool) -> Self {
        Self {
            tally: tally.unwrap_or_else(|| empty(on.id, on.created_at)),
            root: root.unwrap_or_else(log::empty_root),
            is_final,
        }
    }

    /// The results of `on` as `viewer` may see them.
    #[must_use]
    pub fn shown(&self, on: &Consultation, now: Instant, viewer: Viewer) -> Document {
        if !visible(on, now, viewer) {
            return hidden(on, now);
        }
        let Self { tally, root, is_final } = self;
        let electorate = &on.electorate.0;
        let tiers = tiers(&on.method.0, &on.language, &electorate.tiers, &tally.counts.0);
        Document {
            state: on.phase(now),
            visible: true,
            is_final: *is_final,
            official: electorate.official,
            tiers: Some(tiers),
            log: Some(LogHead { size: tally.size, root: root.clone(), at: tally.at }),
        }
    }
}

/// What counts come to by a method: each of `admitted` and every choice, zeros too. Pure: the results are made by it, and
/// whoever recounts makes them again.
#[must_use]
pub fn tiers(method: &Method, language: &str, admitted: &[Tier], counts: &Counts) -> BTreeMap<Tier, TierResult> {
    let choices = method.choices(language);
    let of = |tier: &Tier| (*tier, result(method, &choices, counts.0.get(tier).unwrap_or(&Count::default())));
    admitted.iter().map(of).collect()
}

/// The result of a tier: a pure function of its counts.
#[must_use]
pub fn result(method: &Method, choices: &[Choice], count: &Count) -> TierResult {
    let of_one = |choice: &Choice| ChoiceResult {
        id: choice.id.clone(),
        label: choice.label.clone(),
        count: count.of(&choice.id),
    };
    TierResult {
        voters: count.voters,
        choices: choices.iter().map(of_one).collect(),
        outcome: method.outcome(choices, count),
    }
}

/// How many ballot events of a consultation are not yet counted.
///
/// # Errors
/// When the database fails.
pub async fn waiting(conn: &mut Conn, consultation: Id<Consultation>) -> Result<i64> {
    Ok(on!(conn, |c| ballot_events::table
        .filter(ballot_events::consultation_id.eq(consultation).and(ballot_events::seq.is_null()))
        .count()
        .get_result(c)
        .await)?)
}

/// Whether every ballot acknowledged before now is counted: what `/readyz` asks.
///
/// # Errors
/// When the database fails.
pub async fn is_settled(conn: &mut Conn, now: Instant, patience: Duration) -> Result<bool> {
    let late: Option<Id<super::ballot::Event>> = on!(conn, |c| ballot_events::table
        .filter(ballot_events::seq.is_null().and(ballot_events::at.lt(now.minus(patience))))
        .select(ballot_events::id)
        .first(c)
        .await
        .optional())?;
    Ok(late.is_none())
}

/// Notes that other servers were told the totals.
///
/// # Errors
/// When the database fails.
pub async fn mark_sent(conn: &mut Conn, now: Instant, consultation: Id<Consultation>) -> Result<()> {
    on!(conn, |c| diesel::update(tallies::table.find(consultation))
        .set(tallies::sent_at.eq(Some(now)))
        .execute(c)
        .await)?;
    Ok(())
}

/// Counts the ballots that stand, one by one: what the tally must equal. For checks, never for a page.
///
/// # Errors
/// When the database fails, or a tally differs from its ballots.
pub async fn recount(conn: &mut Conn, consultation: Id<Consultation>) -> Result<Counts> {
    use crate::store::schema::{ballots, consultations};
    let Json(method): Json<Method> =
        on!(conn, |c| consultations::table.find(consultation).select(consultations::method).first(c).await)?;
    let rows: Vec<(Tier, Json<Vec<String>>, i64)> = on!(conn, |c| ballots::table
        .filter(ballots::consultation_id.eq(consultation).and(ballots::withdrawn.eq(false)))
        .group_by((ballots::tier, ballots::choice))
        .select((ballots::tier, ballots::choice, diesel::dsl::count_star()))
        .load(c)
        .await)?;
    let mut counts = Counts::default();
    for (tier, Json(choice), times) in rows {
        counts.add_times(tier, &method.counted(&choice), times);
    }
    if counts.0.values().any(|c| c.voters < 0) {
        return Err(Error::store("a count below zero"));
    }
    Ok(counts)
}

//! What there is to do on this node today, for who administers it.

use std::time::Duration;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::page::{self, Name};
use super::punctuality::{self, Punctuality};
use super::{decision, mail, report, settings};
use crate::clock::Instant;
use crate::count::participation::{self, Span};
use crate::debate::consultation::{self, Consultation, Filter, Sort, State};
use crate::debate::{forum, held};
use crate::error::Result;
use crate::job;
use crate::people::account;
use crate::people::role::{Act, Standing};
use crate::store::schema::{accounts, lanes, mails};
use crate::store::{Conn, on};

/// How many of each are named or counted; past it there are simply many.
pub const MOST: i64 = 100;
/// What is told of the last days: so far back.
pub const LATELY: Duration = Duration::from_secs(30 * 24 * 3600);
/// What closes within this time is said to close soon.
const SOON: Duration = Duration::from_secs(3 * 24 * 3600);
/// A backup older than this is to be made anew.
pub const BACKUP_WITHIN: Duration = Duration::from_secs(7 * 24 * 3600);

/// So many wait, the oldest since then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    /// How many, at most [`MOST`].
    pub count: usize,
    /// Since when the oldest waits.
    pub since: Instant,
}

impl Queue {
    fn of(times: &[Instant]) -> Option<Self> {
        times.iter().min().map(|since| Self { count: times.len(), since: *since })
    }
}

/// What there is to do.
#[derive(Debug, Clone)]
pub struct Today {
    /// Closed, and no outcome published: the one longest closed first.
    pub awaiting: Vec<Consultation>,
    /// Open, and soon to close.
    pub closing: Vec<Consultation>,
    /// Written, and not published.
    pub drafts: Vec<Consultation>,
    /// Open and scheduled, as the table of the page shows them.
    pub running: Vec<Consultation>,
    /// Reports that nobody has decided on.
    pub reports: Option<Queue>,
    /// Comments that wait to be read.
    pub held: Option<Queue>,
    /// Appeals that nobody has answered.
    pub appeals: Option<Queue>,
    /// Newcomers that wait for approval.
    pub newcomers: usize,
    /// Pages that the institution has not written, or not to the end, in its own language.
    pub blank: Vec<Name>,
    /// How many mails were kept because no mail server is set.
    pub kept_mails: i64,
    /// Whether the node has a domain.
    pub has_domain: bool,
    /// How many jobs were given up.
    pub buried: i64,
    /// How many servers have not answered for a while.
    pub silent: i64,
    /// When a backup was last written.
    pub backup: Option<Instant>,
    /// When people took part [`LATELY`], where results may be seen.
    pub participation: Vec<Span>,
    /// How many people made an account [`LATELY`].
    pub arrivals: i64,
    /// How soon the moderators decided of late.
    pub punctuality: Punctuality,
}

/// What there is to do at `now`.
///
/// # Errors
/// When `by` may not administer the node.
pub async fn of(conn: &mut Conn, now: Instant, by: &Standing) -> Result<Today> {
    by.may(Act::Administer, None)?;
    let node = settings::node(conn).await?;
    let forums: Vec<_> = forum::list(conn, by.account.as_ref()).await?.into_iter().map(|forum| forum.id).collect();
    let filter =
        |states: &[State]| Filter { forums: forums.clone(), states: states.into(), limit: MOST, ..Filter::default() };
    let running = Filter { sort: Sort::Closing, ..filter(&[State::Open, State::Scheduled]) };
    let running = consultation::list(conn, &running).await?;
    let (ended, running): (Vec<_>, Vec<_>) = running.into_iter().partition(|it| it.phase(now).is_over());
    let mut awaiting = consultation::list(conn, &filter(&[State::Closed])).await?;
    awaiting.extend(ended);
    awaiting.sort_by_key(|it| it.answer_by.or(it.closed_at).or(it.closes_at));
    let soon = |it: &&Consultation| it.closes_at.is_some_and(|at| at <= now.plus(SOON));
    let waiting: i64 =
        on!(conn, |c| mails::table.filter(mails::state.eq(mail::State::Kept)).count().get_result(c).await)?;
    Ok(Today {
        closing: running.iter().filter(soon).cloned().collect(),
        running,
        awaiting,
        drafts: consultation::list(conn, &filter(&[State::Draft])).await?,
        reports: reports(conn).await?,
        held: Queue::of(
            &held::waiting(conn, None, None, MOST).await?.iter().map(|it| it.0.received_at).collect::<Vec<_>>(),
        ),
        appeals: appeals(conn).await?,
        newcomers: account::waiting(conn, None, MOST).await?.len(),
        blank: blank(conn, &node.language).await?,
        kept_mails: waiting,
        has_domain: node.domain.is_some(),
        buried: job::depth(conn).await?.1,
        silent: on!(conn, |c| lanes::table.filter(lanes::failing_since.is_not_null()).count().get_result(c).await)?,
        backup: settings::backed_up(conn).await?,
        participation: participation::lately(conn, now, forums, now.minus(LATELY)).await?,
        arrivals: on!(conn, |c| accounts::table
            .filter(accounts::created_at.ge(now.minus(LATELY)).and(accounts::official.eq(false)))
            .count()
            .get_result(c)
            .await)?,
        punctuality: punctuality::of(conn, now).await?,
    })
}

async fn reports(conn: &mut Conn) -> Result<Option<Queue>> {
    let open = report::open_in(conn, None, report::State::Open, None, MOST).await?;
    Ok(Queue::of(&open.iter().map(|it| it.created_at).collect::<Vec<_>>()))
}

async fn appeals(conn: &mut Conn) -> Result<Option<Queue>> {
    let open = decision::appeals(conn, None, MOST).await?;
    Ok(Queue::of(&open.iter().filter_map(|it| it.appealed_at).collect::<Vec<_>>()))
}

async fn blank(conn: &mut Conn, language: &str) -> Result<Vec<Name>> {
    let written = page::all(conn).await?;
    let filled = |name: Name| written.iter().any(|it| it.name == name && it.language == language && it.is_filled());
    Ok(Name::ALL.iter().copied().filter(|name| !filled(*name)).collect())
}

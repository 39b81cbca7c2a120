//! From what happened to notices, a page of people at a time.

use diesel_async::RunQueryDsl as _;

use super::{Kind, News, Notice, has_voted};
use crate::care::preference::{self, Preference, Rhythm};
use crate::care::{subscription, work};
use crate::clock::Instant;
use crate::debate::comment::{self, Comment};
use crate::debate::consultation::{self, Phase, View};
use crate::error::{Error, Result};
use crate::id::Id;
use crate::job::{self, Job, When};
use crate::people::account::{self, Account};
use crate::store::schema::notices;
use crate::store::{Conn, Tx, on};

/// How many people are told in one transaction.
const AT_ONCE: i64 = 50;

/// Somebody who was told just now and gets a mail at once.
#[derive(Debug, Clone)]
pub struct Told {
    /// Who.
    pub account: Account,
    /// What they want.
    pub preference: Preference,
    /// What they were told.
    pub notice: Notice,
    /// What it is about, as they see it.
    pub view: View,
    /// The reply.
    pub comment: Option<Comment>,
}

/// Tells the next people what happened; if there are more, a job of its own goes on after them. Answers those who are to get a
/// mail, which the caller writes in the same transaction. News of what is gone tell nobody.
///
/// # Errors
/// When the database fails.
pub async fn spread(tx: &mut Tx, now: Instant, news: &News, after: Option<Id<Account>>) -> Result<Vec<Told>> {
    match *news {
        News::Reply { comment } => reply(tx, now, news, comment).await,
        News::Opened { consultation } | News::Closing { consultation, .. } | News::Outcome { consultation } => {
            let on = consultation::by_id(tx, consultation).await?;
            let stale = match news {
                News::Closing { closes_at, .. } => on.closes_at != Some(*closes_at) || on.phase(now) != Phase::Open,
                News::Opened { .. } => on.phase(now) != Phase::Open,
                _ => false,
            };
            if stale {
                return Ok(Vec::new());
            }
            let people = subscription::followers(tx, &on, after, AT_ONCE).await?;
            let reached = i64::try_from(people.len()).unwrap_or(AT_ONCE);
            if reached == AT_ONCE {
                if after.is_none() {
                    let all = subscription::count(tx, &on).await?;
                    work::begin(tx, now, work::Kind::Mailing, &on.slug, all).await?;
                }
                let after = people.last().map(|(last, _)| last.id);
                job::enqueue(tx, now, Job::Notify { news: *news, after }, When::Now).await?;
            }
            work::advance(tx, now, work::Kind::Mailing, &on.slug, reached).await?;
            if reached < AT_ONCE {
                work::end(tx, now, work::Kind::Mailing, &on.slug).await?;
            }
            let mut told = Vec::new();
            for (account, directly) in people {
                let is_news_to = news.kind() != Kind::Closing || !has_voted(tx, on.id, &account).await?;
                if is_news_to {
                    told.extend(tell(tx, now, news, account, &on.slug, None, directly).await?);
                }
            }
            Ok(told)
        }
    }
}

async fn reply(tx: &mut Tx, now: Instant, news: &News, said: Id<Comment>) -> Result<Vec<Told>> {
    let said = comment::by_id(tx, said).await?;
    let Some(parent) = said.parent_id else { return Ok(Vec::new()) };
    let to = comment::by_id(tx, parent).await?;
    let on = consultation::by_id(tx, said.consultation_id).await?;
    if !comment::is_shown(&on, &said) {
        return Ok(Vec::new());
    }
    match account::by_actor(tx, to.actor_id).await {
        Ok(account) => Ok(tell(tx, now, news, account, &on.slug, Some(said), true).await?.into_iter().collect()),
        Err(Error::NotFound) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Tells one account, if it sees what this is about and was not told before.
async fn tell(
    tx: &mut Tx,
    now: Instant,
    news: &News,
    account: Account,
    slug: &str,
    comment: Option<Comment>,
    directly: bool,
) -> Result<Option<Told>> {
    if account.disabled_at.is_some() || account.confirmed_at.is_none() || account.waiting_since.is_some() {
        return Ok(None);
    }
    let view = match consultation::view(tx, slug, Some(&account)).await {
        Ok(view) => view,
        Err(Error::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    let preference = preference::ensure(tx, now, account.id).await?;
    let (at_once, later) = when(news.kind(), &preference, directly);
    let notice = Notice {
        id: Id::new(now),
        account_id: account.id,
        kind: news.kind(),
        mark: news.mark(),
        consultation_id: view.consultation.id,
        comment_id: comment.as_ref().map(|it| it.id),
        created_at: now,
        read_at: None,
        mailed_at: (!later).then_some(now),
    };
    let conn: &mut Conn = tx;
    let first =
        on!(conn, |c| diesel::insert_into(notices::table).values(&notice).on_conflict_do_nothing().execute(c).await)?;
    let mails = first == 1 && at_once && account.email.is_some();
    Ok(mails.then_some(Told { account, preference, notice, view, comment }))
}

/// Whether a mail goes out at once, or later in a digest. What is followed by itself and will not wait is told at once.
fn when(kind: Kind, wants: &Preference, directly: bool) -> (bool, bool) {
    let presses = directly && matches!(kind, Kind::Closing | Kind::Outcome);
    match (kind, wants.rhythm) {
        (Kind::Reply, _) => (wants.replies, false),
        (_, Rhythm::Never) => (false, false),
        (_, Rhythm::Each) => (true, false),
        (_, Rhythm::Daily | Rhythm::Weekly) => (presses, !presses),
    }
}

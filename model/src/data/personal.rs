//! All that a node holds of somebody, for that person: a file to take along (GDPR, article 15 and 20).

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};

use crate::address::Address;
use crate::care::notice::Notice;
use crate::care::{preference, report, subscription};
use crate::clock::Instant;
use crate::count::ballot::Ballot;
use crate::debate::comment::{self, Comment};
use crate::debate::forum;
use crate::debate::reaction::Reaction;
use crate::error::Result;
use crate::id::Id;
use crate::people::account::Account;
use crate::people::actor::Actor;
use crate::people::identity;
use crate::store::schema::{ballots, comments, consultations, notices, reactions};
use crate::store::{Conn, on};

/// The most of each kind in one file: more than anybody writes.
const MOST: i64 = 20_000;
/// The most earlier versions of a comment.
const VERSIONS: i64 = 1_000;

/// One page of the ballots that somebody cast, with the slug and title of each consultation; the latest first.
///
/// # Errors
/// When the database fails.
pub async fn ballots(
    conn: &mut Conn,
    voter: Id<Actor>,
    skip: i64,
    limit: i64,
) -> Result<Vec<(Ballot, Id<crate::debate::consultation::Consultation>)>> {
    Ok(on!(conn, |c| ballots::table
        .filter(ballots::actor_id.eq(voter))
        .order((ballots::changed_at.desc(), ballots::id.desc()))
        .offset(skip)
        .limit(limit)
        .select((Ballot::as_select(), ballots::consultation_id))
        .load(c)
        .await)?)
}

/// The file, as JSON.
///
/// # Errors
/// When the database fails.
pub async fn export(conn: &mut Conn, now: Instant, here: &Address, account: &Account) -> Result<Value> {
    let forums: Vec<Value> = forum::of_account(conn, account.id)
        .await?
        .into_iter()
        .map(|(forum, role)| json!({"forum": here.forum(&forum.slug), "title": forum.title, "role": role}))
        .collect();
    let identities: Vec<Value> = identity::of(conn, account.id)
        .await?
        .into_iter()
        .map(|it| json!({"provider": it.provider, "issuer": it.issuer, "subject": it.subject, "seen_at": it.seen_at}))
        .collect();
    let wanted = preference::of(conn, account.id).await?;
    Ok(json!({
        "made_at": now,
        "node": here.node(),
        "account": account.shown(here),
        "identities": identities,
        "mail": {"news": wanted.rhythm, "replies": wanted.replies, "receipts": wanted.receipts},
        "forums": forums,
        "follows": follows(conn, here, account).await?,
        "ballots": votes(conn, here, account).await?,
        "comments": words(conn, here, account).await?,
        "opinions": opinions(conn, here, account).await?,
        "reports": reports(conn, account).await?,
        "notifications": told(conn, here, account).await?,
    }))
}

async fn follows(conn: &mut Conn, here: &Address, account: &Account) -> Result<Vec<Value>> {
    let followed = subscription::of_account(conn, account).await?;
    let one = |it: subscription::Followed| {
        let uri = match &it.consultation {
            Some(on) => here.consultation(&on.slug),
            None => here.forum(&it.forum.slug),
        };
        json!({"uri": uri, "since": it.since})
    };
    Ok(followed.into_iter().map(one).collect())
}

async fn votes(conn: &mut Conn, here: &Address, account: &Account) -> Result<Vec<Value>> {
    let rows: Vec<(Ballot, String)> = on!(conn, |c| ballots::table
        .inner_join(consultations::table)
        .filter(ballots::actor_id.eq(account.actor_id))
        .order((ballots::cast_at, ballots::id))
        .limit(MOST)
        .select((Ballot::as_select(), consultations::slug))
        .load(c)
        .await)?;
    let one = |(ballot, slug): (Ballot, String)| {
        json!({
            "ballot": ballot.id,
            "consultation": here.consultation(&slug),
            "choice": ballot.choice.0,
            "tier": ballot.tier,
            "revision": ballot.revision,
            "text_version": ballot.text_version,
            "withdrawn": ballot.withdrawn,
            "cast_at": ballot.cast_at,
            "changed_at": ballot.changed_at,
        })
    };
    Ok(rows.into_iter().map(one).collect())
}

async fn words(conn: &mut Conn, here: &Address, account: &Account) -> Result<Vec<Value>> {
    let rows: Vec<(Comment, String)> = on!(conn, |c| comments::table
        .inner_join(consultations::table)
        .filter(comments::actor_id.eq(account.actor_id))
        .order(comments::id)
        .limit(MOST)
        .select((Comment::as_select(), consultations::slug))
        .load(c)
        .await)?;
    let mut all = Vec::with_capacity(rows.len());
    for (said, slug) in rows {
        let earlier =
            if said.updated_at.is_some() { comment::versions(conn, said.id, 0, VERSIONS).await? } else { Vec::new() };
        let earlier: Vec<Value> =
            earlier.into_iter().map(|it| json!({"text": it.markdown, "written_at": it.written_at})).collect();
        all.push(json!({
            "uri": here.comment(&slug, said.id),
            "consultation": here.consultation(&slug),
            "parent": said.parent_id,
            "text": said.markdown,
            "language": said.language,
            "stance": said.stance,
            "article": said.article,
            "state": said.state,
            "reason": said.reason,
            "published": said.published_at,
            "updated": said.updated_at,
            "earlier": earlier,
        }));
    }
    Ok(all)
}

async fn opinions(conn: &mut Conn, here: &Address, account: &Account) -> Result<Vec<Value>> {
    let rows: Vec<(Reaction, String)> = on!(conn, |c| reactions::table
        .inner_join(comments::table.inner_join(consultations::table))
        .filter(reactions::actor_id.eq(account.actor_id))
        .order(reactions::comment_id)
        .limit(MOST)
        .select((Reaction::as_select(), consultations::slug))
        .load(c)
        .await)?;
    let one = |(reaction, slug): (Reaction, String)| json!({"comment": here.comment(&slug, reaction.comment_id), "value": reaction.value, "at": reaction.at});
    Ok(rows.into_iter().map(one).collect())
}

async fn reports(conn: &mut Conn, account: &Account) -> Result<Vec<Value>> {
    let filed = report::of_reporter(conn, account.actor_id, MOST).await?;
    let one = |it: report::Report| json!({"target": it.target, "reason": it.reason, "text": it.text, "state": it.state, "at": it.created_at});
    Ok(filed.into_iter().map(one).collect())
}

async fn told(conn: &mut Conn, here: &Address, account: &Account) -> Result<Vec<Value>> {
    let rows: Vec<(Notice, String)> = on!(conn, |c| notices::table
        .inner_join(consultations::table.on(consultations::id.eq(notices::consultation_id)))
        .filter(notices::account_id.eq(account.id))
        .order(notices::id)
        .limit(MOST)
        .select((Notice::as_select(), consultations::slug))
        .load(c)
        .await)?;
    let one = |(notice, slug): (Notice, String)| {
        json!({"kind": notice.kind, "consultation": here.consultation(&slug), "comment": notice.comment_id,
            "at": notice.created_at, "read_at": notice.read_at})
    };
    Ok(rows.into_iter().map(one).collect())
}

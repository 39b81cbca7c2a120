//! Reporting something to the server from which it came: in the shape that its software reads, and without the reporter's
//! name.

use model::care::report::{self, Reason, Report};
use model::debate::{comment, forum};
use model::error::{Error, Result};
use model::id::Id;
use model::people::actor;
use serde::Deserialize;
use serde_json::{Value, json};
use url::Url;

use super::send_once;
use crate::app::{App, Outing};
use crate::guard;
use crate::objects::actor::mark;
use crate::wire::{context, lenient};

/// Software that takes one address, and the forum in `to`; all other takes a list of the author and the object.
const ONE_ADDRESS: [&str; 3] = ["lemmy", "piefed", "mbin"];

/// Sends the `Flag`.
pub(super) async fn tell(app: &App, id: Id<Report>) -> Result<()> {
    let mut conn = app.store.conn().await?;
    let report = report::by_id(&mut conn, id).await?;
    let said = comment::by_id(&mut conn, report.comment_id.ok_or(Error::NotFound)?).await?;
    let author = actor::by_id(&mut conn, said.actor_id).await?;
    let forum = forum::by_id(&mut conn, report.forum_id.ok_or(Error::NotFound)?).await?;
    let (node, official) = (actor::node(&mut conn).await?, forum::official(&mut conn, &forum).await?);
    drop(conn);
    let (Some(author_uri), Some(inbox)) = (author.uri.clone(), author.delivery_inbox().map(str::to_owned)) else {
        return Err(Error::NotFound);
    };
    let by_group = software(app, &author_uri).await?.is_some_and(|name| ONE_ADDRESS.contains(&name.as_str()));
    let signer = if by_group { official } else { node };
    let us = signer.uri(&app.address).ok_or(Error::NotFound)?;
    let uri = format!("{us}#flags/{}", mark(&format!("{}", report.id)));
    let mut flag = json!({"@context": context::plain(), "id": uri, "type": "Flag", "actor": us});
    let words = words(&report);
    if by_group {
        let forum = app.address.forum(&forum.slug);
        flag["object"] = json!(report.target);
        flag["summary"] = json!(words);
        flag["to"] = json!([forum]);
        flag["audience"] = json!(forum);
    } else {
        flag["object"] = json!([author_uri, report.target]);
        flag["content"] = json!(words);
    }
    let mut tx = app.store.begin().await?;
    send_once(&mut tx, app.now(), signer.id, &uri, &flag.to_string(), &[inbox]).await?;
    tx.commit().await
}

fn words(report: &Report) -> String {
    match report.reason {
        Reason::Other => report.text.clone(),
        reason if report.text.is_empty() => reason.to_string(),
        reason => format!("{reason}: {}", report.text),
    }
}

/// The links of a server's `/.well-known/nodeinfo`.
#[derive(Deserialize)]
struct Links {
    #[serde(default, deserialize_with = "lenient::many")]
    links: Vec<Link>,
}

#[derive(Deserialize)]
struct Link {
    href: Url,
}

/// What the server of an address runs, as its NodeInfo says; none if it does not.
async fn software(app: &App, of: &str) -> Result<Option<String>> {
    let Ok(of) = of.parse::<Url>() else { return Ok(None) };
    let outing = app.outing().await?;
    let name = named(app, &outing, &of).await;
    Ok(name.map(|name| name.to_lowercase()))
}

async fn named(app: &App, outing: &Outing, of: &Url) -> Option<String> {
    let accept = "application/json";
    let links = of.join("/.well-known/nodeinfo").ok()?;
    let links: Links = app.fetcher.json(&links, accept, &outing.budget).await.ok()?;
    let link = links.links.into_iter().find(|link| guard::authority(&link.href) == guard::authority(of))?;
    let told: Value = app.fetcher.json(&link.href, accept, &outing.budget).await.ok()?;
    told["software"]["name"].as_str().map(str::to_owned)
}

//! `Flag`: something of ours is reported, in the shape of Mastodon (the server itself, a list of addresses, `content`) or of
//! Lemmy (a person, one address, `summary`).

use model::address::Local;
use model::care::report::{self, TARGETS_MOST, Target};
use model::debate::comment;
use model::debate::{forum, text};
use model::error::{Error, Result};
use model::store::Conn;
use url::Url;

use super::create::place;
use super::{Delivery, Rejection, Taken, first, settle};
use crate::app::App;
use crate::guard;
use crate::wire::lenient;

pub(super) async fn flag(app: &App, delivery: &Delivery) -> Result<Taken, Rejection> {
    let activity = &delivery.activity;
    let host = guard::authority(&activity.actor).unwrap_or_default();
    if app.gate.treatment(&host).await?.reject_reports {
        return Ok(Taken::Ignored("reports-rejected"));
    }
    let mut conn = app.store.conn().await?;
    let mut targets = Vec::new();
    for id in lenient::ids_of(&activity.object).iter().take(TARGETS_MOST) {
        match target(&mut conn, app, id).await {
            Ok(target) => targets.push(target),
            Err(Error::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    drop(conn);
    // Mastodon names the author beside what they wrote
    if targets.iter().any(|target| target.consultation.is_some()) {
        targets.retain(|target| target.consultation.is_some());
    }
    if targets.is_empty() {
        return Ok(Taken::Ignored("elsewhere"));
    }
    let words = activity.content.as_deref().or(activity.summary.as_deref()).unwrap_or_default();
    let Some((mut tx, sender)) = first(app, delivery).await? else {
        return Ok(Taken::Again);
    };
    let uri = activity.id.as_str();
    let done = report::receive(&mut tx, app.now(), &sender, uri, targets, &text::plain(words)).await;
    settle(app, delivery, tx, done).await
}

/// What an address names that stands here and may be spoken of.
async fn target(conn: &mut Conn, app: &App, id: &Url) -> Result<Target> {
    let uri = id.to_string();
    match app.address.parse(id.as_str()) {
        Some(Local::Person(name)) => {
            crate::document::public_person(app, &name).await?;
            Ok(Target { uri, ..Target::default() })
        }
        Some(Local::Forum(slug)) => {
            let (forum, _) = crate::document::public_forum(app, &slug).await?;
            Ok(Target { uri, forum: Some(forum.id), ..Target::default() })
        }
        Some(Local::Node) => Err(Error::NotFound),
        _ => {
            let place = place(conn, app, id.as_str()).await?;
            let comment = place.parent;
            if let Some(id) = comment
                && comment::by_id(conn, id).await?.state != comment::State::Visible
            {
                return Err(Error::NotFound);
            }
            let forum = forum::by_id(conn, place.on.forum_id).await?;
            Ok(Target { uri, forum: Some(forum.id), consultation: Some(place.on.id), comment })
        }
    }
}

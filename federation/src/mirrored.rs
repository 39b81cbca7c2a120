//! Copies of what other servers publish, as they are kept here.

use model::debate::text;
use model::error::{Error, Result};
use model::id::Id;
use model::job::{self, Job, When};
use model::network::mirror::{self, How, Kind, Mirror};
use model::network::{erasure, terms};
use model::people::actor::{self, Actor};
use model::store::{Conn, Json, Tx};
use serde_json::Value;
use url::Url;

use crate::app::App;
use crate::remote::cut;
use crate::wire::{Object, lenient};
use crate::{guard, reading, remote};

/// The longest title that is kept, in characters.
const MAX_TITLE: usize = 300;
/// The longest summary that is kept, in characters.
const MAX_SUMMARY: usize = 2_000;
/// The longest language tag that is kept, in characters.
const MAX_LANGUAGE: usize = 35;

/// What kind of copy an object makes; none of one that is not kept.
pub(crate) fn kind(object: &Object) -> Option<Kind> {
    match object.kind.as_str() {
        "Page" | "Article" => Some(Kind::Page),
        "Question" => Some(Kind::Question),
        "Note" if object.in_reply_to.is_some() => Some(Kind::Note),
        "Note" => Some(Kind::Page),
        _ => None,
    }
}

/// Keeps or renews the copy of an object that came through the forum `group`, or another before.
///
/// # Errors
/// [`Error::NotFound`] for a kind that is not kept.
pub(crate) async fn keep(
    app: &App,
    tx: &mut Tx,
    group: Id<Actor>,
    author: Id<Actor>,
    object: &Object,
    document: Value,
) -> Result<Mirror> {
    let before = mirror::any_by_uri(tx, object.id.as_str()).await?;
    let updated_at = remote::time(object.updated.as_deref());
    if let Some(kept) = before.as_ref().filter(|kept| kept.updated_at.is_some() && updated_at < kept.updated_at) {
        // an answer that was under way while a later one came
        return Ok(kept.clone());
    }
    let renewed = before.is_some();
    let group = before.as_ref().and_then(|copy| copy.group_id).unwrap_or(group);
    let copy = read(app, tx, group, author, object, document).await?;
    let earlier = before.filter(|it| !it.is_gone() && it.kind == Kind::Page && it.html != copy.html);
    if let Some(earlier) = earlier {
        mirror::keep_version(tx, app.now(), &earlier).await?;
    }
    mirror::keep(tx, &copy).await?;
    let asks = copy.kind == Kind::Page && copy.slug.is_some() && copy.document.0["consultation"]["tally"].is_string();
    if asks {
        job::enqueue(tx, app.now(), Job::Verify { page: copy.uri.clone() }, When::Now).await?;
    }
    if renewed {
        recounted(app, tx, &copy).await?;
    }
    let said = |name: &str| copy.document.0.get(name).and_then(Value::as_str);
    let license = copy.document.0.get("license").and_then(lenient::id_of);
    terms::note(tx, &copy.uri, remote::time(said("retainUntil")), license.as_ref().map(Url::as_str)).await?;
    Ok(copy)
}

/// The copy of an object as it is to be kept.
///
/// # Errors
/// [`Error::NotFound`] for a kind that is not kept.
pub(crate) async fn read(
    app: &App,
    conn: &mut Conn,
    group: Id<Actor>,
    author: Id<Actor>,
    object: &Object,
    document: Value,
) -> Result<Mirror> {
    let kind = kind(object).ok_or(Error::NotFound)?;
    Ok(Mirror {
        id: Id::new(app.now()),
        uri: object.id.to_string(),
        kind,
        host: guard::authority(&object.id).ok_or(Error::NotFound)?,
        slug: if kind == Kind::Note { None } else { slug(&object.id) },
        group_id: Some(group),
        author_id: Some(author),
        root_uri: if kind == Kind::Page { None } else { root(conn, object, kind).await? },
        parent_uri: object.in_reply_to.as_ref().map(ToString::to_string),
        title: text::line(&text::plain(object.name.as_deref().unwrap_or_default()), MAX_TITLE),
        summary: text::line(&text::plain(object.summary.as_deref().unwrap_or_default()), MAX_SUMMARY),
        html: reading::html(conn, &app.address, None, object).await?,
        language: object.language().map(|language| cut(language, MAX_LANGUAGE)),
        document: Json(document),
        published_at: remote::time(object.published.as_deref()).unwrap_or_else(|| app.now()),
        updated_at: remote::time(object.updated.as_deref()),
        received_at: app.now(),
    })
}

/// Empties the copy of what is gone at its origin, which gets a receipt. False if there is no copy.
///
/// # Errors
/// When the database fails.
pub(crate) async fn end(app: &App, tx: &mut Tx, uri: &str, how: How, reason: Option<&str>) -> Result<bool> {
    let author = mirror::by_uri(tx, uri).await?.and_then(|copy| copy.author_id);
    let there = mirror::end(tx, app.now(), uri, how, reason).await?;
    if let Some(author) = author {
        let author = actor::by_id(tx, author).await?;
        erasure::note(tx, app.now(), uri, &author).await?;
    }
    Ok(there)
}

/// New totals of a ballot are a reason to count again: whoever hears of a forum through another one alone is told no `Tally`.
async fn recounted(app: &App, tx: &mut Tx, ballot: &Mirror) -> Result<()> {
    let Some(page) = ballot.root_uri.as_deref().filter(|_| ballot.kind == Kind::Question) else { return Ok(()) };
    match mirror::by_uri(tx, page).await? {
        Some(page) if page.document.0["consultation"]["tally"].is_string() => {
            job::enqueue(tx, app.now(), Job::Verify { page: page.uri }, When::Now).await
        }
        _ => Ok(()),
    }
}

/// The Page of a thread: that of what is answered, or, as a node of our kind says, what its context is named after.
async fn root(conn: &mut Conn, object: &Object, kind: Kind) -> Result<Option<String>> {
    let answered = object.in_reply_to.as_ref().filter(|_| kind == Kind::Note);
    if let Some(answered) = answered
        && let Some(above) = mirror::any_by_uri(conn, answered.as_str()).await?
    {
        return Ok(above.root_uri.or(Some(above.uri)));
    }
    let named = object.context.as_ref().and_then(|context| context.as_str().strip_suffix("/context"));
    Ok(named.map(str::to_owned).or_else(|| answered.map(ToString::to_string)))
}

/// The slug of a consultation on a node of our kind: `/c/SLUG` or `/c/SLUG/ballot`.
fn slug(id: &Url) -> Option<String> {
    let mut parts = id.path_segments()?;
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("c"), Some(slug), None | Some("ballot"), None) if !slug.is_empty() => Some(slug.to_owned()),
        _ => None,
    }
}

//! Asking the origin of a consultation again: whether it still says what is kept of it here, and whether what is kept is what
//! its author signed. What was altered where it is kept is found out so, and what was signed stands there again.

use std::time::Duration;

use model::count::log::verify::keys_of;
use model::error::{Error, Result};
use model::id::Id;
use model::job::{self, Job, Outcome, When};
use model::network::backfill::{Backfill, Step};
use model::network::mirror::{self, How, Kind, Mirror};
use model::network::{elsewhere, fidelity, relay};
use model::people::actor::{self, Actor};
use model::store::Conn;
use serde_json::Value;
use url::Url;

use crate::app::App;
use crate::wire::{self, Object};
use crate::{backfill, mirrored};

/// How long the origins of comments have to say what these are.
const AGAIN: Duration = Duration::from_secs(10);

/// What was found: the account of it, and the copies as they are to be.
#[derive(Default)]
struct Found {
    detail: Option<String>,
    /// Those that can be put right from what is signed.
    signed: Vec<Mirror>,
    /// Whether the consultation itself holds, or can be put right so.
    whole: bool,
    /// The comments that cannot: their own origins are asked.
    lost: Vec<String>,
}

/// Looks at a consultation, here and at its origin.
pub(crate) async fn run(app: &App, page: &str) -> Result<Outcome> {
    let mut conn = app.store.conn().await?;
    let Some(kept) = mirror::by_uri(&mut conn, page).await? else { return Ok(Outcome::Done) };
    let author = actor::by_id(&mut conn, kept.author_id.ok_or(Error::NotFound)?).await?;
    let mut found = held(app, &mut conn, &kept, &author).await?;
    let over = elsewhere::by_uri(&mut conn, page).await.is_ok_and(|on| on.phase(app.now()).is_over());
    drop(conn);
    let said = asked(app, &kept).await?;
    let mut tx = app.store.begin().await?;
    if matches!(said, Said::Gone) {
        mirrored::end(app, &mut tx, page, How::Deleted, None).await?;
        relay::gone(&mut tx, app.now(), page, None).await?;
        return tx.commit().await.map(|()| Outcome::Done);
    }
    if let Some(detail) = &found.detail {
        tracing::error!(page, detail, "what is kept of a consultation is not what its origin signed");
        metrics::counter!("palabre_mirror_altered_total").increment(1);
    }
    for copy in &found.signed {
        mirror::keep(&mut tx, copy).await?;
    }
    if let Said::So(object, document) = said
        && (document != kept.document.0 || !found.whole)
        && object.attributed_to.as_ref().map(Url::as_str) == author.uri.as_deref()
    {
        let group = kept.group_id.unwrap_or(author.id);
        let fresh = mirrored::read(app, &mut tx, group, author.id, &object, document.clone()).await?;
        if found.detail.is_some() {
            // what was altered is no earlier text of it
            mirror::keep(&mut tx, &fresh).await?;
            found.whole = true;
        } else {
            mirrored::keep(app, &mut tx, group, author.id, &object, document).await?;
        }
    }
    if !found.lost.is_empty() {
        let steps = found.lost.iter().cloned().map(Step::Post).collect();
        backfill::begin(&mut tx, app.now(), Backfill::of(page, kept.group_id, steps)).await?;
        // Once they were asked, it is looked whether all is right: soon, but not again and again.
        if fidelity::fault(&mut tx, page).await?.is_none_or(|before| before.restored) {
            let soon = When::At(app.now().plus(AGAIN));
            job::enqueue(&mut tx, app.now(), Job::Revisit { page: page.to_owned() }, soon).await?;
        }
    }
    let next = app.now().plus(if over { fidelity::OVER } else { fidelity::OPEN });
    let whole = found.whole && found.lost.is_empty();
    let found = found.detail.as_deref().map(|detail| (detail, whole));
    fidelity::settle(&mut tx, app.now(), page, found, next).await?;
    tx.commit().await.map(|()| Outcome::Done)
}

/// What the origin answers.
enum Said {
    /// The object.
    So(Box<Object>, Value),
    /// That it is gone.
    Gone,
    /// Nothing that tells anything.
    Nothing,
}

async fn asked(app: &App, kept: &Mirror) -> Result<Said> {
    let Ok(at) = kept.uri.parse::<Url>() else { return Ok(Said::Nothing) };
    if !app.speaks_to(&kept.host).await? {
        return Ok(Said::Nothing);
    }
    let outing = app.outing().await?;
    Ok(match app.fetcher.value(&at, outing.signer(), &outing.budget).await {
        Ok(document) if document["type"] == "Tombstone" => Said::Gone,
        Ok(document) => match wire::typed::<Object>(document.clone()) {
            Ok(object) if object.id == at => Said::So(Box::new(object), document),
            _ => Said::Nothing,
        },
        // 404 may be a server that is being set up again: only what it says it has removed is
        Err(crate::fetch::Error::Status(_, 410)) => Said::Gone,
        Err(_) => Said::Nothing,
    })
}

/// Holds what is kept of a consultation and of its comments against what their authors signed.
async fn held(app: &App, conn: &mut Conn, page: &Mirror, author: &Actor) -> Result<Found> {
    let mut found = Found { whole: true, ..Found::default() };
    judge(app, conn, page, author, &mut found).await?;
    let thread = mirror::thread(conn, &page.host, page.slug.as_deref().unwrap_or_default()).await?;
    for (copy, author) in &thread.comments {
        if let Some(author) = author.as_ref().filter(|author| !author.is_local()) {
            judge(app, conn, copy, author, &mut found).await?;
        }
    }
    Ok(found)
}

async fn judge(app: &App, conn: &mut Conn, copy: &Mirror, author: &Actor, found: &mut Found) -> Result<()> {
    let keys: Vec<_> = author.document.as_ref().map(|it| keys_of(&it.0).collect()).unwrap_or_default();
    let unsigned = fidelity::unsigned(&copy.document.0, &keys);
    let object = wire::typed::<Object>(copy.document.0.clone()).ok().filter(|it| it.id.as_str() == copy.uri);
    let signed = match object {
        Some(object) => Some(again(app, conn, copy, author.id, &object).await?),
        None => None,
    };
    let differs = match &signed {
        Some(signed) => fidelity::differs(copy, signed),
        None => Some("it is no object of that name"),
    };
    if let Some(why) = unsigned.or(differs) {
        found.detail.get_or_insert_with(|| format!("{}: {why}", copy.uri));
        match signed.filter(|_| unsigned.is_none()) {
            Some(signed) => found.signed.push(signed),
            None if copy.kind == Kind::Note => found.lost.push(copy.uri.clone()),
            None => found.whole = false,
        }
    }
    Ok(())
}

/// The copy as its document has it.
async fn again(app: &App, conn: &mut Conn, copy: &Mirror, author: Id<Actor>, object: &Object) -> Result<Mirror> {
    let group = copy.group_id.unwrap_or(author);
    let read = mirrored::read(app, conn, group, author, object, copy.document.0.clone()).await?;
    Ok(Mirror { received_at: copy.received_at, ..read })
}

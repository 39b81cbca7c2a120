//! Bringing what is missing of a thread: up by `inReplyTo` to what is known, then down by `context` (FEP-7888, FEP-f228), or
//! where there is none by `replies`. Each post is fetched where it lives, under its own name.

use model::care::work;
use model::clock::Instant;
use model::error::Result;
use model::id::Id;
use model::job::{self, Claim, Job, Outcome, When};
use model::network::backfill::{self, Announced, Backfill, Step};
use model::network::follow;
use model::network::mirror::{self, How, Kind, Mirror, Vacant};
use model::people::actor::{self, Actor};
use model::store::Tx;
use serde_json::Value;
use url::Url;

use crate::app::{App, Outing};
use crate::fetch::{Error as Unfetched, FETCHES_PER_ACTIVITY};
use crate::inbox::fetched_comment;
use crate::wire::{self, Object, lenient};
use crate::{guard, mirrored, reading, relay, remote};

/// How many entries of a page of a collection are looked at.
const ENTRIES_MOST: usize = 100;
/// How often a server that does not answer is asked again.
const TRIES: u32 = 16;
/// What a server answers of something that is gone (RFC 9110); a `Tombstone` says the same.
const GONE: u16 = 410;

/// Has a thread completed, once at a time.
pub(crate) async fn begin(tx: &mut Tx, now: Instant, search: Backfill) -> Result<()> {
    job::enqueue(tx, now, Job::Backfill { backfill: search }, When::Now).await
}

/// What is to be looked for beside a copy that has just been kept: the rest of its thread, if it is new here, or what it answers.
pub(crate) async fn beside(app: &App, tx: &mut Tx, object: &Object, copy: &Mirror) -> Result<Option<Backfill>> {
    let mut search = Backfill::of(&copy.uri, copy.group_id, Vec::new());
    match (copy.kind, &copy.parent_uri) {
        (Kind::Page, _) if copy.updated_at.is_none() => down(app, &mut search, object, &copy.document.0),
        (Kind::Note, Some(above)) if mirror::any_by_uri(tx, above).await?.is_none() => {
            search.first([Step::Post(above.clone()), Step::Child(copy.uri.clone())]);
        }
        _ => {}
    }
    Ok((!search.waiting.is_empty()).then_some(search))
}

/// Goes on with a search: one page of a collection, or a few posts; then the rest is another job.
pub(crate) async fn go_on(app: &App, claim: &Claim, mut search: Backfill) -> Result<Outcome> {
    let outing = app.outing().await?;
    for fetched in 1..=FETCHES_PER_ACTIVITY {
        let before = search.clone();
        let Some(step) = search.step() else { break };
        match look(app, &outing, &mut search, &step).await? {
            Ok(()) => {}
            // only the first: what was found in this round is kept, and looked at no more
            Err(error) if error.may_pass() && fetched == 1 && claim.attempts + 1 < TRIES => {
                let next = job::back_off(app.now(), app.settings.retry_first, claim.attempts, job::chance());
                return Ok(Outcome::Later(next, error.to_string()));
            }
            Err(Unfetched::Budget) => {
                search = before;
                break;
            }
            Err(error) => missed(app, &mut search, &step, &error).await?,
        }
        if matches!(step, Step::Collection(_)) {
            break;
        }
    }
    let mut tx = app.store.begin().await?;
    let now = app.now();
    if !search.waiting.is_empty() && search.left > 0 {
        let (done, total) = search.reached();
        work::reach(&mut tx, now, work::Kind::Thread, &search.root, done, total).await?;
        begin(&mut tx, now, search).await?;
    } else {
        work::end(&mut tx, now, work::Kind::Thread, &search.root).await?;
    }
    tx.commit().await?;
    Ok(Outcome::Done)
}

/// Something could not be had. If it is gone at its origin and a copy is kept of it, the copy is emptied.
async fn missed(app: &App, search: &mut Backfill, step: &Step, error: &Unfetched) -> Result<()> {
    tracing::info!(at = step.at(), %error, "a part of a thread could not be had");
    let Step::Post(at) = step else { return Ok(()) };
    if !error.is_gone() {
        return Ok(());
    }
    search.miss(at);
    if mirror::by_uri(&mut app.store.conn().await?, at).await?.is_none() {
        return Ok(());
    }
    let mut tx = app.store.begin().await?;
    mirrored::end(app, &mut tx, at, How::Deleted, None).await?;
    model::network::relay::gone(&mut tx, app.now(), at, None).await?;
    tx.commit().await
}

type Looked = std::result::Result<(), Unfetched>;

async fn look(app: &App, outing: &Outing, search: &mut Backfill, step: &Step) -> Result<Looked> {
    let Ok(at) = step.at().parse::<Url>() else { return Ok(Ok(())) };
    let host = guard::authority(&at).unwrap_or_default();
    if !app.speaks_to(&host).await? {
        return Ok(Ok(()));
    }
    let document = match app.fetcher.value(&at, outing.signer(), &outing.budget).await {
        Ok(document) => document,
        Err(error) => return Ok(Err(error)),
    };
    match step {
        Step::Collection(_) => {
            if let Some(group) = search.group {
                whole(app, outing, group, &at, &document).await?;
            }
            turn_page(app, search, &at, &document).await.map(Ok)
        }
        Step::Post(_) | Step::Child(_) if document["type"] == "Tombstone" => Ok(Err(Unfetched::Status(at, GONE))),
        Step::Post(_) | Step::Child(_) => {
            let climbed = matches!(step, Step::Child(_));
            match wire::typed::<Object>(document.clone()) {
                Ok(object) => post(app, outing, search, (object, document), climbed).await,
                Err(malformed) => Ok(Err(Unfetched::Malformed(at, malformed))),
            }
        }
    }
}

/// Notes what a page names and where the next one lies: on the same host.
async fn turn_page(app: &App, search: &mut Backfill, at: &Url, page: &Value) -> Result<()> {
    let same_host = |next: &Url| guard::authority(next) == guard::authority(at);
    let entries = |page: &Value| {
        let lists = ["orderedItems", "items"].into_iter().filter_map(|name| page.get(name).cloned());
        lists.flat_map(|list| list.as_array().cloned().unwrap_or_else(|| vec![list])).collect::<Vec<_>>()
    };
    let mut named: Vec<Value> = entries(page);
    let mut next: Vec<Url> = page.get("next").and_then(lenient::id_of).into_iter().collect();
    match page.get("first") {
        // Mastodon writes the first page into the collection
        Some(first @ Value::Object(_)) => {
            named.extend(entries(first));
            next.extend(first.get("next").and_then(lenient::id_of));
        }
        Some(first) => next.extend(lenient::id_of(first)),
        None => {}
    }
    let uris: Vec<String> = named
        .iter()
        .take(ENTRIES_MOST)
        .filter_map(about)
        .filter(|uri| !app.guard.owns(uri))
        .map(String::from)
        .collect();
    let known = backfill::known(&mut app.store.conn().await?, &uris).await?;
    for uri in uris.into_iter().filter(|uri| !known.contains(uri)) {
        search.later(Step::Post(uri));
    }
    let ours = match search.group {
        Some(group) => follow::is_ours(&actor::by_id(&mut app.store.conn().await?, group).await?),
        None => false,
    };
    for next in next.into_iter().filter(same_host) {
        search.later(Step::Collection(if ours { asking_for_all(next) } else { next }.into()));
    }
    Ok(())
}

/// A node of our kind gives its own comments whole, a hundred in one answer.
fn asking_for_all(mut page: Url) -> Url {
    let thread = page.path().ends_with("/context") && page.query().is_some_and(|query| query.starts_with("after="));
    if thread && !page.query_pairs().any(|(name, _)| name == "whole") {
        page.query_pairs_mut().append_pair("whole", "true");
    }
    page
}

/// Keeps the comments that a page gives whole: those of its own host, by people of its own host, whom it may speak for. What
/// answers something unknown is left to be looked for.
async fn whole(app: &App, outing: &Outing, group: Id<Actor>, at: &Url, page: &Value) -> Result<()> {
    let entries = page["orderedItems"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut notes = Vec::new();
    for entry in entries.iter().take(ENTRIES_MOST).filter(|entry| entry["type"] == "Note") {
        let Ok(object) = wire::typed::<Object>(entry.clone()) else { continue };
        let own = guard::authority(&object.id) == guard::authority(at) && object.vote().is_none() && object.is_public();
        if let (true, Ok(Some(author))) = (own, author(app, outing, &object).await?) {
            notes.push((object, entry.clone(), author));
        }
    }
    if notes.is_empty() {
        return Ok(());
    }
    let mut tx = app.store.begin().await?;
    for (object, document, author) in notes {
        let above = match &object.in_reply_to {
            Some(above) => mirror::any_by_uri(&mut tx, above.as_str()).await?,
            None => None,
        };
        if above.is_some() {
            mirrored::keep(app, &mut tx, group, author.id, &object, document).await?;
        }
    }
    tx.commit().await
}

/// The post that an entry names: its id, or the object of the activity that brought it.
fn about(entry: &Value) -> Option<Url> {
    match entry.get("type").and_then(Value::as_str) {
        Some("Create" | "Announce" | "Add" | "Update") => entry.get("object").and_then(inner),
        Some("Delete" | "Undo" | "Remove" | "Like" | "Dislike") => None,
        _ => lenient::id_of(entry),
    }
}

/// A forum announces the activity, or the post itself.
fn inner(object: &Value) -> Option<Url> {
    match object.get("actor") {
        Some(_) => object.get("object").and_then(lenient::id_of),
        None => lenient::id_of(object),
    }
}

/// Keeps a post, or looks for its parent first; then looks for what answers it.
async fn post(
    app: &App,
    outing: &Outing,
    search: &mut Backfill,
    (object, document): (Object, Value),
    climbed: bool,
) -> Result<Looked> {
    if object.vote().is_some() || !object.is_public() {
        return Ok(Ok(()));
    }
    let kept = match search.group {
        Some(group) => {
            below_a_place(app, search, group, &object).await?;
            let announced = search.announced.clone().filter(|_| search.root == object.id.as_str());
            copied(app, outing, (group, announced), &object, &document).await?
        }
        None => fetched_comment(app, outing, &object).await?,
    };
    match kept {
        Kept::Yes => {
            search.attached();
            let apart = search.group.is_some() && mirrored::kind(&object) == Some(Kind::Page);
            if apart && search.root != object.id.as_str() {
                // a thread of a forum is a search of its own: one that is long keeps no other out
                let mut own = Backfill::of(object.id.as_str(), search.group, Vec::new());
                down(app, &mut own, &object, &document);
                let mut tx = app.store.begin().await?;
                begin(&mut tx, app.now(), own).await?;
                tx.commit().await?;
            } else {
                down(app, search, &object, &document);
            }
        }
        Kept::WithoutParent if !climbed => {
            let above = object.in_reply_to.as_ref().filter(|above| !app.guard.owns(above));
            if let Some(above) = above.filter(|above| !search.has_seen(above.as_str())) {
                search.first([Step::Post(above.to_string()), Step::Child(object.id.to_string())]);
            }
        }
        Kept::WithoutParent | Kept::No => {}
        Kept::Unfetched(error) => return Ok(Err(error)),
    }
    Ok(Ok(()))
}

/// What answers something that was gone before it came here stands below an empty place in its debate.
async fn below_a_place(app: &App, search: &Backfill, group: Id<Actor>, object: &Object) -> Result<()> {
    let above = object.in_reply_to.as_ref().filter(|above| search.is_gone(above.as_str()));
    let Some((above, host)) = above.and_then(|above| Some((above, guard::authority(above)?))) else { return Ok(()) };
    let mut tx = app.store.begin().await?;
    if mirror::any_by_uri(&mut tx, above.as_str()).await?.is_some() {
        return Ok(());
    }
    let Some(began) = mirror::by_uri(&mut tx, &search.root).await? else { return Ok(()) };
    let root = began.root_uri.unwrap_or(began.uri);
    if mirror::by_uri(&mut tx, &root).await?.is_none_or(|page| page.kind != Kind::Page) {
        return Ok(());
    }
    let published_at = remote::time(object.published.as_deref()).unwrap_or_else(|| app.now());
    let place = Vacant { uri: above.as_str(), host, group_id: group, root_uri: &root, published_at };
    mirror::leave_place(&mut tx, app.now(), place).await?;
    tx.commit().await
}

/// What became of a post that was fetched.
#[derive(Debug)]
pub(crate) enum Kept {
    /// It stands here, now or before.
    Yes,
    /// What it answers is not known here.
    WithoutParent,
    /// It is not taken in.
    No,
    /// Its author could not be had.
    Unfetched(Unfetched),
}

/// The thread as its owner tells it is whole; only where nobody does, each post is asked for its answers.
fn down(app: &App, search: &mut Backfill, object: &Object, document: &Value) {
    let ours = |url: &Url| app.guard.owns(url);
    if let Some(context) = object.context.as_ref().filter(|context| !ours(context) && is_address(context)) {
        search.later(Step::Collection(context.to_string()));
        return;
    }
    let same_host = |url: &Url| guard::authority(url) == guard::authority(&object.id);
    match document.get("replies") {
        Some(whole @ Value::Object(_)) => {
            let first = whole.get("first").and_then(|first| first.get("next").or(Some(first)));
            let pages = [whole.get("id"), first].into_iter().flatten().filter_map(lenient::id_of);
            for page in pages.filter(same_host).take(1) {
                search.later(Step::Collection(page.into()));
            }
        }
        Some(id) => {
            for page in lenient::id_of(id).into_iter().filter(same_host) {
                search.later(Step::Collection(page.into()));
            }
        }
        None => {}
    }
}

/// Some servers name conversations by `tag:` addresses.
fn is_address(url: &Url) -> bool {
    matches!(url.scheme(), "https" | "http")
}

/// Keeps the copy of a post whose thread is known.
async fn copied(
    app: &App,
    outing: &Outing,
    (group, announced): (Id<Actor>, Option<Announced>),
    object: &Object,
    document: &Value,
) -> Result<Kept> {
    let mut conn = app.store.conn().await?;
    let Some(kind) = mirrored::kind(object) else { return Ok(Kept::No) };
    if let Some(above) = object.in_reply_to.as_ref().filter(|_| kind == Kind::Note)
        && mirror::any_by_uri(&mut conn, above.as_str()).await?.is_none()
    {
        return Ok(Kept::WithoutParent);
    }
    drop(conn);
    let author = match author(app, outing, object).await? {
        Ok(Some(author)) => author,
        Ok(None) => return Ok(Kept::No),
        Err(error) => return Ok(Kept::Unfetched(error)),
    };
    let mut tx = app.store.begin().await?;
    let copy = mirrored::keep(app, &mut tx, group, author.id, object, document.clone()).await?;
    if let Some(announced) = announced {
        let through = actor::by_id(&mut tx, group).await?;
        relay::late(app, &mut tx, &through, (object, &copy), &announced).await?;
    }
    tx.commit().await.map(|()| Kept::Yes)
}

/// The author of a post, as known here or fetched; of the same host as the post, and neither suspended nor gone.
pub(crate) async fn author(
    app: &App,
    outing: &Outing,
    object: &Object,
) -> Result<std::result::Result<Option<Actor>, Unfetched>> {
    let Some(id) = object.attributed_to.as_ref() else { return Ok(Ok(None)) };
    if guard::authority(id) != guard::authority(&object.id) {
        return Ok(Ok(None));
    }
    if let Some(known) = actor::by_uri(&mut app.store.conn().await?, id.as_str()).await? {
        let speaks = known.suspended_at.is_none() && known.deleted_at.is_none();
        return Ok(Ok(Some(known).filter(|_| speaks)));
    }
    let document = match app.fetcher.value(id, outing.signer(), &outing.budget).await {
        Ok(document) => document,
        Err(error) => return Ok(Err(error)),
    };
    let described = wire::typed(document.clone()).ok().and_then(|read| remote::describe(&read, &document));
    let Some(described) = described else { return Ok(Ok(None)) };
    let mut tx = app.store.begin().await?;
    let author = remote::keep(&mut tx, app.now(), &described).await?;
    reading::pictured(&mut tx, app.now(), &author).await?;
    tx.commit().await?;
    Ok(Ok(Some(author)))
}

//! Counting the ballots of a consultation elsewhere again, from the log that its origin publishes and signs. What the origin
//! says of its totals is only the occasion; what is shown here are results that follow from the entries of the log.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use model::care::work;
use model::clock::Instant;
use model::count::log::tile::FULL;
use model::count::log::verify::note::Key;
use model::count::log::verify::promise::{Ledger, Promise};
use model::count::log::verify::report::{Fault, Report};
use model::count::log::verify::{Source, Wanted, keys_of, verify};
use model::error::{Error, Result};
use model::id::Id;
use model::job::{self, Claim, Outcome};
use model::network::elsewhere::{self, Elsewhere};
use model::network::envoy::{self, Sent};
use model::network::verified::{self, Verified};
use model::people::proof as proven;
use serde_json::Value;
use url::Url;

use crate::app::{App, Outing};
use crate::fetch::Error as Unfetched;
use crate::guard;
use crate::proof;

/// The largest file of a log that is read, in octets: a bundle of the longest entries.
const LARGEST: usize = 256 * (2 + u16::MAX as usize);
/// The longest log that is counted again, in entries; of a longer one no results are shown.
const ENTRIES_MOST: u64 = 1_000_000;
/// How many bundles of entries are read between two notes of how far it has come.
const TOLD: u64 = 16;
/// How often an origin that does not answer, or has not numbered a ballot yet, is asked again.
const TRIES: u32 = 16;

/// Verifies what the origin of a consultation says of its results, and the receipts that people here have of it.
pub(crate) async fn run(app: &App, claim: &Claim, page: &str) -> Result<Outcome> {
    let on = elsewhere::by_uri(&mut app.store.conn().await?, page).await?;
    if !on.method.takes_ballots() || !app.speaks_to(&on.page.host).await? {
        return Ok(Outcome::Done);
    }
    match look(app, &on).await? {
        Ok(true) => Ok(Outcome::Done),
        Ok(false) => Ok(later(app, claim, "a ballot is not in the log yet")),
        Err(why) => Ok(later(app, claim, &why)),
    }
}

fn later(app: &App, claim: &Claim, why: &str) -> Outcome {
    if claim.attempts + 1 >= TRIES {
        return Outcome::Never(why.to_owned());
    }
    Outcome::Later(job::back_off(app.now(), app.settings.retry_first, claim.attempts, job::chance()), why.to_owned())
}

/// What could not be had now, and may be later.
type Looked<T> = std::result::Result<T, String>;

/// Answers whether every receipt was found, as far as the log is public.
async fn look(app: &App, on: &Elsewhere) -> Result<Looked<bool>> {
    let outing = app.outing().await?;
    let page: Url = on.page.uri.parse().map_err(Error::store)?;
    let node = page.join("/").map_err(Error::store)?;
    let actor = match app.fetcher.value(&node, outing.signer(), &outing.budget).await {
        Ok(actor) => actor,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let name = format!("{}/c/{}", on.page.host, on.slug());
    let keys: Vec<Key> = keys_of(&actor).filter_map(|key| Key::read(&vkey(&name, &key)).ok()).collect();
    let promises = receipts(app, on, &keys).await?;
    let tally = match tally(app, on, &outing).await? {
        Ok(Some(tally)) => tally,
        Ok(None) => return hidden(app, on).await.map(|()| Ok(true)),
        Err(why) => return Ok(Err(why)),
    };
    if tally.0["log"]["size"].as_u64().unwrap_or(0) == 0 {
        // nobody has voted: there is no log yet
        return Ok(Ok(true));
    }
    let earlier = verified::of(&mut app.store.conn().await?, &on.page.uri).await?;
    let log = Log::of(app, &page, &actor, &tally.0);
    let since = earlier.filter(|it| it.size > 0).map(|it| it.checkpoint.into_bytes());
    let wanted = Wanted { log: Some(name), since, proven: true, ..Wanted::default() };
    let report = verify(&log, &wanted).await;
    log.told().await?;
    if log.lost.load(Ordering::Relaxed) {
        return Ok(Err("the log could not be read to its end".to_owned()));
    }
    settle(app, on, &log, tally, &report, promises).await.map(Ok)
}

fn vkey(name: &str, key: &[u8; proven::KEY_LENGTH]) -> String {
    model::count::log::note::vkey(name, key)
}

/// The receipts whose signature is the origin's; what is wrong with the others is noted.
async fn receipts(app: &App, on: &Elsewhere, keys: &[Key]) -> Result<Vec<(Id<Sent>, Promise)>> {
    let unproven = envoy::unproven(&mut app.store.conn().await?, &on.page.uri).await?;
    if unproven.is_empty() {
        return Ok(Vec::new());
    }
    let mut promises = Vec::new();
    let mut tx = app.store.begin().await?;
    for sent in unproven {
        let receipt = sent.receipt.as_deref().unwrap_or_default();
        let read = |key: &Key| Promise::read(receipt.as_bytes(), key, &sent.choice.0);
        match keys.iter().map(read).find_map(std::result::Result::ok) {
            Some(promise) => {
                envoy::confirm(&mut tx, app.now(), sent.id, None).await?;
                promises.push((sent.id, promise));
            }
            None => {
                let why = keys.first().map(read).and_then(std::result::Result::err);
                let why = why.unwrap_or_else(|| Fault::new("the origin publishes no key"));
                tracing::error!(page = on.page.uri, %why, "a receipt does not hold");
                envoy::refute(&mut tx, sent.id, &why.to_string()).await?;
            }
        }
    }
    tx.commit().await?;
    Ok(promises)
}

/// The `Tally` of the origin's forum, with the key that proves it; none while its results are hidden.
async fn tally(app: &App, on: &Elsewhere, outing: &Outing) -> Result<Looked<Option<(Value, String)>>> {
    let address = on.page.document.0["consultation"]["tally"].as_str().and_then(|at| at.parse::<Url>().ok());
    let Some(address) = address.filter(|at| guard::authority(at).as_deref() == Some(on.page.host.as_str())) else {
        return Ok(Ok(None));
    };
    let document = match app.fetcher.value(&address, outing.signer(), &outing.budget).await {
        Ok(document) => document,
        Err(error) if error.is_gone() => return Ok(Ok(None)),
        Err(Unfetched::Records(error)) => return Err(error),
        Err(error) => return Ok(Err(error.to_string())),
    };
    let known = match proof::verify(app, &document, outing).await {
        Ok(known) if known.owner.id.as_str() == on.forum => known,
        Ok(_) => {
            const OTHER: &str = "the tally is not of the forum that asks";
            return refuse(app, on, "proof", OTHER).await.map(|()| Err(OTHER.to_owned()));
        }
        Err(why) => return refuse(app, on, "proof", why.code()).await.map(|()| Err(why.code().to_owned())),
    };
    let method = document["proof"]["verificationMethod"].as_str().unwrap_or_default().to_owned();
    let key = keys_of(&known.document).find(|key| proven::check(&document, key).is_ok());
    Ok(match key {
        Some(key) => Ok(Some((document, proven::multikey(&key)))),
        None => Err(format!("{method} is no key for statements")),
    })
}

/// The origin shows no results: nor does this node.
async fn hidden(app: &App, on: &Elsewhere) -> Result<()> {
    let mut tx = app.store.begin().await?;
    verified::forget(&mut tx, &on.page.uri).await?;
    tx.commit().await
}

async fn refuse(app: &App, on: &Elsewhere, failed: &str, detail: &str) -> Result<()> {
    tracing::error!(page = on.page.uri, failed, detail, "what an origin says of its results does not hold");
    metrics::counter!("palabre_mirror_faults_total").increment(1);
    let mut tx = app.store.begin().await?;
    let fault = verified::Fault {
        page: on.page.uri.clone(),
        failed: failed.to_owned(),
        detail: detail.to_owned(),
        at: app.now(),
    };
    verified::find_fault(&mut tx, &fault).await?;
    tx.commit().await
}

/// Keeps what holds, and notes what does not. Answers whether every receipt was found.
async fn settle(
    app: &App,
    on: &Elsewhere,
    log: &Log<'_>,
    (document, key): (Value, String),
    report: &Report,
    promises: Vec<(Id<Sent>, Promise)>,
) -> Result<bool> {
    if let Some(check) = report.fault() {
        return refuse(app, on, check.check, &check.detail).await.map(|()| true);
    }
    let (checkpoint, ledger) = log.read()?;
    let size = i64::try_from(document["log"]["size"].as_u64().unwrap_or(0)).map_err(Error::store)?;
    let now: Instant = app.now();
    let mut tx = app.store.begin().await?;
    let page = on.page.uri.clone();
    verified::keep(&mut tx, &Verified { page, document, key, checkpoint: checkpoint.clone(), size, verified_at: now })
        .await?;
    let mut all = true;
    for (id, promise) in promises {
        match ledger.place(&promise) {
            Some((entry, path)) => {
                envoy::confirm(&mut tx, now, id, Some((entry, path, &checkpoint))).await?;
            }
            None => all = false,
        }
    }
    tx.commit().await?;
    Ok(all)
}

/// The public files of a log, fetched where its consultation lives; what was read of its entries is kept.
struct Log<'a> {
    app: &'a App,
    /// The consultation, with a slash at its end.
    base: Url,
    actor: Vec<u8>,
    tally: Vec<u8>,
    /// Whether something could not be had, which says nothing of what it holds.
    lost: AtomicBool,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    checkpoint: Vec<u8>,
    /// Bundles by their place.
    bundles: BTreeMap<String, Vec<u8>>,
}

impl<'a> Log<'a> {
    fn of(app: &'a App, page: &Url, actor: &Value, tally: &Value) -> Self {
        let mut base = page.clone();
        base.set_path(&format!("{}/", page.path().trim_end_matches('/')));
        let (actor, tally) = (actor.to_string().into_bytes(), tally.to_string().into_bytes());
        Self { app, base, actor, tally, lost: AtomicBool::new(false), kept: Mutex::default() }
    }

    /// The signed head, and all entries.
    fn read(&self) -> Result<(String, Ledger)> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let checkpoint = String::from_utf8(kept.checkpoint.clone()).map_err(Error::store)?;
        let ledger = Ledger::read(kept.bundles.values().map(Vec::as_slice)).map_err(Error::store)?;
        Ok((checkpoint, ledger))
    }
}

impl Source for Log<'_> {
    async fn get(&self, name: &str) -> std::result::Result<Option<Vec<u8>>, Fault> {
        match name {
            "actor.json" => return Ok(Some(self.actor.clone())),
            "results.json" => return Ok(Some(self.tally.clone())),
            _ => {}
        }
        let url = self.base.join(name).map_err(|why| Fault::new(format!("{name}: {why}")))?;
        let read = self.app.fetcher.file(&url, LARGEST).await;
        let octets = read.map_err(|why| {
            self.lost.store(true, Ordering::Relaxed);
            Fault::new(format!("{name}: {why}"))
        })?;
        if let Some(octets) = &octets {
            self.keep(name, octets)?;
        }
        if name.starts_with("log/tile/entries/") {
            self.tell().await.map_err(|why| Fault::new(why.to_string()))?;
        }
        Ok(octets)
    }
}

impl Log<'_> {
    /// Keeps what is read again when it holds.
    fn keep(&self, name: &str, octets: &[u8]) -> std::result::Result<(), Fault> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if name == "log/checkpoint" {
            kept.checkpoint = octets.to_vec();
            let size = size_of(octets);
            if size.is_none_or(|size| size > ENTRIES_MOST) {
                return Err(Fault::new(format!("the log is longer than {ENTRIES_MOST} entries")));
            }
        } else if name.starts_with("log/tile/entries/") {
            kept.bundles.insert(name.to_owned(), octets.to_vec());
        }
        Ok(())
    }

    /// Notes now and then how far a long log has been read.
    async fn tell(&self) -> Result<()> {
        let (bundles, size) = {
            let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            (kept.bundles.len() as u64, size_of(&kept.checkpoint).unwrap_or(0))
        };
        if bundles == 0 || !bundles.is_multiple_of(TOLD) {
            return Ok(());
        }
        let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let (done, size) = (whole((bundles * FULL).min(size)), whole(size));
        let subject = self.base.as_str().trim_end_matches('/');
        let mut tx = self.app.store.begin().await?;
        work::reach(&mut tx, self.app.now(), work::Kind::Count, subject, done, size).await?;
        tx.commit().await
    }

    /// Notes that the log was read, if that it is was noted.
    async fn told(&self) -> Result<()> {
        let mut tx = self.app.store.begin().await?;
        work::end(&mut tx, self.app.now(), work::Kind::Count, self.base.as_str().trim_end_matches('/')).await?;
        tx.commit().await
    }
}

/// How many entries a checkpoint signs.
fn size_of(checkpoint: &[u8]) -> Option<u64> {
    String::from_utf8_lossy(checkpoint).lines().nth(1).and_then(|size| size.parse().ok())
}

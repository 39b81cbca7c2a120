//! One way through all entries of a log: hashed, held against their tiles, counted.

use std::collections::{BTreeSet, HashMap};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::claim::Claim;
use super::merkle::{self, Hash, Peaks};
use super::recount::{Recount, Rules};
use super::report::Fault;
use super::{Source, file};
use crate::count::log::tile::{FULL, Level, Place, split};
use crate::count::tally::Counts;

/// How many bundles are asked for at once.
const AT_ONCE: usize = 16;
/// Levels of the tree in a tile.
const HEIGHT: usize = 8;

/// What does not hold, and which check found it.
type Found = (&'static str, Fault);

/// What to look at on the way.
pub(super) struct Walk<'a> {
    /// How many entries there are.
    pub(super) size: u64,
    /// The sizes at which the root is wanted.
    pub(super) sizes: BTreeSet<u64>,
    /// The size at which the counts are wanted.
    pub(super) counted: u64,
    /// A receipt whose entry is looked for.
    pub(super) claim: Option<&'a Claim>,
}

/// What was found.
pub(super) struct Walked {
    size: u64,
    roots: HashMap<u64, Hash>,
    /// The roots of all full bundles.
    bundles: Vec<Hash>,
    /// The counts at the size asked for.
    pub(super) counts: Counts,
    /// The entry of the receipt, with its hash.
    pub(super) claimed: Option<(i64, Hash)>,
    /// What stands in the end of the receipt's voter.
    pub(super) standing: Option<(i64, bool)>,
}

/// A bundle as read, its entries hashed.
struct Bundle {
    data: Vec<u8>,
    leaves: Vec<Hash>,
    root: Hash,
}

impl Walk<'_> {
    /// Goes through all of it.
    pub(super) async fn through(self, source: &impl Source, rules: Rules) -> Result<Walked, Found> {
        let recount = Recount::new(rules).awaiting(self.size);
        let mut way = Way { recount, peaks: Peaks::default(), at: 0, walk: &self, found: self.begin() };
        way.pass();
        let mut bundles =
            stream::iter(Place::all(Level::Entries, self.size)).map(|place| bundle(source, place)).buffered(AT_ONCE);
        while let Some(bundle) = bundles.try_next().await? {
            way.take(bundle).map_err(|fault| ("entries", fault))?;
        }
        drop(bundles);
        let Way { recount, mut found, .. } = way;
        found.standing = self.claim.and_then(|claim| recount.standing(&claim.voter));
        Ok(found)
    }

    fn begin(&self) -> Walked {
        Walked {
            size: self.size,
            roots: HashMap::new(),
            bundles: Vec::new(),
            counts: Counts::default(),
            claimed: None,
            standing: None,
        }
    }
}

/// How far a walk has come.
struct Way<'a> {
    recount: Recount,
    peaks: Peaks,
    at: u64,
    walk: &'a Walk<'a>,
    found: Walked,
}

impl Way<'_> {
    /// Notes what is wanted at this place.
    fn pass(&mut self) {
        if self.walk.sizes.contains(&self.at) {
            self.found.roots.insert(self.at, self.peaks.root());
        }
        if self.walk.counted == self.at {
            self.found.counts = self.recount.counts();
        }
    }

    fn take(&mut self, bundle: Bundle) -> Result<(), Fault> {
        let end = self.at + bundle.leaves.len() as u64;
        // A whole bundle goes into the tree at once, unless something is wanted in the midst of it.
        let whole = bundle.leaves.len() as u64 == FULL && self.walk.sizes.range(self.at + 1..end).next().is_none();
        for (leaf, written) in bundle.leaves.iter().zip(split(&bundle.data).into_iter().flatten()) {
            let line = self.recount.take(written)?;
            if self.walk.claim.is_some_and(|claim| claim.is(&line)) {
                self.found.claimed = Some((line.seq, *leaf));
            }
            self.at += 1;
            if !whole {
                self.peaks.add(*leaf, 0);
            } else if self.at == end {
                self.peaks.add(bundle.root, HEIGHT);
            }
            self.pass();
        }
        if bundle.leaves.len() as u64 == FULL {
            self.found.bundles.push(bundle.root);
        }
        Ok(())
    }
}

/// Gets a bundle and the tile of its hashes, which must be those of its entries.
async fn bundle(source: &impl Source, place: Place) -> Result<Bundle, Found> {
    let beside = Place { level: Level::Hashes(0), ..place };
    let (entries, tile) = (format!("log/tile/{place}"), format!("log/tile/{beside}"));
    let (data, hashes) = futures_util::future::join(file(source, &entries), file(source, &tile)).await;
    let data = data.map_err(|fault| ("entries", fault))?;
    let hashes = hashes.map_err(|fault| ("tiles", fault))?;
    let read = tokio::task::spawn_blocking(move || read(data, &hashes, place));
    read.await.unwrap_or_else(|why| Err(("entries", Fault::new(why.to_string()))))
}

/// Hashes a bundle's entries: what takes the longest is done of many at once.
fn read(data: Vec<u8>, hashes: &[u8], place: Place) -> Result<Bundle, Found> {
    let cut = || ("entries", Fault::new(format!("tile/{place} does not hold {} entries", place.count())));
    let lines = split(&data).filter(|lines| lines.len() == place.count()).ok_or_else(cut)?;
    let leaves: Vec<Hash> = lines.into_iter().map(merkle::leaf).collect();
    if leaves.as_flattened() != hashes {
        let first = place.n * FULL;
        let which = leaves.iter().zip(hashes.chunks(32)).position(|(leaf, kept)| leaf != kept);
        let which = which.map_or(first, |at| first + at as u64);
        return Err(("entries", Fault::new(format!("entry {which} is not the one that was hashed into the log"))));
    }
    let root = whole(&leaves);
    Ok(Bundle { data, leaves, root })
}

impl Walked {
    /// The root of the first entries, if it was asked for.
    pub(super) fn root_at(&self, size: u64) -> Option<Hash> {
        self.roots.get(&size).copied()
    }

    /// Whether the tiles above the entries' own are those of the tree.
    pub(super) async fn tiles(&self, source: &impl Source) -> Result<((), String), Fault> {
        let mut hashes = self.bundles.clone();
        let mut count = Place::all(Level::Hashes(0), self.size).count();
        for level in 1.. {
            let places: Vec<Place> = Place::all(Level::Hashes(level), self.size).collect();
            if places.is_empty() {
                break;
            }
            for (place, these) in places.iter().zip(hashes.chunks(256)) {
                if file(source, &format!("log/tile/{place}")).await? != these.concat() {
                    return Err(Fault::new(format!("tile/{place} is not that of the tree of these entries")));
                }
            }
            count += places.len();
            hashes = hashes.chunks_exact(256).map(whole).collect();
        }
        Ok(((), format!("{count} tiles are those of the tree")))
    }
}

/// The root of the tree of these.
fn whole(hashes: &[Hash]) -> Hash {
    let mut peaks = Peaks::default();
    hashes.iter().for_each(|hash| peaks.add(*hash, 0));
    peaks.root()
}

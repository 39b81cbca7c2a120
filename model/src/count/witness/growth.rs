//! Whether one head of a log follows from another: by a proof that is brought, or from the tiles of the log. Pure.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
pub use tlog_tiles::Hash;
use tlog_tiles::{EMPTY_HASH, HashReader, Tile};

use super::Verdict;
use crate::count::log::Place;
use crate::count::log::tile::Level;

/// How far a log has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Head {
    /// How many entries.
    pub size: u64,
    /// The root of their tree.
    pub root: Hash,
}

impl Head {
    /// Of a log without entries.
    pub const EMPTY: Self = Self { size: 0, root: EMPTY_HASH };
}

/// The most hashes of a proof (C2SP tlog-witness).
pub const PROOF_MOST: usize = 63;

/// A log that says it grew.
#[derive(Debug, Clone)]
pub struct Growth<'a> {
    /// From how many entries.
    pub old: u64,
    /// The proof.
    pub proof: Vec<Hash>,
    /// The head that it signs now.
    pub head: Head,
    /// The checkpoint, as signed.
    pub checkpoint: &'a str,
}

impl<'a> Growth<'a> {
    /// Reads the body of `add-checkpoint` (C2SP tlog-witness); `None` if it is none. Signatures are not looked at.
    #[must_use]
    pub fn read(body: &'a str) -> Option<Self> {
        let (before, checkpoint) = body.split_once("\n\n")?;
        let mut lines = before.lines();
        let old = number(lines.next()?.strip_prefix("old ")?)?;
        let proof = lines.map(|line| Hash::parse_hash(line).ok()).collect::<Option<Vec<_>>>()?;
        let text = super::cosignature::text(checkpoint)?;
        let signed = tlog_tiles::Checkpoint::from_bytes(text.as_bytes()).ok()?;
        let head = Head { size: signed.size(), root: *signed.hash() };
        (proof.len() <= PROOF_MOST).then_some(Self { old, proof, head, checkpoint })
    }

    /// As it is sent.
    #[must_use]
    pub fn written(old: u64, proof: &[Hash], checkpoint: &str) -> String {
        let hashes: String = proof.iter().map(|hash| format!("{}\n", STANDARD.encode(hash.0))).collect();
        format!("old {old}\n{hashes}\n{checkpoint}")
    }

    /// What a witness that last saw `last` says.
    #[must_use]
    pub fn judged(&self, last: Head) -> Verdict {
        if self.old > self.head.size {
            return Verdict::Unproven;
        }
        if self.head.size == last.size && self.head.root != last.root {
            return Verdict::Forked;
        }
        if self.old != last.size {
            return Verdict::NotThere(last.size);
        }
        if leads(&self.proof, last, self.head) { Verdict::Follows } else { Verdict::Unproven }
    }
}

fn number(text: &str) -> Option<u64> {
    let plain =
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    plain.then(|| text.parse().ok()).flatten()
}

/// Whether a proof leads from one head to a later one.
#[must_use]
pub fn leads(proof: &[Hash], from: Head, to: Head) -> bool {
    if from.size == 0 {
        return proof.is_empty() && (to.size > 0 || to.root == EMPTY_HASH);
    }
    tlog_tiles::check_tree(&proof.to_vec(), to.size, to.root, from.size, from.root).is_ok()
}

/// The tiles of a log that are at hand.
#[derive(Debug)]
pub struct Tiles {
    size: u64,
    held: HashMap<Place, Vec<u8>>,
    missing: RefCell<Vec<Place>>,
}

impl Tiles {
    /// None yet, of a log of that many entries.
    #[must_use]
    pub fn of(size: u64) -> Self {
        Self { size, held: HashMap::new(), missing: RefCell::default() }
    }

    /// Takes a tile in; one that is too short counts as empty.
    pub fn put(&mut self, place: Place, data: Vec<u8>) {
        self.held.insert(place, data);
    }

    /// The proof that the log grew from its first `old` entries.
    ///
    /// # Errors
    /// The tiles that are missing for it.
    pub fn proof_from(&self, old: u64) -> Result<Vec<Hash>, Vec<Place>> {
        if old == 0 || old >= self.size {
            return Ok(Vec::new());
        }
        self.asked(tlog_tiles::prove_tree(self.size, old, self))
    }

    /// The root of the whole.
    ///
    /// # Errors
    /// The tiles that are missing for it.
    pub fn root(&self) -> Result<Hash, Vec<Place>> {
        self.asked(tlog_tiles::tree_hash(self.size, self))
    }

    fn asked<T: Default>(&self, found: Result<T, tlog_tiles::Error>) -> Result<T, Vec<Place>> {
        let missing: BTreeSet<String> = self.missing.borrow().iter().map(ToString::to_string).collect();
        let named = self.missing.take();
        match found {
            Ok(found) => Ok(found),
            // what is held and cannot be read leads to no root: whoever asked finds that nothing fits
            Err(_) if missing.is_empty() => Ok(T::default()),
            Err(_) => Err(named),
        }
    }

    /// Where the tile with these hashes lies in a log of this size.
    fn place(&self, level: u8, n: u64) -> Place {
        let held = self.size.checked_shr(8 * u32::from(level)).unwrap_or(0);
        let width = u8::try_from(held.saturating_sub(n * 256)).ok().filter(|width| *width > 0);
        Place { level: Level::Hashes(level), n, width }
    }
}

impl HashReader for Tiles {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
        let mut hashes = Vec::with_capacity(indexes.len());
        for index in indexes {
            let tile = Tile::from_index(8, *index);
            let place = self.place(tile.level(), tile.level_index());
            match self.held.get(&place) {
                Some(data) => hashes.push(tile.hash_at_index(data, *index)?),
                None if self.missing.borrow().contains(&place) => {}
                None => self.missing.borrow_mut().push(place),
            }
        }
        if self.missing.borrow().is_empty() { Ok(hashes) } else { Err(tlog_tiles::Error::InvalidTile) }
    }
}

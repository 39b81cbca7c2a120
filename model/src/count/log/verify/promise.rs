//! Receipts that another node gave to people of this one: whether they are its own, and where in its log they stand.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::claim::Claim;
use super::line::Reader;
use super::merkle::{self, Hash};
use super::note::Key;
use super::report::Fault;
use crate::count::log::tile::split;

/// A receipt whose signature holds.
#[derive(Debug)]
pub struct Promise(Claim);

impl Promise {
    /// Reads a receipt and checks that `key` has signed it, for the log of that name and for this choice.
    ///
    /// # Errors
    /// What does not hold.
    pub fn read(octets: &[u8], key: &Key, choice: &[String]) -> Result<Self, Fault> {
        let claim = Claim::read(octets, key)?;
        if claim.choice() != choice {
            return Err(Fault::new("it is a receipt for another choice than the one that was sent"));
        }
        Ok(Self(claim))
    }
}

/// The entries of a log, as they were held against its signed head.
#[derive(Debug, Default)]
pub struct Ledger {
    leaves: Vec<Hash>,
    lines: Vec<Vec<u8>>,
}

impl Ledger {
    /// Reads the bundles of entries, in their order.
    ///
    /// # Errors
    /// When they are no bundles.
    pub fn read<'a>(bundles: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, Fault> {
        let (mut ledger, mut reader) = (Self::default(), Reader::default());
        for bundle in bundles {
            let lines = split(bundle).ok_or_else(|| Fault::new("a bundle of entries is cut off"))?;
            for line in lines {
                ledger.leaves.push(merkle::leaf(line));
                reader.line(line)?;
                ledger.lines.push(line.to_vec());
            }
        }
        Ok(ledger)
    }

    /// The place of the entry that was promised, and the hashes beside its way up to the root, base64; `None` if it is not
    /// there (yet).
    #[must_use]
    pub fn place(&self, promise: &Promise) -> Option<(i64, Vec<String>)> {
        let mut reader = Reader::default();
        let found = self.lines.iter().enumerate().find_map(|(at, line)| {
            let entry = reader.line(line).ok()?;
            promise.0.is(&entry).then_some((at, entry.seq))
        });
        let (at, seq) = found?;
        let path = merkle::path(&self.leaves, at);
        let root = merkle::leads_to(&self.leaves[at], at as u64, self.leaves.len() as u64, &path)?;
        (root == merkle::root(&self.leaves)).then(|| (seq, path.iter().map(|hash| STANDARD.encode(hash)).collect()))
    }

    /// How many entries it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

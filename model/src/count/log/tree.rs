//! The growing right edge of a log's Merkle tree (RFC 6962): entries go in, full tiles come out. Pure.

use tlog_tiles::{Hash, HashReader, Tile};

use super::tile::{FULL, HASH, Level};
use crate::error::{Error, Result};

/// The height of a tile, in levels of the tree.
pub(super) const HEIGHT: u8 = 8;

/// What of a tree is not yet in a full tile: at most 255 entries, and 255 hashes a level.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edge {
    /// How many entries the whole tree has.
    pub size: u64,
    /// The last bundle, partial.
    pub entries: Vec<u8>,
    /// The last tile of each level, partial.
    levels: Vec<Vec<u8>>,
}

/// A tile that will not change any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// What it holds.
    pub level: Level,
    /// Which of its level.
    pub n: u64,
    /// Its octets.
    pub data: Vec<u8>,
}

/// Hashes that a level of a tree of this size has in its partial tile.
fn partial(size: u64, level: u32) -> usize {
    let held = size.checked_shr(8 * level).unwrap_or(0) % FULL;
    usize::try_from(held).unwrap_or(0)
}

impl Edge {
    /// From what [`Self::hashes`] gave.
    ///
    /// # Errors
    /// When the hashes are not those of a tree of that size.
    pub fn read(size: u64, entries: Vec<u8>, hashes: &[u8]) -> Result<Self> {
        let mut rest = hashes;
        let mut levels = Vec::new();
        for level in 0.. {
            if size.checked_shr(8 * level).unwrap_or(0) == 0 {
                break;
            }
            let (these, after) = rest
                .split_at_checked(partial(size, level) * HASH)
                .ok_or_else(|| Error::store("the edge of a log is cut off"))?;
            levels.push(these.to_vec());
            rest = after;
        }
        if rest.is_empty() {
            Ok(Self { size, entries, levels })
        } else {
            Err(Error::store("the edge of a log is too long"))
        }
    }

    /// The hashes of all levels, one after the other.
    #[must_use]
    pub fn hashes(&self) -> Vec<u8> {
        self.levels.concat()
    }

    /// The partial tile of a level; empty where there is none.
    #[must_use]
    pub fn tile(&self, level: Level) -> &[u8] {
        match level {
            Level::Entries => &self.entries,
            Level::Hashes(level) => self.levels.get(usize::from(level)).map_or(&[], Vec::as_slice),
        }
    }

    /// Appends an entry, at most 65,535 octets long; tiles that are full by it go to `done`.
    ///
    /// # Errors
    /// When the entry is too long.
    pub fn append(&mut self, line: &[u8], done: &mut Vec<Done>) -> Result<()> {
        let length = u16::try_from(line.len()).map_err(Error::store)?;
        self.entries.extend_from_slice(&length.to_be_bytes());
        self.entries.extend_from_slice(line);
        self.size += 1;
        if self.size.is_multiple_of(FULL) {
            let data = std::mem::take(&mut self.entries);
            done.push(Done { level: Level::Entries, n: self.size / FULL - 1, data });
        }
        self.push(0, tlog_tiles::record_hash(line), done);
        Ok(())
    }

    fn push(&mut self, level: u8, hash: Hash, done: &mut Vec<Done>) {
        let at = usize::from(level);
        if self.levels.len() <= at {
            self.levels.push(Vec::new());
        }
        self.levels[at].extend_from_slice(&hash.0);
        if self.levels[at].len() == HASH << HEIGHT {
            let data = std::mem::take(&mut self.levels[at]);
            let above = Tile::subtree_hash(&data);
            let n = (self.size >> (u32::from(HEIGHT) * (u32::from(level) + 1))) - 1;
            done.push(Done { level: Level::Hashes(level), n, data });
            self.push(level + 1, above, done);
        }
    }

    /// The root of the whole tree.
    ///
    /// # Errors
    /// When the edge is not that of a tree of its size.
    pub fn root(&self) -> Result<Hash> {
        tlog_tiles::tree_hash(self.size, self).map_err(Error::store)
    }
}

impl HashReader for Edge {
    /// Only what lies on the edge: all that the root needs.
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
        let hash = |index: &u64| {
            let tile = Tile::from_index(HEIGHT, *index);
            tile.hash_at_index(self.tile(Level::Hashes(tile.level())), *index)
        };
        indexes.iter().map(hash).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::count::log::tile::{Place, narrow, split};

    /// RFC 6962, section 2.1, as it is written.
    fn naive(lines: &[Vec<u8>]) -> [u8; 32] {
        match lines {
            [] => Sha256::digest([]).into(),
            [line] => Sha256::digest([&[0], line.as_slice()].concat()).into(),
            many => {
                let left = 1 << (many.len() - 1).ilog2();
                Sha256::digest([&[1], naive(&many[..left]).as_slice(), &naive(&many[left..])].concat()).into()
            }
        }
    }

    fn lines(count: usize) -> Vec<Vec<u8>> {
        (0..count).map(|n| format!("{n}:{}", "x".repeat(n % 5)).into_bytes()).collect()
    }

    fn grown(lines: &[Vec<u8>], cut: usize) -> (Edge, HashMap<(Level, u64), Vec<u8>>) {
        let (mut edge, mut kept) = (Edge::default(), HashMap::new());
        for some in lines.chunks(cut.max(1)) {
            let mut done = Vec::new();
            let mut next = Edge::read(edge.size, edge.entries.clone(), &edge.hashes()).unwrap();
            for line in some {
                next.append(line, &mut done).unwrap();
            }
            for tile in done {
                assert!(kept.insert((tile.level, tile.n), tile.data).is_none(), "a full tile is written once");
            }
            edge = next;
        }
        (edge, kept)
    }

    #[test]
    fn the_root_is_the_naive_one_at_every_size() {
        let lines = lines(600);
        let mut edge = Edge::default();
        let mut done = Vec::new();
        assert_eq!(edge.root().unwrap().0, naive(&[]));
        for (n, line) in lines.iter().enumerate() {
            edge.append(line, &mut done).unwrap();
            assert_eq!(edge.root().unwrap().0, naive(&lines[..=n]), "{n}");
        }
    }

    #[test]
    fn an_edge_of_another_size_is_refused() {
        let (edge, _) = grown(&lines(300), 300);
        assert!(Edge::read(301, Vec::new(), &edge.hashes()).is_err());
        assert!(Edge::read(299, Vec::new(), &edge.hashes()).is_err());
        assert!(Edge::default().append(&vec![0; 70_000], &mut Vec::new()).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]
        /// In whatever batches a log grew: root, tiles and bundles are those of the specification.
        #[test]
        fn a_log_is_the_same_however_it_grew(count in 0usize..12_000, cut in 1usize..5_000) {
            let lines = lines(count);
            let (edge, kept) = grown(&lines, cut);
            prop_assert_eq!(edge.root().unwrap().0, naive(&lines));
            let read = |place: Place| match kept.get(&(place.level, place.n)) {
                Some(full) => full.clone(),
                None => narrow(place.level, edge.tile(place.level).to_vec(), place.count()).unwrap(),
            };
            let mut bundles = Vec::new();
            for place in Place::all(Level::Entries, edge.size) {
                bundles.extend(split(&read(place)).unwrap().into_iter().map(<[u8]>::to_vec));
            }
            prop_assert_eq!(bundles, lines.clone());
            for level in 0..3u8 {
                let span = 256usize.pow(u32::from(level));
                for place in Place::all(Level::Hashes(level), edge.size) {
                    let first = usize::try_from(place.n).unwrap() * 256;
                    let hashes: Vec<u8> =
                        (first..first + place.count()).flat_map(|i| naive(&lines[i * span..(i + 1) * span])).collect();
                    prop_assert_eq!(read(place), hashes);
                }
            }
        }
    }
}

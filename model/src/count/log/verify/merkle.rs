//! Merkle trees (RFC 6962), once more and by themselves: what is checked must not be computed by what wrote it. Pure.

use sha2::{Digest, Sha256};

/// A hash of the tree.
pub type Hash = [u8; 32];

/// The hash of an entry.
#[must_use]
pub fn leaf(line: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(line).finalize().into()
}

fn node(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The root of complete trees, one for each bit of how many entries there are.
#[derive(Debug, Clone, Default)]
pub struct Peaks(Vec<Option<Hash>>);

impl Peaks {
    /// Takes the next 2ˡᵉᵛᵉˡ entries in, by the root of their tree; at 0 one entry, by its hash. Their number must divide
    /// that of the entries before.
    pub fn add(&mut self, root: Hash, level: usize) {
        let mut carried = root;
        if self.0.len() < level {
            self.0.resize(level, None);
        }
        for peak in self.0.iter_mut().skip(level) {
            match peak.take() {
                Some(left) => carried = node(&left, &carried),
                None => {
                    *peak = Some(carried);
                    return;
                }
            }
        }
        self.0.push(Some(carried));
    }

    /// The root of the whole.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut peaks = self.0.iter().flatten();
        let Some(last) = peaks.next() else { return Sha256::digest([]).into() };
        peaks.fold(*last, |right, left| node(left, &right))
    }
}

/// The root to which a path leads from the entry at `index` in a tree of `size` (RFC 9162, section 2.1.3.2); `None` if the
/// path does not fit.
#[must_use]
pub fn leads_to(leaf: &Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for beside in path {
        if last == 0 {
            return None;
        }
        if at & 1 == 1 || at == last {
            hash = node(beside, &hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(&hash, beside);
        }
        at >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(hash)
}

/// The root of these entries.
#[must_use]
pub fn root(leaves: &[Hash]) -> Hash {
    let mut peaks = Peaks::default();
    leaves.iter().for_each(|leaf| peaks.add(*leaf, 0));
    peaks.root()
}

/// The hashes beside the way from the entry at `index` up to the root, lowest first (RFC 6962, section 2.1.1); none outside.
#[must_use]
pub fn path(leaves: &[Hash], index: usize) -> Vec<Hash> {
    if leaves.len() < 2 || index >= leaves.len() {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(1 << (leaves.len() - 1).ilog2());
    let (mut path, beside) = match index < left.len() {
        true => (path(left, index), root(right)),
        false => (path(right, index - left.len()), root(left)),
    };
    path.push(beside);
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naive(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => Sha256::digest([]).into(),
            [one] => *one,
            many => {
                let (left, right) = many.split_at(1 << (many.len() - 1).ilog2());
                node(&naive(left), &naive(right))
            }
        }
    }

    #[test]
    fn roots_and_paths_are_those_of_the_definition() {
        let leaves: Vec<Hash> = (0..70u8).map(|n| leaf(&[n])).collect();
        let mut peaks = Peaks::default();
        for size in 0..leaves.len() {
            assert_eq!(peaks.root(), naive(&leaves[..size]), "{size}");
            for index in 0..size {
                let path = path(&leaves[..size], index);
                let lead = |index, path: &[Hash]| leads_to(&leaves[index], index as u64, size as u64, path);
                assert_eq!(lead(index, &path), Some(naive(&leaves[..size])), "{index} of {size}");
                assert_ne!(lead((index + 1) % size.max(2), &path), Some(naive(&leaves[..size])));
                if let Some((_, shorter)) = path.split_last() {
                    assert_eq!(lead(index, shorter), None);
                }
            }
            peaks.add(leaves[size], 0);
        }
        assert_eq!(leads_to(&leaves[0], 1, 1, &[]), None);
        assert_eq!(leads_to(&leaves[0], 0, 1, &[leaves[1]]), None);
    }
}

//! Tiles: the pieces in which a log is kept and given out (C2SP tlog-tiles). Pure.

use std::fmt;
use std::str::FromStr;

/// Hashes in a full tile, entries in a full bundle.
pub const FULL: u64 = 256;
/// Octets of a hash.
pub const HASH: usize = 32;
/// The highest level of hashes that a path may name.
const HIGHEST: u8 = 63;
/// The most digits of an index in a path: more than any log here has.
const DIGITS: usize = 15;

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// The entries themselves.
    Entries,
    /// Hashes: of entries at 0, of full tiles of the level below above it.
    Hashes(u8),
}

impl Level {
    /// As it is kept.
    #[must_use]
    pub fn number(self) -> i32 {
        match self {
            Self::Entries => -1,
            Self::Hashes(level) => i32::from(level),
        }
    }
}

/// One tile, full or partial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// What it holds.
    pub level: Level,
    /// Which of that level, from 0.
    pub n: u64,
    /// How wide a partial one is; `None` for a full one.
    pub width: Option<u8>,
}

impl Place {
    /// The tiles of one level that hold all of it in a tree of `size` entries: the full ones and the partial last.
    pub fn all(level: Level, size: u64) -> impl Iterator<Item = Self> {
        let held = match level {
            Level::Entries => size,
            Level::Hashes(level) => size.checked_shr(8 * u32::from(level)).unwrap_or(0),
        };
        let last = u8::try_from(held % FULL).ok().filter(|width| *width > 0);
        let full = (0..held / FULL).map(move |n| Self { level, n, width: None });
        full.chain(last.map(|width| Self { level, n: held / FULL, width: Some(width) }))
    }

    /// How many hashes or entries it holds.
    #[must_use]
    pub fn count(self) -> usize {
        self.width.map_or(256, usize::from)
    }
}

impl fmt::Display for Place {
    /// Its path below `tile/`: `0/x001/x234/067.p/8`, `entries/000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.level {
            Level::Entries => f.write_str("entries/")?,
            Level::Hashes(level) => write!(f, "{level}/")?,
        }
        let mut groups = vec![self.n % 1000];
        let mut rest = self.n / 1000;
        while rest > 0 {
            groups.push(rest % 1000);
            rest /= 1000;
        }
        for group in groups.iter().skip(1).rev() {
            write!(f, "x{group:03}/")?;
        }
        write!(f, "{:03}", groups[0])?;
        self.width.map_or(Ok(()), |width| write!(f, ".p/{width}"))
    }
}

/// A path that names no tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no path of a tile")]
pub struct NoTile;

impl FromStr for Place {
    type Err = NoTile;

    /// Reads a path as [`fmt::Display`] writes it, and no other spelling of it.
    fn from_str(path: &str) -> Result<Self, NoTile> {
        let (level, rest) = path.split_once('/').ok_or(NoTile)?;
        let level = match level {
            "entries" => Level::Entries,
            number => Level::Hashes(number.parse().ok().filter(|level| *level <= HIGHEST).ok_or(NoTile)?),
        };
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => (index, Some(width.parse::<u8>().ok().filter(|w| *w > 0).ok_or(NoTile)?)),
            None => (rest, None),
        };
        let digits: String = index.chars().filter(char::is_ascii_digit).take(DIGITS + 1).collect();
        let n = digits.parse().ok().filter(|_| digits.len() <= DIGITS).ok_or(NoTile)?;
        let place = Self { level, n, width };
        if place.to_string() == path { Ok(place) } else { Err(NoTile) }
    }
}

/// The entries of a bundle, each with its length before it in two octets; `None` if it is cut off.
#[must_use]
pub fn split(bundle: &[u8]) -> Option<Vec<&[u8]>> {
    let mut rest = bundle;
    let mut lines = Vec::new();
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<2>()?;
        let (line, after) = after.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        lines.push(line);
        rest = after;
    }
    Some(lines)
}

/// The first `count` pieces of what a wider tile holds; `None` if it holds fewer.
#[must_use]
pub fn narrow(level: Level, mut data: Vec<u8>, count: usize) -> Option<Vec<u8>> {
    let end = match level {
        Level::Hashes(_) => count * HASH,
        Level::Entries => split(&data)?.get(..count)?.iter().map(|line| line.len() + 2).sum(),
    };
    if data.len() < end {
        return None;
    }
    data.truncate(end);
    Some(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_in_its_one_spelling() {
        for path in ["0/000", "0/x001/x234/067", "2/000.p/1", "entries/x001/999.p/255", "63/007"] {
            assert_eq!(path.parse::<Place>().unwrap().to_string(), path);
        }
        for bad in [
            "",
            "0",
            "0/",
            "0/0",
            "0/0000",
            "00/000",
            "64/000",
            "-1/000",
            "data/000",
            "0/000.p/0",
            "0/000.p/256",
            "0/000.p/01",
            "0/000.p/",
            "0/001/000",
            "0/x000/001",
            "0/x1/000",
            "0/000/",
            "0/00a",
            "0/000.p/1/",
            "0/x001/x001/x001/x001/x001/x001/000",
        ] {
            assert_eq!(bad.parse::<Place>(), Err(NoTile), "{bad}");
        }
    }

    #[test]
    fn the_tiles_of_seventy_thousand_entries_are_those_of_the_specification() {
        let wide = |level| Place::all(Level::Hashes(level), 70_000).map(Place::count).collect::<Vec<_>>();
        assert_eq!((wide(0).len(), wide(0)[273]), (274, 112));
        assert_eq!(wide(1), [256, 17]);
        assert_eq!((wide(2), wide(3)), (vec![1], vec![]));
        assert_eq!(Place::all(Level::Hashes(1), 256).map(Place::count).collect::<Vec<_>>(), [1]);
        assert_eq!(Place::all(Level::Hashes(9), u64::MAX).count(), 0);
    }

    #[test]
    fn a_bundle_is_split_and_narrowed() {
        let bundle = [0, 1, b'a', 0, 0, 0, 2, b'b', b'c'].to_vec();
        assert_eq!(split(&bundle).unwrap(), [b"a".as_slice(), b"", b"bc"]);
        assert_eq!(split(&bundle[..8]), None);
        assert_eq!(narrow(Level::Entries, bundle.clone(), 2).unwrap(), bundle[..5]);
        assert_eq!(narrow(Level::Entries, bundle.clone(), 4), None);
        assert_eq!(narrow(Level::Hashes(0), vec![7; 64], 1).unwrap().len(), 32);
        assert_eq!(narrow(Level::Hashes(0), vec![7; 64], 3), None);
    }
}

//! The shipped Polis conversations, counted again from their votes alone.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// One voter's last word on one statement: voter, statement, and 1 agree, 0 pass, -1 disagree.
pub type Votes = BTreeMap<(String, String), i32>;

/// Agrees, passes and disagrees of one statement.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Votes of 1.
    pub agrees: u64,
    /// Votes of 0.
    pub passes: u64,
    /// Votes of -1.
    pub disagrees: u64,
}

/// The folder of a conversation that the project ships.
pub fn conversation(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../node/demo/polis").join(name)
}

/// Reads Polis's `votes.csv`: the latest timestamp of a voter on a statement wins, among equal ones the later line.
pub fn votes(csv: &str) -> Votes {
    let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
    let headers = reader.headers().expect("a header line").clone();
    let column =
        |name: &str| headers.iter().position(|header| header == name).unwrap_or_else(|| panic!("no column {name}"));
    let (at, statement, voter, vote) = (column("timestamp"), column("comment-id"), column("voter-id"), column("vote"));
    let mut latest: HashMap<(String, String), (i64, i32)> = HashMap::new();
    for row in reader.records() {
        let row = row.expect("a row");
        let key = (row[voter].to_owned(), row[statement].to_owned());
        let value = (row[at].parse().expect("a timestamp"), row[vote].parse().expect("a vote"));
        let entry = latest.entry(key).or_insert(value);
        if value.0 >= entry.0 {
            *entry = value;
        }
    }
    latest.into_iter().map(|(key, (_, vote))| (key, vote)).collect()
}

/// Counts per statement.
pub fn counts(votes: &Votes) -> BTreeMap<String, Counts> {
    let mut counts: BTreeMap<String, Counts> = BTreeMap::new();
    for ((_, statement), vote) in votes {
        let entry = counts.entry(statement.clone()).or_default();
        match vote {
            1 => entry.agrees += 1,
            0 => entry.passes += 1,
            -1 => entry.disagrees += 1,
            other => panic!("a vote of {other}"),
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::{Counts, counts, votes};

    #[test]
    fn the_last_vote_of_a_voter_wins() {
        let csv = "timestamp,datetime,comment-id,voter-id,vote\n5,x,1,9,1\n3,x,1,9,-1\n5,x,1,9,0\n1,x,1,8,1\n";
        let expected = Counts { agrees: 1, passes: 1, disagrees: 0 };
        assert_eq!(counts(&votes(csv))["1"], expected);
    }
}

//! A Polis export, read and checked without a database.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read;
use std::path::Path;

use csv::StringRecord;

use super::{Conversation, Malformed, Statement, Unreadable, Vote};
use crate::clock::Instant;
use crate::data::export::sheet::as_written;
use crate::debate::reaction::Value;

/// A statement longer than this, in characters, is taken for a damaged file.
const MAX_STATEMENT: usize = 10_000;
/// A title longer than this, in characters, is taken for a damaged file.
const MAX_TOPIC: usize = 300;
/// Polis began in 2012; a time before or after what a calendar of four digits holds is damage.
const MAX_MILLIS: i64 = 253_402_300_799_999;

/// Reads the folder of an export: `summary.csv`, `comments.csv`, `votes.csv`.
///
/// # Errors
/// The first row that is not as Polis writes it, by file and line, or the file that cannot be read.
pub fn read(folder: &Path) -> Result<Conversation, Unreadable> {
    let open = |name: &'static str| {
        std::fs::File::open(folder.join(name))
            .map(std::io::BufReader::new)
            .map_err(|cause| Unreadable::File { file: name, cause })
    };
    read_from(open("summary.csv")?, open("comments.csv")?, open("votes.csv")?)
}

/// The same from anything that can be read.
///
/// # Errors
/// As [`read`].
pub fn read_from(summary: impl Read, comments: impl Read, votes: impl Read) -> Result<Conversation, Unreadable> {
    let summary = read_summary(summary)?;
    let (statements, totals) = read_statements(comments)?;
    let votes = read_votes(votes, &statements)?;
    let warnings = compare(&summary, &statements, &totals, &votes);
    let Summary { topic, url, description, .. } = summary;
    Ok(Conversation { topic, url, description, statements, votes, warnings })
}

struct Summary {
    topic: String,
    url: Option<String>,
    description: String,
    voters: Option<String>,
    comments: Option<String>,
}

/// One table of the export, which knows where it is.
struct Table<R> {
    file: &'static str,
    reader: csv::Reader<R>,
    columns: HashMap<String, usize>,
}

impl<R: Read> Table<R> {
    fn open(file: &'static str, from: R, required: &[&str]) -> Result<Self, Unreadable> {
        let mut reader = csv::ReaderBuilder::new().flexible(false).from_reader(from);
        let header = reader.headers().map_err(|error| csv_error(file, &error))?;
        let name = |column: &str| column.trim_start_matches('\u{feff}').trim().to_owned();
        let columns: HashMap<_, _> = header.iter().enumerate().map(|(at, column)| (name(column), at)).collect();
        match required.iter().find(|column| !columns.contains_key(**column)) {
            Some(missing) => Err(malformed(file, 1, format!("the column `{missing}` is missing"))),
            None => Ok(Self { file, reader, columns }),
        }
    }

    fn next(&mut self, row: &mut StringRecord) -> Result<bool, Unreadable> {
        self.reader.read_record(row).map_err(|error| csv_error(self.file, &error))
    }

    fn wrong(&self, row: &StringRecord, why: impl Into<String>) -> Unreadable {
        malformed(self.file, row.position().map_or(0, csv::Position::line), why.into())
    }

    fn text<'r>(&self, row: &'r StringRecord, column: &str) -> &'r str {
        self.columns.get(column).and_then(|at| row.get(*at)).unwrap_or_default()
    }

    fn number<T: std::str::FromStr>(&self, row: &StringRecord, column: &str) -> Result<T, Unreadable> {
        let text = self.text(row, column);
        text.trim()
            .parse()
            .map_err(|_| self.wrong(row, format!("`{text}` in `{column}` is not a number that can stand there")))
    }

    fn time(&self, row: &StringRecord) -> Result<Instant, Unreadable> {
        let millis: i64 = self.number(row, "timestamp")?;
        match (0..=MAX_MILLIS).contains(&millis) {
            true => Ok(Instant::from_microsecond(millis * 1000)),
            false => Err(self.wrong(row, format!("`{millis}` in `timestamp` is no time in milliseconds since 1970"))),
        }
    }
}

fn malformed(file: &'static str, line: u64, why: String) -> Unreadable {
    Unreadable::Row(Malformed { file, line, why })
}

fn csv_error(file: &'static str, error: &csv::Error) -> Unreadable {
    let line = error.position().map_or(0, csv::Position::line);
    let why = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("{len} fields where {expected_len} are due")
        }
        csv::ErrorKind::Utf8 { .. } => "not UTF-8".to_owned(),
        _ => error.to_string(),
    };
    malformed(file, line, why)
}

fn read_summary(from: impl Read) -> Result<Summary, Unreadable> {
    const FILE: &str = "summary.csv";
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(from);
    let mut values = BTreeMap::new();
    for row in reader.records() {
        let row = row.map_err(|error| csv_error(FILE, &error))?;
        let line = row.position().map_or(0, csv::Position::line);
        let (Some(key), Some(value)) = (row.get(0), row.get(1)) else {
            return Err(malformed(FILE, line, "neither key nor value".to_owned()));
        };
        values.insert(key.trim_start_matches('\u{feff}').trim().to_owned(), value.trim().to_owned());
    }
    let values = values.into_iter().map(|(key, value)| (key, as_written(&value).into_owned()));
    let mut values: BTreeMap<String, String> = values.collect();
    let topic = values.remove("topic").filter(|topic| !topic.is_empty());
    let topic = topic.ok_or_else(|| malformed(FILE, 1, "the key `topic` is missing or empty".to_owned()))?;
    if topic.chars().count() > MAX_TOPIC {
        return Err(malformed(FILE, 1, format!("`topic` is longer than {MAX_TOPIC} characters")));
    }
    let mut take = |key: &str| values.remove(key).filter(|value| !value.is_empty());
    Ok(Summary {
        topic,
        url: take("url"),
        description: take("conversation-description").unwrap_or_default(),
        voters: take("voters"),
        comments: take("comments"),
    })
}

/// Statement → the agreements and disagreements that `comments.csv` claims, as written.
type Totals = HashMap<u64, (String, String)>;

fn read_statements(from: impl Read) -> Result<(Vec<Statement>, Totals), Unreadable> {
    let required = ["timestamp", "comment-id", "author-id", "moderated", "comment-body"];
    let mut table = Table::open("comments.csv", from, &required)?;
    let (mut statements, mut totals) = (Vec::new(), Totals::new());
    let mut row = StringRecord::new();
    while table.next(&mut row)? {
        let statement = read_statement(&table, &row)?;
        let claimed = (table.text(&row, "agrees").to_owned(), table.text(&row, "disagrees").to_owned());
        if totals.insert(statement.id, claimed).is_some() {
            return Err(table.wrong(&row, format!("statement {} stands here a second time", statement.id)));
        }
        statements.push(statement);
    }
    statements.sort_by_key(|statement| (statement.at, statement.id));
    Ok((statements, totals))
}

fn read_statement<R: Read>(table: &Table<R>, row: &StringRecord) -> Result<Statement, Unreadable> {
    let text = as_written(table.text(row, "comment-body"));
    if text.trim().is_empty() {
        return Err(table.wrong(row, "`comment-body` is empty"));
    }
    if text.chars().count() > MAX_STATEMENT {
        return Err(table.wrong(row, format!("`comment-body` is longer than {MAX_STATEMENT} characters")));
    }
    let moderated: i8 = table.number(row, "moderated")?;
    if !(-1..=1).contains(&moderated) {
        return Err(table.wrong(row, format!("`moderated` is {moderated}, neither -1, 0 nor 1")));
    }
    Ok(Statement {
        id: table.number(row, "comment-id")?,
        author: table.number(row, "author-id")?,
        at: table.time(row)?,
        moderated,
        text: text.into_owned(),
    })
}

/// The last vote of each voter on each statement: the latest timestamp, and among equal ones the later line.
fn read_votes(from: impl Read, statements: &[Statement]) -> Result<Vec<Vote>, Unreadable> {
    let mut table = Table::open("votes.csv", from, &["timestamp", "comment-id", "voter-id", "vote"])?;
    let known: HashSet<u64> = statements.iter().map(|statement| statement.id).collect();
    let mut last: HashMap<(u64, u64), Vote> = HashMap::new();
    let mut row = StringRecord::new();
    while table.next(&mut row)? {
        let vote = read_vote(&table, &row)?;
        if !known.contains(&vote.statement) {
            return Err(table.wrong(&row, format!("statement {} does not stand in comments.csv", vote.statement)));
        }
        let kept = last.entry((vote.statement, vote.voter)).or_insert(vote);
        if vote.at >= kept.at {
            *kept = vote;
        }
    }
    let mut votes: Vec<Vote> = last.into_values().collect();
    votes.sort_by_key(|vote| (vote.at, vote.statement, vote.voter));
    Ok(votes)
}

fn read_vote<R: Read>(table: &Table<R>, row: &StringRecord) -> Result<Vote, Unreadable> {
    let number = table.number(row, "vote")?;
    let opinion = Value::from_number(number)
        .ok_or_else(|| table.wrong(row, format!("`vote` is {number}, neither 1, 0 nor -1")))?;
    Ok(Vote {
        statement: table.number(row, "comment-id")?,
        voter: table.number(row, "voter-id")?,
        at: table.time(row)?,
        opinion,
    })
}

/// Where the totals of the export differ from its votes: they are often stale, and never imported.
fn compare(summary: &Summary, statements: &[Statement], totals: &Totals, votes: &[Vote]) -> Vec<String> {
    let mut counted: HashMap<u64, (u64, u64)> = HashMap::new();
    for vote in votes {
        let (agrees, disagrees) = counted.entry(vote.statement).or_default();
        match vote.opinion {
            Value::Agree => *agrees += 1,
            Value::Disagree => *disagrees += 1,
            Value::Pass => {}
        }
    }
    let stale = statements.iter().filter(|statement| {
        let (agrees, disagrees) = counted.get(&statement.id).copied().unwrap_or_default();
        let claims = |claimed: &str, counted: u64| claimed.is_empty() || claimed.trim() == counted.to_string();
        totals.get(&statement.id).is_some_and(|(a, d)| !claims(a, agrees) || !claims(d, disagrees))
    });
    let stale = stale.count();
    let mut warnings = Vec::new();
    if stale > 0 {
        warnings
            .push(format!("comments.csv: the totals of {stale} statements differ from votes.csv, which is counted"));
    }
    let voters = votes.iter().map(|vote| vote.voter).collect::<HashSet<_>>().len();
    for (key, claimed, counted) in
        [("voters", &summary.voters, voters), ("comments", &summary.comments, statements.len())]
    {
        if let Some(claimed) = claimed.as_ref().filter(|claimed| **claimed != counted.to_string()) {
            warnings.push(format!("summary.csv: `{key}` says {claimed}, the rows say {counted}"));
        }
    }
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUMMARY: &str =
        "topic,Trees?\nurl,https://pol.is/1\nvoters,2\ncomments,2\nconversation-description,\"A\n\nB\"\n";
    const COMMENTS: &str = "timestamp,datetime,comment-id,author-id,agrees,disagrees,moderated,comment-body\n\
        2000,x,7,1,1,0,1,\"Plant,\nthem\"\n1000,x,3,2,0,0,-1,Cut them\n";
    const VOTES: &str = "timestamp,datetime,comment-id,voter-id,vote\n";

    fn read(comments: &str, votes: &str) -> Result<Conversation, String> {
        read_from(SUMMARY.as_bytes(), comments.as_bytes(), votes.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn an_export_is_read() {
        let read = read(COMMENTS, &format!("{VOTES}3000,x,7,1,1\n3000,x,7,2,0\n")).unwrap();
        assert_eq!((read.topic.as_str(), read.description.as_str()), ("Trees?", "A\n\nB"));
        assert_eq!(read.statements.iter().map(|s| (s.id, s.moderated)).collect::<Vec<_>>(), [(3, -1), (7, 1)]);
        assert_eq!(read.statements[1].text, "Plant,\nthem");
        assert_eq!(read.votes.len(), 2);
        assert_eq!(read.warnings, Vec::<String>::new());
    }

    #[test]
    fn the_latest_vote_counts_and_among_equal_ones_the_later_line() {
        let rows = "5000,x,7,1,-1\n4000,x,7,1,1\n5000,x,7,2,1\n5000,x,7,2,0\n";
        let read = read(COMMENTS, &format!("{VOTES}{rows}")).unwrap();
        let kept: Vec<_> = read.votes.iter().map(|vote| (vote.voter, vote.opinion)).collect();
        assert_eq!(kept, [(1, Value::Disagree), (2, Value::Pass)]);
    }

    #[test]
    fn stale_totals_are_only_warned_about() {
        let read = read(COMMENTS, VOTES).unwrap();
        assert_eq!(read.warnings.len(), 2, "{:?}", read.warnings);
    }

    #[test]
    fn a_malformed_row_is_named_by_file_and_line() {
        let vote = |row: &str| format!("{VOTES}1000,x,7,1,1\n{row}\n");
        for (comments, votes, said) in [
            (COMMENTS, vote("1000,x,8,1,1"), "votes.csv, line 3: statement 8"),
            (COMMENTS, vote("1000,x,7,1,2"), "votes.csv, line 3: `vote` is 2"),
            (COMMENTS, vote("soon,x,7,1,1"), "votes.csv, line 3: `soon`"),
            (COMMENTS, vote("-1,x,7,1,1"), "votes.csv, line 3: `-1`"),
            (COMMENTS, vote("1000,x,7,1"), "votes.csv, line 3: 4 fields"),
            (COMMENTS, vote("1000,x,7,-1,1"), "votes.csv, line 3: `-1` in `voter-id`"),
            (COMMENTS, "timestamp,comment-id,vote\n".to_owned(), "votes.csv, line 1: the column `voter-id`"),
            (&format!("{COMMENTS}1,x,7,1,0,0,1,Again\n"), VOTES.to_owned(), "comments.csv, line 5: statement 7"),
            (&format!("{COMMENTS}1,x,9,1,0,0,1,\n"), VOTES.to_owned(), "comments.csv, line 5: `comment-body`"),
            (&format!("{COMMENTS}1,x,9,1,0,0,4,A\n"), VOTES.to_owned(), "comments.csv, line 5: `moderated`"),
        ] {
            let error = read(comments, &votes).unwrap_err();
            assert!(error.starts_with(said), "{error}");
        }
    }
}

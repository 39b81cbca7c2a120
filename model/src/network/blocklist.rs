//! Lists of servers to be treated in some way, in the CSV form that Mastodon writes and reads, so that communities can
//! share them.
//!
//! `#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate`; severities are `noop`, `silence` and
//! `suspend`. A list of bare domains, without a header, blocks each.

use crate::clock::Instant;
use crate::error::{Error, Result};
use crate::network::peer::{self, Policy, Terms};
use crate::people::role::Standing;
use crate::store::{Conn, Tx};

/// The longest list that is read, in octets.
pub const LARGEST: usize = 2 * 1024 * 1024;
/// The most servers that one list may name.
pub const MOST: usize = 20_000;

const COLUMNS: [&str; 6] =
    ["#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment", "#obfuscate"];

/// What became of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// Servers of which nothing was said before, or something else.
    pub changed: usize,
    /// Servers that were treated so already.
    pub unchanged: usize,
    /// Lines that could not be read.
    pub refused: Vec<Refused>,
}

/// A line that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its number, the first being 1.
    pub line: u64,
    /// Why.
    pub why: String,
}

/// Writes what is said about servers: blocks, silences, and what is refused of others. Those that are merely allowed, or
/// partners, are nobody else's business.
///
/// # Errors
/// When the database fails, or `by` may not.
pub async fn export(conn: &mut Conn, by: Option<&Standing>) -> Result<String> {
    peer::admit(by)?;
    let mut sheet = csv::Writer::from_writer(Vec::new());
    sheet.write_record(COLUMNS).map_err(Error::store)?;
    for peer in peer::list(conn).await? {
        let severity = match peer.policy {
            Policy::Block => "suspend",
            Policy::Silence => "silence",
            Policy::Allow | Policy::Partner if peer.reject_media || peer.reject_reports => "noop",
            Policy::Allow | Policy::Partner => continue,
        };
        let yes = |yes: bool| if yes { "true" } else { "false" };
        let comment = harmless(&peer.public_comment);
        let (media, reports) = (yes(peer.reject_media), yes(peer.reject_reports));
        sheet
            .write_record([&peer.host, severity, media, reports, &comment, yes(peer.obfuscate)])
            .map_err(Error::store)?;
    }
    let octets = sheet.into_inner().map_err(|error| Error::store(error.to_string()))?;
    String::from_utf8(octets).map_err(Error::store)
}

/// A cell that no spreadsheet takes for a formula.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t']) { format!("'{text}") } else { text.to_owned() }
}

/// Treats every server of a list as it says. What is said about others stays, and a partner stays one unless it is blocked.
///
/// # Errors
/// When `by` may not; when the list is too long, or no CSV.
pub async fn import(tx: &mut Tx, now: Instant, by: Option<&Standing>, list: &str) -> Result<Imported> {
    peer::admit(by)?;
    let mut imported = Imported::default();
    for (line, read) in lines(list)? {
        let (host, terms) = match read {
            Ok(read) => read,
            Err(why) => {
                imported.refused.push(Refused { line, why });
                continue;
            }
        };
        let before = peer::by_host(tx, &host).await?.map(peer::Peer::terms);
        let terms = with_kept(terms, before.as_ref());
        if before.as_ref() == Some(&terms) {
            imported.unchanged += 1;
        } else {
            peer::treat(tx, now, by, &host, terms).await?;
            imported.changed += 1;
        }
    }
    Ok(imported)
}

/// What a list cannot say is kept.
fn with_kept(mut terms: Terms, before: Option<&Terms>) -> Terms {
    if let Some(before) = before {
        terms.private_comment.clone_from(&before.private_comment);
        if before.policy == Policy::Partner && terms.policy == Policy::Allow {
            terms.policy = Policy::Partner;
        }
    }
    terms
}

type Line = (u64, std::result::Result<(String, Terms), String>);

fn lines(list: &str) -> Result<Vec<Line>> {
    if list.len() > LARGEST {
        return Err(Error::field("list", "too-long", "A list has at most 2 MiB."));
    }
    let list = list.trim_start_matches('\u{feff}');
    let mut sheet = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(list.as_bytes());
    let mut records = sheet.records().peekable();
    let columns = match records.peek() {
        Some(Ok(first)) => columns(first),
        _ => None,
    };
    if columns.is_some() {
        records.next();
    }
    let columns = columns.unwrap_or_else(|| vec![Some(0)]);
    let mut lines = Vec::new();
    for record in records {
        if lines.len() == MOST {
            return Err(Error::field("list", "too-many", "A list names at most 20,000 servers."));
        }
        let record = record.map_err(|error| Error::field("list", "format", error.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |column: usize| columns.get(column).copied().flatten().and_then(|at| record.get(at));
        lines.push((line, read(cell)));
    }
    Ok(lines)
}

/// Where each of [`COLUMNS`] stands, if this is a line of headings: with or without their `#`.
fn columns(first: &csv::StringRecord) -> Option<Vec<Option<usize>>> {
    let name = |cell: &str| cell.trim().trim_start_matches('#').to_lowercase();
    let place = |wanted: &str| first.iter().position(|cell| name(cell) == name(wanted));
    place(COLUMNS[0])?;
    Some(COLUMNS.iter().map(|wanted| place(wanted)).collect())
}

fn read<'a>(cell: impl Fn(usize) -> Option<&'a str>) -> std::result::Result<(String, Terms), String> {
    let text = |column| cell(column).unwrap_or_default().trim();
    let host = peer::written(text(0)).ok_or_else(|| format!("`{}` is no host name", text(0)))?;
    let policy = match text(1).to_lowercase().as_str() {
        "suspend" | "" => Policy::Block,
        "silence" | "limit" => Policy::Silence,
        "noop" => Policy::Allow,
        other => return Err(format!("`{other}` is none of noop, silence, suspend")),
    };
    let yes = |column| matches!(text(column).to_lowercase().as_str(), "true" | "1" | "yes");
    let public_comment: String = text(4).chars().take(peer::COMMENT_LONGEST).collect();
    let (reject_media, reject_reports, obfuscate) = (yes(2), yes(3), yes(5));
    let private_comment = String::new();
    Ok((host, Terms { policy, reject_media, reject_reports, obfuscate, public_comment, private_comment }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policies(list: &str) -> Vec<(String, Policy)> {
        let lines = lines(list).expect("a list");
        lines.into_iter().map(|(_, read)| read.expect("a line")).map(|(host, terms)| (host, terms.policy)).collect()
    }

    #[test]
    fn lists_are_read_with_headings_in_any_order_and_without() {
        let whole = "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n\
            Bad.example,suspend,TRUE,false,\"spam, mostly\",true\nloud.example,silence,false,false,,false\n\
            odd.example,noop,true,true,,false\n";
        assert_eq!(
            policies(whole),
            [
                ("bad.example".into(), Policy::Block),
                ("loud.example".into(), Policy::Silence),
                ("odd.example".into(), Policy::Allow)
            ]
        );
        let (_, first) = &lines(whole).expect("a list")[0];
        let (_, terms) = first.as_ref().expect("a line");
        assert!(terms.reject_media && !terms.reject_reports && terms.obfuscate);
        assert_eq!(terms.public_comment, "spam, mostly");
        assert_eq!(policies("severity,domain\nsilence,loud.example\n"), [("loud.example".into(), Policy::Silence)]);
        assert_eq!(policies("\u{feff}bad.example\nbücher.example\n")[1].0, "xn--bcher-kva.example");
        assert!(policies("").is_empty());
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named_and_the_others_are_taken() {
        let read =
            lines("#domain,#severity\nbad.example,suspend\nnot a host,suspend\nodd.example,strange\n").expect("a list");
        let wrong: Vec<u64> = read.iter().filter(|(_, read)| read.is_err()).map(|(line, _)| *line).collect();
        assert_eq!(wrong, [3, 4]);
    }

    #[test]
    fn a_list_has_an_end() {
        assert!(lines(&"a.example\n".repeat(MOST + 1)).is_err());
        assert!(lines(&" ".repeat(LARGEST + 1)).is_err());
    }
}

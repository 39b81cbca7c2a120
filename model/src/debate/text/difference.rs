//! What changed from one version of a text to another: line by line, and within a changed line word by word.

use std::time::Duration;

use similar::{Algorithm, ChangeTag, DiffOp, TextDiff};

use super::Text;

/// The time after which a comparison is no longer made finer: it stays right, and may show more as changed than need be.
const PATIENCE: Duration = Duration::from_millis(200);
/// The same for the words of one line.
const LINE_PATIENCE: Duration = Duration::from_millis(5);

/// What changed between two versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The lines, in order. Blank ones that are the same in both are left out.
    pub lines: Vec<Line>,
}

/// A line in both versions; missing in one of them if it was added or removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// In the earlier version.
    pub before: Option<Vec<Piece>>,
    /// In the later version.
    pub after: Option<Vec<Piece>>,
    /// Both in one, the words that went before those that came.
    pub both: Vec<Piece>,
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// What it says, in Markdown.
    pub text: String,
    /// Whether it stayed, came or went.
    pub tag: Tag,
}

/// What happened to a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// It stayed.
    Same,
    /// It came.
    Added,
    /// It went.
    Removed,
}

/// Compares two versions.
#[must_use]
pub fn between(before: &Text, after: &Text) -> Difference {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.markdown.lines().collect(), after.markdown.lines().collect());
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).timeout(PATIENCE).diff_slices(&old, &new);
    let mut lines = Vec::new();
    for op in diff.ops() {
        match *op {
            DiffOp::Equal { old_index, len, .. } => {
                lines.extend(old[old_index..old_index + len].iter().filter(|l| !l.trim().is_empty()).map(|l| same(l)));
            }
            DiffOp::Delete { old_index, old_len, .. } => {
                lines.extend(old[old_index..old_index + old_len].iter().map(|l| gone(l)))
            }
            DiffOp::Insert { new_index, new_len, .. } => {
                lines.extend(new[new_index..new_index + new_len].iter().map(|l| come(l)))
            }
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                lines.extend(replaced(&old[old_index..old_index + old_len], &new[new_index..new_index + new_len]));
            }
        }
    }
    Difference { lines }
}

fn whole(text: &str, tag: Tag) -> Vec<Piece> {
    vec![Piece { text: text.to_owned(), tag }]
}

fn same(line: &str) -> Line {
    let pieces = whole(line, Tag::Same);
    Line { before: Some(pieces.clone()), after: Some(pieces.clone()), both: pieces }
}

fn gone(line: &str) -> Line {
    let pieces = whole(line, Tag::Removed);
    Line { before: Some(pieces.clone()), after: None, both: pieces }
}

fn come(line: &str) -> Line {
    let pieces = whole(line, Tag::Added);
    Line { before: None, after: Some(pieces.clone()), both: pieces }
}

/// Lines for other lines: those with words are compared in pairs, in order.
fn replaced(old: &[&str], new: &[&str]) -> Vec<Line> {
    let worded = |lines: &[&str]| lines.iter().filter(|l| !l.trim().is_empty()).map(|l| (*l).to_owned()).collect();
    let (old, new): (Vec<String>, Vec<String>) = (worded(old), worded(new));
    let pairs = old.len().min(new.len());
    let mut lines: Vec<Line> = old.iter().zip(&new).map(|(old, new)| reworded(old, new)).collect();
    lines.extend(old[pairs..].iter().map(|line| gone(line)));
    lines.extend(new[pairs..].iter().map(|line| come(line)));
    lines
}

fn reworded(old: &str, new: &str) -> Line {
    let diff = TextDiff::configure().timeout(LINE_PATIENCE).diff_words(old, new);
    let mut line = Line { before: Some(Vec::new()), after: Some(Vec::new()), both: Vec::new() };
    for change in diff.iter_all_changes() {
        let tag = match change.tag() {
            ChangeTag::Equal => Tag::Same,
            ChangeTag::Insert => Tag::Added,
            ChangeTag::Delete => Tag::Removed,
        };
        push(&mut line.both, change.value(), tag);
        if tag != Tag::Added {
            line.before.as_mut().into_iter().for_each(|pieces| push(pieces, change.value(), tag));
        }
        if tag != Tag::Removed {
            line.after.as_mut().into_iter().for_each(|pieces| push(pieces, change.value(), tag));
        }
    }
    line
}

fn push(pieces: &mut Vec<Piece>, text: &str, tag: Tag) {
    match pieces.last_mut() {
        Some(last) if last.tag == tag => last.text.push_str(text),
        _ => pieces.push(Piece { text: text.to_owned(), tag }),
    }
}

fn html(pieces: &[Piece]) -> String {
    let piece = |piece: &Piece| {
        let text = ammonia::clean_text(&piece.text).replace("&#32;", " ");
        match piece.tag {
            Tag::Same => text,
            Tag::Added => format!("<ins>{text}</ins>"),
            Tag::Removed => format!("<del>{text}</del>"),
        }
    };
    pieces.iter().map(piece).collect()
}

impl Line {
    /// Whether it is the same in both.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.both.iter().all(|piece| piece.tag == Tag::Same)
    }
}

impl Difference {
    /// Both versions in one, a paragraph a line, what went in `del` and what came in `ins`: safe HTML.
    #[must_use]
    pub fn inline(&self) -> String {
        let paragraphs = self.lines.iter().map(|line| format!("<p>{}</p>", html(&line.both)));
        super::sanitise(&paragraphs.collect::<String>())
    }

    /// The earlier version beside the later, a row a line: the rows of a table, as safe HTML.
    #[must_use]
    pub fn side_by_side(&self) -> String {
        let cell = |side: &Option<Vec<Piece>>| format!("<td>{}</td>", side.as_deref().map(html).unwrap_or_default());
        let rows = self.lines.iter().map(|line| format!("<tr>{}{}</tr>", cell(&line.before), cell(&line.after)));
        super::sanitise(&format!("<table><tbody>{}</tbody></table>", rows.collect::<String>()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Instant;
    use crate::id::Id;
    use proptest::prelude::*;

    fn text(markdown: &str) -> Text {
        let now = Instant::from_microsecond(0);
        Text::first(now, Id::new(now), markdown)
    }

    fn compare(before: &str, after: &str) -> Difference {
        between(&text(before), &text(after))
    }

    #[test]
    fn words_that_change_are_marked() {
        let diff =
            compare("# Place\n\nThe square is open.\n\nOld", "# Place\n\nThe square is <b>closed</b>.\n\nOld\n\nNew");
        assert_eq!(diff.lines.iter().filter(|line| line.is_same()).count(), 2);
        let inline = diff.inline();
        assert!(inline.contains("The square is <del>open.</del><ins>&lt;b&gt;closed&lt;/b&gt;.</ins>"), "{inline}");
        assert!(inline.contains("<p><ins>New</ins></p>"), "{inline}");
        let table = diff.side_by_side();
        assert!(table.contains("<td></td><td><ins>New</ins></td>"), "{table}");
    }

    proptest! {
        /// Each side of a comparison is that version, and what is marked as the same is in both.
        #[test]
        fn each_side_is_its_version(before in "([ab <&]{0,6}\n){0,8}", after in "([ab <&]{0,6}\n){0,8}") {
            let diff = compare(&before, &after);
            let side = |of: fn(&Line) -> &Option<Vec<Piece>>| {
                let words = |pieces: &Vec<Piece>| pieces.iter().map(|piece| piece.text.as_str()).collect::<String>();
                diff.lines.iter().filter_map(|line| of(line).as_ref()).map(words).filter(|l| !l.trim().is_empty()).collect::<Vec<_>>()
            };
            let lines = |text: &str| text.lines().filter(|l| !l.trim().is_empty()).map(str::to_owned).collect::<Vec<_>>();
            prop_assert_eq!(side(|line| &line.before), lines(&before));
            prop_assert_eq!(side(|line| &line.after), lines(&after));
        }
    }
}

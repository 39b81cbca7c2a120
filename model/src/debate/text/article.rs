//! A text split into articles, each with an anchor.
//!
//! An article begins at each heading of one level: the highest that the text uses more than once; if it uses none twice,
//! the deepest that it uses. What stands before the first is no article, and lower headings belong to theirs. A heading
//! within a quotation, a list or a block of code is none.
//!
//! The articles of a first version are `a1`, `a2`… in order. In a later version an article with the same heading keeps its
//! anchor, wherever it stands now. One whose heading is new keeps the anchor of the article that stood in its place, if
//! that one's heading is gone and the number of articles is the same: it was renamed. Any other gets the next number, and
//! an anchor is never given twice.

use std::collections::{HashMap, HashSet, VecDeque};

use comrak::nodes::NodeValue;
use serde::{Deserialize, Serialize};

/// An article of a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Article {
    /// Its anchor: `a1`.
    pub anchor: String,
    /// Its heading, plain.
    pub heading: String,
    /// The level of its heading, from 1.
    pub level: u8,
}

/// A piece of a text: a heading, or what stands between two.
struct Block {
    html: String,
    /// Level and plain text.
    heading: Option<(u8, String)>,
}

fn options() -> comrak::Options<'static> {
    let mut options = comrak::Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.render.hardbreaks = false;
    options
}

/// The blocks of a Markdown text as safe HTML. The page has a first-level heading of its own: one in the text becomes
/// a second-level one.
fn blocks(markdown: &str) -> Vec<Block> {
    let (arena, options) = (comrak::Arena::new(), options());
    let root = comrak::parse_document(&arena, markdown, &options);
    let block = |node: comrak::Node<'_>| {
        let mut html = String::new();
        // Writing to a string cannot fail.
        let written = comrak::format_html(node, &options, &mut html);
        debug_assert!(written.is_ok());
        let heading = match &node.data().value {
            NodeValue::Heading(heading) => Some(heading.level),
            _ => None,
        };
        let words = || node.collect_text().split_whitespace().collect::<Vec<_>>().join(" ");
        Block { html: super::sanitise(&html), heading: heading.map(|level| (level, words())) }
    };
    root.children().map(block).collect()
}

/// The level at which articles begin; none in a text without headings.
fn level(blocks: &[Block]) -> Option<u8> {
    let mut uses = [0_usize; 7];
    for (level, _) in blocks.iter().filter_map(|block| block.heading.as_ref()) {
        uses[usize::from(*level)] += 1;
    }
    let level = uses.iter().position(|times| *times > 1).or_else(|| uses.iter().rposition(|times| *times > 0));
    level.and_then(|level| u8::try_from(level).ok())
}

/// A text as safe HTML, without anchors.
pub(super) fn plain(markdown: &str) -> String {
    super::sanitise(&comrak::markdown_to_html(markdown, &options()))
}

/// A text as safe HTML with its anchors, and its articles. `before` holds the articles of the earlier versions, the latest
/// last.
#[must_use]
pub fn rendered(markdown: &str, before: &[Vec<Article>]) -> (String, Vec<Article>) {
    let blocks = blocks(markdown);
    let level = level(&blocks);
    let begins = |block: &&Block| block.heading.as_ref().is_some_and(|(its, _)| Some(*its) == level);
    let headings: Vec<&str> =
        blocks.iter().filter(begins).filter_map(|b| b.heading.as_ref()).map(|(_, words)| words.as_str()).collect();
    let anchors = anchors(&headings, before);
    let mut html = String::new();
    let mut next = anchors.iter();
    for block in &blocks {
        let anchor = if begins(&block) { next.next() } else { None };
        match anchor.zip(block.html.split_once('>')) {
            Some((anchor, (tag, rest))) => html.push_str(&format!("{tag} id=\"{anchor}\">{rest}")),
            None => html.push_str(&block.html),
        }
    }
    let article =
        |(anchor, heading): (String, &str)| Article { anchor, heading: heading.to_owned(), level: level.unwrap_or(1) };
    let articles = anchors.into_iter().zip(headings).map(article).collect();
    (html, articles)
}

fn anchors(headings: &[&str], before: &[Vec<Article>]) -> Vec<String> {
    let latest = before.last().map_or(&[][..], Vec::as_slice);
    let mut places: HashMap<&str, VecDeque<usize>> = HashMap::new();
    for (place, article) in latest.iter().enumerate() {
        places.entry(&article.heading).or_default().push_back(place);
    }
    let mut given: Vec<Option<usize>> =
        headings.iter().map(|heading| places.get_mut(heading).and_then(VecDeque::pop_front)).collect();
    if latest.len() == headings.len() {
        let taken: HashSet<usize> = given.iter().flatten().copied().collect();
        for (at, place) in given.iter_mut().enumerate().filter(|(at, _)| !taken.contains(at)) {
            place.get_or_insert(at);
        }
    }
    let number =
        |article: &Article| article.anchor.strip_prefix('a').and_then(|n| n.parse::<usize>().ok()).unwrap_or(0);
    let mut last = before.iter().flatten().map(number).max().unwrap_or(0);
    let mut anchor = |place: Option<usize>| match place {
        Some(place) => latest[place].anchor.clone(),
        None => {
            last += 1;
            format!("a{last}")
        }
    };
    given.into_iter().map(&mut anchor).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(markdown: &str, before: &[Vec<Article>]) -> Vec<(String, String)> {
        rendered(markdown, before).1.into_iter().map(|a| (a.anchor, a.heading)).collect()
    }

    fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
        of.iter().map(|(a, h)| ((*a).to_owned(), (*h).to_owned())).collect()
    }

    #[test]
    fn articles_begin_at_the_highest_level_used_twice() {
        let law = "# Charter\n\nPreamble.\n\n## One\n\nText\n\n### Detail\n\n## Two *bis*\n\n> ## Quoted\n\n```\n## Code\n```\n";
        assert_eq!(split(law, &[]), pairs(&[("a1", "One"), ("a2", "Two bis")]));
        assert_eq!(split("# A\n\nx\n\n# B\n\n## C\n\n## D", &[]), pairs(&[("a1", "A"), ("a2", "B")]));
        assert_eq!(split("# Charter\n\n## Only", &[]), pairs(&[("a1", "Only")]));
        assert_eq!(split("No heading.", &[]), pairs(&[]));
    }

    #[test]
    fn the_html_is_that_of_the_whole_with_anchors() {
        let law = "Intro [x].\n\n## One\n\na\n\n## Two <b onclick=1>\n\nb\n\n[x]: https://x.example/";
        let (html, _) = rendered(law, &[]);
        assert!(html.contains("<h2 id=\"a1\">One</h2>") && html.contains("<h2 id=\"a2\">"), "{html}");
        assert!(html.contains("href=\"https://x.example/\"") && !html.contains("onclick"), "{html}");
        let bare = html.replace(" id=\"a1\"", "").replace(" id=\"a2\"", "");
        assert_eq!(bare, crate::debate::text::render(law));
    }

    #[test]
    fn an_anchor_stays_with_its_heading_and_is_never_given_twice() {
        let of = |headings: &[&str], before: &[Vec<Article>]| {
            let text: Vec<String> = headings.iter().map(|h| format!("## {h}\n\nx\n\n")).collect();
            rendered(&text.concat(), before).1
        };
        let names =
            |articles: &[Article]| articles.iter().map(|a| format!("{}{}", a.anchor, a.heading)).collect::<Vec<_>>();
        let first = of(&["A", "B", "C"], &[]);
        let moved = of(&["C", "A", "B"], std::slice::from_ref(&first));
        assert_eq!(names(&moved), ["a3C", "a1A", "a2B"]);
        let renamed = of(&["A", "Z", "C"], std::slice::from_ref(&first));
        assert_eq!(names(&renamed), ["a1A", "a2Z", "a3C"]);
        let fewer = of(&["A", "B"], std::slice::from_ref(&first));
        let more = of(&["A", "N", "B"], &[first, fewer.clone()]);
        assert_eq!(names(&fewer), ["a1A", "a2B"]);
        assert_eq!(names(&more), ["a1A", "a4N", "a2B"], "a3 was given before");
        let twice = of(&["A", "A"], &[]);
        assert_eq!(names(&of(&["A", "A", "A"], &[twice])), ["a1A", "a2A", "a3A"]);
    }
}

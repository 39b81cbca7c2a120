//! What other servers write, made fit to stand beside our own words: characters that disguise others taken out, pictures in
//! words, links that lead on from here, what is attached as links.

use std::borrow::Cow;
use std::collections::HashMap;

/// The longest name of an attachment, in characters.
const NAME_LONGEST: usize = 200;
/// The longest warning that stands before a text, in characters.
const WARNING_LONGEST: usize = 500;
/// The most attachments that are shown.
pub const ATTACHED_MOST: usize = 16;
/// How many marks may stand upon one letter: more are no language's, and run over the lines around.
const MARKS_MOST: usize = 4;

/// What stands beside the words of something from elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beside {
    /// A warning that its author put before it, plain.
    pub warning: Option<String>,
    /// Where its links lead from here, by where they led, in lower case.
    pub leads: HashMap<String, String>,
    /// What is attached, in order.
    pub attached: Vec<Attached>,
}

/// Something attached, shown as a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// Where it lies: `https:` or `http:`.
    pub url: String,
    /// What it is called, or shows; may be empty.
    pub name: String,
}

/// A post from elsewhere as it is kept: its warning, its words, its attachments; made safe.
#[must_use]
pub fn received(html: &str, beside: &Beside) -> String {
    let warning = beside.warning.as_deref().map(|warning| line(warning, WARNING_LONGEST)).filter(|w| !w.is_empty());
    let warning = warning.map(|warning| format!("<p><strong>{}</strong></p>", ammonia::clean_text(&warning)));
    let warning = warning.map(|warning| super::sanitise(&warning));
    let attached: Vec<String> = beside
        .attached
        .iter()
        .filter(|it| !links_to(html, &it.url))
        .take(ATTACHED_MOST)
        .filter_map(attachment)
        .collect();
    let attached = if attached.is_empty() { String::new() } else { format!("<ul>{}</ul>", attached.concat()) };
    // each for itself: a tag that the words leave open takes in nothing of what is ours
    format!("{}{}{}", warning.unwrap_or_default(), words(html, beside), super::sanitise(&attached))
}

fn words(html: &str, beside: &Beside) -> String {
    let html = pictures_in_words(html);
    if beside.leads.is_empty() {
        return super::sanitise(&html);
    }
    let leads = beside.leads.clone();
    let mut policy = super::policy();
    policy.attribute_filter(move |element, attribute, value| match (element, attribute) {
        ("a", "href") => Some(leads.get(&value.to_lowercase()).map_or(value.into(), |to| Cow::Owned(to.clone()))),
        _ => Some(value.into()),
    });
    super::cleaned(&policy, &html)
}

/// Whether a link of the text leads there already.
fn links_to(html: &str, url: &str) -> bool {
    let whole = |url: &str| ['"', '\''].iter().any(|quote| html.contains(&format!("{url}{quote}")));
    whole(url) || whole(&url.replace('&', "&amp;"))
}

fn attachment(it: &Attached) -> Option<String> {
    let url = url::Url::parse(&it.url).ok().filter(|url| matches!(url.scheme(), "https" | "http"))?;
    let named = line(&it.name, NAME_LONGEST);
    let last = || url.path_segments().and_then(|mut parts| parts.next_back()).filter(|part| !part.is_empty());
    let name = if named.is_empty() { line(last().or(url.host_str())?, NAME_LONGEST) } else { named };
    Some(format!(
        "<li><a href=\"{}\">{}</a></li>",
        ammonia::clean_text(url.as_str()).replace("&#47;", "/"),
        ammonia::clean_text(&name)
    ))
}

/// A name or title of at most `most` characters, on one line, with nothing in it that cannot be seen.
#[must_use]
pub fn line(text: &str, most: usize) -> String {
    let mut marks = 0;
    let seen: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .filter(|c| !disguises(*c) && !is_unseen(*c))
        .filter(|c| {
            marks = if is_mark(*c) { marks + 1 } else { 0 };
            marks <= MARKS_MOST
        })
        .collect();
    let words = seen.split_whitespace().collect::<Vec<_>>().join(" ");
    words.chars().take(most).collect::<String>().trim_end().to_owned()
}

/// Whether a character changes how those after it are read, or is read by machines alone.
fn disguises(c: char) -> bool {
    matches!(c,
        // embeddings, overrides and isolates of direction
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
        // annotations, tags
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Characters that take no room, or only that: a name of these is none, or looks like another. What joins letters and
/// pictures (U+200C, U+200D) stays.
fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{17b4}'
            | '\u{17b5}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2060}'..='\u{2064}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
    )
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// A text without the characters that disguise others, and without controls but the line break and the tab.
pub(super) fn harmless(text: String) -> String {
    let harms = |c: char| disguises(c) || (c.is_control() && c != '\n' && c != '\t');
    if text.contains(harms) { text.replace(harms, "") } else { text }
}

/// A text whose pictures are told in the words that stand for them: custom emoji are `:name:`.
fn pictures_in_words(html: &str) -> Cow<'_, str> {
    const OPENING: &str = "<img";
    let lower = html.to_ascii_lowercase();
    if !lower.contains(OPENING) {
        return html.into();
    }
    let mut told = String::with_capacity(html.len());
    let mut from = 0;
    while let Some(at) = lower[from..].find(OPENING).map(|at| from + at) {
        told.push_str(&html[from..at]);
        let inside = at + OPENING.len();
        let end = end_of_tag(&lower[inside..]).map_or(html.len(), |end| inside + end);
        let words = line(alternative(&html[inside..end], &lower[inside..end]), NAME_LONGEST);
        told.push_str(&words.replace('<', "&lt;").replace('>', "&gt;"));
        from = (end + 1).min(html.len());
    }
    told.push_str(&html[from..]);
    told.into()
}

/// Where a tag ends: at the first `>` outside quotes.
fn end_of_tag(tag: &str) -> Option<usize> {
    let mut quote = None;
    tag.bytes().position(|byte| match (quote, byte) {
        (None, b'>') => true,
        (None, b'"' | b'\'') => {
            quote = Some(byte);
            false
        }
        (Some(open), byte) if open == byte => {
            quote = None;
            false
        }
        _ => false,
    })
}

/// The value of `alt`, still with its entities.
fn alternative<'a>(tag: &'a str, lower: &str) -> &'a str {
    let named = |at: &usize| lower[..*at].ends_with(|c: char| c.is_ascii_whitespace() || c == '"' || c == '\'');
    let Some(at) = lower.match_indices("alt=").map(|(at, _)| at).find(named) else { return "" };
    let value = &tag[at + "alt=".len()..];
    match value.as_bytes().first() {
        Some(quote @ (b'"' | b'\'')) => value[1..].split(char::from(*quote)).next().unwrap_or_default(),
        _ => value.split_ascii_whitespace().next().unwrap_or_default(),
    }
}

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;

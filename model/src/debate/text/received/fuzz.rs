//! Posts of strangers, made up from the pieces that do harm, and a check of its own on what is left of them.

use proptest::prelude::*;

use super::*;
use crate::debate::text::sanitise;

const PARTS: &[&str] = &[
    "<",
    ">",
    "</",
    "/>",
    "<p>",
    "</p>",
    "<a href=\"",
    "<a href='",
    "<a href=",
    "\"",
    "'",
    "=",
    " ",
    "&",
    ";",
    "&#",
    "&#x",
    "javascript:",
    "JaVaScRiPt:",
    "data:text/html,",
    "vbscript:",
    "https://m.test/x",
    "mailto:a@b",
    "//evil.test",
    "<script>",
    "</script>",
    "<svg>",
    "<math>",
    "<style>",
    "</style>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<title>",
    "<textarea>",
    "<iframe srcdoc=\"",
    "<img src=x onerror=alert(1)>",
    "<img alt=\"",
    " onclick=alert(1)",
    " style=\"",
    " id=x",
    " class=y",
    "<table>",
    "<td>",
    "<select>",
    "<template>",
    "<noscript>",
    "<plaintext>",
    "<base href=\"",
    "<form action=\"",
    "<h1>",
    "</h1>",
    "<ol start=\"1\">",
    "<span lang=\"ar\" dir=\"rtl\">",
    "&#106;avascript:",
    "\u{202e}",
    "\u{2066}",
    "\u{0}",
    "\n",
    "\t",
    "é",
    "\u{1f600}",
    "&lt;",
    "&gt;",
    "&quot;",
    "&#8238;",
    "alt=",
    "ALT='",
];

fn soup() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        8 => proptest::sample::select(PARTS).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => "[a-z<>&\"'=/ ]{0,12}",
    ];
    proptest::collection::vec(part, 0..24).prop_map(|parts| parts.concat())
}

/// The policy said once more: whoever widens it has to say so here too.
const TAGS: &[&str] = &[
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "code",
    "del",
    "dd",
    "dl",
    "dt",
    "em",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "ins",
    "li",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
];
const ATTRIBUTES: &[&str] = &["href", "hreflang", "rel", "start", "scope", "lang", "dir"];

/// What a browser would make of it, as far as it could do harm; says what.
fn harm(html: &str) -> Option<String> {
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        let Some(end) = end_of_tag(after) else { return Some("a tag without end".to_owned()) };
        let (tag, beyond) = after.split_at(end);
        let name: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        if !TAGS.contains(&name.as_str()) {
            return Some(format!("<{name}"));
        }
        let mut attributes = tag.trim_start_matches('/')[name.len()..].trim_start();
        while !attributes.is_empty() {
            let Some((attribute, value)) = attributes.split_once("=\"") else { return Some(attributes.to_owned()) };
            if !ATTRIBUTES.contains(&attribute) {
                return Some(attribute.to_owned());
            }
            let Some((value, others)) = value.split_once('"') else { return Some(value.to_owned()) };
            // as browsers read addresses: without what stands before, and without breaks
            let seen = value.replace(['\t', '\n', '\r'], "");
            let seen = seen.trim_start_matches(|c: char| c.is_control() || c == ' ');
            let scheme = seen.split(':').next().unwrap_or_default().to_ascii_lowercase();
            if attribute == "href" && !["https", "http", "mailto"].contains(&scheme.as_str()) {
                return Some(value.to_owned());
            }
            attributes = others.trim_start();
        }
        rest = &beyond[1..];
    }
    html.chars().find(|c| disguises(*c) || (c.is_control() && !"\n\t".contains(*c))).map(|c| format!("{c:?}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(crate::testing::cases()))]

    #[test]
    fn html_of_strangers_can_do_nothing(html in soup(), url in soup(), name in soup(), warning in soup()) {
        let safe = sanitise(&html);
        prop_assert_eq!(harm(&safe), None, "{}", safe);
        prop_assert_eq!(harm(&sanitise(&safe)), None, "safe twice is safe");
        let attached = vec![Attached { url: format!("https://m.test/{url}"), name: name.clone() }, Attached { url, name }];
        let leads = [("https://m.test/x".to_owned(), "https://a.test/f/x?tag=y".to_owned())].into();
        let kept = received(&html, &Beside { warning: Some(warning), leads, attached });
        prop_assert_eq!(harm(&kept), None, "{}", kept);
    }

    #[test]
    fn names_of_strangers_can_be_read(name in soup()) {
        let seen = line(&name, 50);
        prop_assert!(seen.chars().count() <= 50 && seen.trim() == seen && !seen.contains(['\n', '\r']));
        prop_assert!(!seen.contains(|c: char| disguises(c) || is_unseen(c) || c.is_control()));
        prop_assert_eq!(line(&seen, 50), seen);
    }
}

#[test]
fn the_check_of_the_fuzz_finds_harm() {
    for html in [
        "<script>",
        "<p onclick=\"x\">",
        "<a href=\"javascript:x\">",
        "<a href=\"//x\">",
        "<p hidden>",
        "<p",
        "a\u{202e}",
    ] {
        assert!(harm(html).is_some(), "{html}");
    }
    assert_eq!(harm("<p><a href=\"https://m.test/\" rel=\"x\">a</a><br></p>"), None);
}

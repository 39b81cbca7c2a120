//! What is kept of posts from elsewhere.

use super::*;

fn plain(html: &str) -> String {
    received(html, &Beside::default())
}

#[test]
fn names_hold_nothing_that_cannot_be_seen() {
    for (given, seen) in [
        ("  Ana\n Bé ", "Ana Bé"),
        ("\u{202e}nimda\u{202c}", "nimda"),
        ("A\u{200b}n\u{ad}a\u{0}\u{7f}\u{85}", "Ana"),
        ("\u{3164}\u{2800}\u{200e}", ""),
        ("Ana :blobcat: \u{1f469}\u{200d}\u{1f680}", "Ana :blobcat: \u{1f469}\u{200d}\u{1f680}"),
        ("\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}", "\u{1f3f4}"),
        ("עדנה", "עדנה"),
    ] {
        assert_eq!(line(given, 50), seen, "{given:?}");
    }
    assert_eq!(line(&"x".repeat(300), 200).len(), 200);
    let stacked = format!("Z{}go", "\u{301}".repeat(60));
    assert_eq!(line(&stacked, 50), format!("Z{}go", "\u{301}".repeat(MARKS_MOST)));
}

#[test]
fn a_text_that_turns_its_direction_is_told_straight() {
    for given in ["<p>a\u{202e}b\u{2066}c\u{7}</p>", "<p>a&#8238;b&#x2066;c</p>"] {
        assert_eq!(plain(given), "<p>abc</p>");
    }
    assert_eq!(plain("<p dir=\"rtl\">\u{200f}עדנה</p>"), "<p dir=\"rtl\">\u{200f}עדנה</p>");
}

#[test]
fn custom_emoji_and_pictures_are_told_in_words() {
    for (given, told) in [
        ("<p>Hi <img class=\"emoji\" alt=\":blobcat:\" src=\"https://m.test/1.png\"></p>", "<p>Hi :blobcat:</p>"),
        ("<p><IMG ALT=':a>b:' src=x>!</p>", "<p>:a&gt;b:!</p>"),
        ("<p><img data-alt=\"no\" src=x alt=tree /></p>", "<p>tree</p>"),
        ("<p>a<img src=x>b</p>", "<p>ab</p>"),
        ("<p>a<img alt=\"<script>x</script>\">b</p>", "<p>a&lt;script&gt;x&lt;/script&gt;b</p>"),
        ("<p>a<img alt=\"open", "<p>aopen</p>"),
        ("<p>:blobcat:</p>", "<p>:blobcat:</p>"),
    ] {
        assert_eq!(plain(given), told, "{given}");
    }
}

#[test]
fn what_is_attached_stands_below_as_links() {
    let attached = |url: &str, name: &str| Attached { url: url.into(), name: name.into() };
    let beside = Beside {
        warning: Some("Long \u{202e}& loud".into()),
        attached: vec![
            attached("https://m.test/media/plan.png?x=1&y=2", "The <b>plan</b>"),
            attached("https://m.test/media/sound.ogg", ""),
            attached("https://m.test/", ""),
            attached("javascript:alert(1)", "evil"),
            attached("https://m.test/in-text", "already there"),
        ],
        leads: HashMap::new(),
    };
    let html = received("<p>Words <a href=\"https://m.test/in-text\">x</a></p>", &beside);
    let rel = "rel=\"nofollow ugc noopener noreferrer\"";
    assert_eq!(
        html,
        format!(
            "<p><strong>Long &amp; loud</strong></p><p>Words <a href=\"https://m.test/in-text\" {rel}>x</a></p>\
             <ul><li><a href=\"https://m.test/media/plan.png?x=1&amp;y=2\" {rel}>The &lt;b&gt;plan&lt;/b&gt;</a></li>\
             <li><a href=\"https://m.test/media/sound.ogg\" {rel}>sound.ogg</a></li>\
             <li><a href=\"https://m.test/\" {rel}>m.test</a></li></ul>"
        )
    );
    assert_eq!(crate::debate::text::sanitise(&html), html, "made safe twice, it is the same");
    let many = Beside { attached: vec![attached("https://m.test/a", "a"); 99], ..Beside::default() };
    assert_eq!(received("<p>x</p>", &many).matches("<li>").count(), ATTACHED_MOST);
}

#[test]
fn a_tag_left_open_takes_in_nothing_of_what_is_attached() {
    let attached = vec![Attached { url: "https://m.test/plan.png".into(), name: "The plan".into() }];
    for html in ["<p>a</p><a href=\"https://m.test/", "<p>a</p><script>", "<p>a</p><!--", "<p>a</p><textarea>"] {
        let kept = received(html, &Beside { attached: attached.clone(), ..Beside::default() });
        assert!(kept.contains(">The plan</a></li></ul>"), "{html}: {kept}");
    }
}

#[test]
fn links_lead_on_from_here() {
    let leads = [("https://m.test/tags/place".to_owned(), "https://a.test/f/x?tag=place".to_owned())].into();
    let html = "<p><a href=\"https://m.test/tags/Place\" class=\"mention hashtag\">#<span>Place</span></a> <a href=\"https://m.test/@bea\">@bea</a></p>";
    let kept = received(html, &Beside { leads, ..Beside::default() });
    assert!(kept.contains("href=\"https://a.test/f/x?tag=place\"") && kept.contains("https://m.test/@bea"), "{kept}");
    assert!(!kept.contains("class") && kept.matches("nofollow ugc").count() == 2, "{kept}");
}

//! Mails: one template for all of them, as text and as HTML, in the language of who gets them.

use askama::Template;
use model::address::Address;
use model::care::mail;
use model::care::preference::{Matter, Preference};
use model::care::settings::Node;
use model::error::{Error, Result};

use crate::language::{Language, Words};

/// Somebody's words within a mail.
#[derive(Clone, Debug)]
pub(crate) struct Quote {
    /// Plain.
    pub(crate) text: String,
    /// Their language.
    pub(crate) language: String,
}

/// A thing that a mail lists.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// What happened, in the reader's language.
    pub(crate) words: String,
    /// What it happened to.
    pub(crate) title: String,
    /// The language of that.
    pub(crate) language: String,
    /// Where it is read.
    pub(crate) href: String,
}

/// A mail to be.
#[derive(Clone, Debug, Template)]
#[template(path = "mail/letter.html")]
pub(crate) struct Letter {
    t: Words,
    site: String,
    home: String,
    subject: String,
    /// Sentences, one paragraph each.
    paragraphs: Vec<String>,
    quote: Option<Quote>,
    items: Vec<Item>,
    /// What to press: the words, and where it leads.
    link: Option<(String, String)>,
    /// Why it comes, or that it may be ignored.
    last: String,
    /// How it is stopped.
    stop: Option<(String, String)>,
}

/// The same as plain text.
#[derive(Template)]
#[template(path = "mail/letter.txt")]
struct Plain<'a> {
    letter: &'a Letter,
}

impl Letter {
    /// A mail of the node in a language, with its subject.
    pub(crate) fn new(node: &Node, here: &Address, language: Language, subject: impl Into<String>) -> Self {
        Self {
            t: Words::new(language, node.zone()),
            site: node.name.clone(),
            home: here.node(),
            subject: subject.into(),
            paragraphs: Vec::new(),
            quote: None,
            items: Vec::new(),
            link: None,
            last: String::new(),
            stop: None,
        }
    }

    /// A mail that was written as plain text: its paragraphs, what it quotes, and where it leads.
    pub(crate) fn of_plain(node: &Node, here: &Address, language: Language, subject: &str, text: &str) -> Self {
        let mut letter = Self::new(node, here, language, subject);
        for part in text.split("\n\n").map(str::trim).filter(|part| !part.is_empty()) {
            let quoted: Option<Vec<&str>> = part.lines().map(|line| line.strip_prefix('>').map(str::trim)).collect();
            letter = match quoted {
                Some(lines) => {
                    let quote = Quote { text: lines.join("\n"), language: language.tag().to_owned() };
                    letter.quotes(Some(quote))
                }
                None if is_address(part) => {
                    let words = letter.t.say("letter-open");
                    letter.leads(words, part)
                }
                None => letter.says(part),
            };
        }
        letter
    }

    /// Its form as HTML.
    pub(crate) fn html(&self) -> Result<String> {
        self.render().map_err(Error::store)
    }

    /// The same with a sentence more.
    pub(crate) fn says(mut self, sentence: impl Into<String>) -> Self {
        self.paragraphs.push(sentence.into());
        self
    }

    /// The same with somebody's words.
    pub(crate) fn quotes(self, quote: Option<Quote>) -> Self {
        Self { quote, ..self }
    }

    /// The same with a list.
    pub(crate) fn lists(self, items: Vec<Item>) -> Self {
        Self { items, ..self }
    }

    /// The same leading somewhere.
    pub(crate) fn leads(self, words: impl Into<String>, to: impl Into<String>) -> Self {
        Self { link: Some((words.into(), to.into())), ..self }
    }

    /// The same ending so.
    pub(crate) fn ends(self, last: impl Into<String>) -> Self {
        Self { last: last.into(), ..self }
    }

    /// The same, to be stopped in one step.
    pub(crate) fn stoppable(self, here: &Address, wants: &Preference, matter: Matter) -> Self {
        let words = self.t.say("letter-stop");
        Self { stop: Some((words, here.path(&format!("unsubscribe/{}", wants.stopper(matter))))), ..self }
    }

    /// As it is kept and sent.
    pub(crate) fn written(self) -> Result<mail::Letter> {
        Ok(mail::Letter {
            text: Plain { letter: &self }.render().map_err(Error::store)?,
            html: Some(self.render().map_err(Error::store)?),
            unsubscribe: self.stop.map(|(_, href)| href),
            subject: self.subject,
        })
    }
}

/// Whether a paragraph is nothing but an address of the web.
fn is_address(part: &str) -> bool {
    let web = part.starts_with("https://") || part.starts_with("http://");
    web && !part.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use model::address::Scheme;

    use super::*;

    fn letter(language: Language) -> mail::Letter {
        let (node, here) = (Node::default(), Address::new(Scheme::Https, "a.test"));
        let item = Item {
            words: "Opened".into(),
            title: "<b>R&D</b>".into(),
            language: "fr".into(),
            href: "https://a.test/c/x?a=1&b=2".into(),
        };
        let quote = Quote { text: "<script>alert(1)</script>".into(), language: "en".into() };
        let letter = Letter::new(&node, &here, language, "A \"title\" <i>");
        let letter = letter.says("One & two").quotes(Some(quote)).lists(vec![item]).leads("Open", "https://a.test/me");
        letter.ends("The end.").written().unwrap()
    }

    #[test]
    fn what_people_wrote_is_text_in_both_forms() {
        for language in Language::ALL {
            let mail = letter(language);
            let html = mail.html.unwrap();
            assert!(!html.contains("<script") && !html.contains("<b>R") && html.contains("&#60;script&#62;"), "{html}");
            assert!(html.contains(&format!("<html lang=\"{}\">", language.tag())));
            assert!(
                mail.text.contains("<script>alert(1)</script>") && mail.text.contains("https://a.test/c/x?a=1&b=2")
            );
            assert!(mail.text.lines().all(|line| line.trim_end() == line), "{:?}", mail.text);
        }
    }

    #[test]
    fn a_mail_of_plain_text_is_dressed_like_the_others() {
        let (node, here) = (Node::default(), Address::new(Scheme::Https, "a.test"));
        let text = "It was decided:\n\n> Off <topic>.\n>\n> Twice.\n\nIf you disagree:\n\nhttps://a.test/appeal/x\n";
        let html = Letter::of_plain(&node, &here, Language::Es, "Decisión", text).html().unwrap();
        assert!(
            html.contains("<html lang=\"es\">") && html.contains("Off &#60;topic&#62;.\n\nTwice.</blockquote>"),
            "{html}"
        );
        assert!(
            html.contains("href=\"https://a.test/appeal/x\"") && html.contains("<p>If you disagree:</p>"),
            "{html}"
        );
        assert!(!html.contains("&#62; Off"), "{html}");
    }

    #[test]
    fn the_html_is_well_formed_and_fetches_nothing() {
        let html = letter(Language::Fr).html.unwrap();
        assert!(!html.contains("<img") && !html.contains("src=") && !html.contains("url("));
        let mut open: Vec<&str> = Vec::new();
        for tag in html.split('<').skip(1).map(|rest| rest.split('>').next().unwrap_or_default()) {
            let name = tag.split_whitespace().next().unwrap_or_default();
            match name.strip_prefix('/') {
                Some(name) => assert_eq!(open.pop(), Some(name), "{html}"),
                None if ["!doctype", "meta", "br"].contains(&name) => {}
                None => open.push(name),
            }
        }
        assert!(open.is_empty(), "{open:?}");
    }
}

//! Every URL that this node mints. Nothing else builds one.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where this node lives: scheme and host, the host with its port where that is allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    scheme: Scheme,
    host: String,
}

/// How this node is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// Plain, for tests and intranets.
    Http,
    /// Encrypted, everywhere else.
    Https,
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "http",
            Self::Https => "https",
        })
    }
}

impl Address {
    /// An address of `host` (lower-cased).
    #[must_use]
    pub fn new(scheme: Scheme, host: &str) -> Self {
        Self { scheme, host: host.trim().trim_end_matches('.').to_lowercase() }
    }

    /// The host, with its port where it has one.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The scheme.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The node actor and home page: `https://HOST/`.
    #[must_use]
    pub fn node(&self) -> String {
        self.path("")
    }

    /// Any path of this node; `path` without its leading slash.
    #[must_use]
    pub fn path(&self, path: &str) -> String {
        format!("{}://{}/{}", self.scheme, self.host, path)
    }

    /// The home page of another node, reached as this one is.
    #[must_use]
    pub fn beside(&self, host: &str) -> String {
        format!("{}://{}/", self.scheme, host.trim().trim_matches('/'))
    }

    /// What this node proposed to another.
    #[must_use]
    pub fn proposal(&self, id: impl fmt::Display) -> String {
        self.path(&format!("proposals/{id}"))
    }

    /// The shared inbox.
    #[must_use]
    pub fn shared_inbox(&self) -> String {
        self.path("inbox")
    }

    /// A forum's actor and page.
    #[must_use]
    pub fn forum(&self, slug: &str) -> String {
        self.path(&format!("f/{slug}"))
    }

    /// What is tagged so in a forum.
    #[must_use]
    pub fn tagged(&self, slug: &str, tag: &str) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("tag", tag).finish();
        format!("{}?{query}", self.forum(slug))
    }

    /// The picture of somebody of another server, by its name.
    #[must_use]
    pub fn portrait(&self, name: &str) -> String {
        self.path(&format!("media/people/{name}"))
    }

    /// A person's actor and page.
    #[must_use]
    pub fn person(&self, name: &str) -> String {
        self.path(&format!("u/{name}"))
    }

    /// The `Page` of a consultation, and the page.
    #[must_use]
    pub fn consultation(&self, slug: &str) -> String {
        self.path(&format!("c/{slug}"))
    }

    /// The Markdown of a version of its text.
    #[must_use]
    pub fn text(&self, slug: &str, version: i32) -> String {
        self.path(&format!("c/{slug}/text/{version}.md"))
    }

    /// The `Question` of a consultation, and its ballot page.
    #[must_use]
    pub fn ballot(&self, slug: &str) -> String {
        self.path(&format!("c/{slug}/ballot"))
    }

    /// The thread of a consultation (FEP-7888).
    #[must_use]
    pub fn context(&self, slug: &str) -> String {
        self.path(&format!("c/{slug}/context"))
    }

    /// A file that a consultation shows: `https://HOST/media/NAME`.
    #[must_use]
    pub fn media(&self, name: &str) -> String {
        self.path(&format!("media/{name}"))
    }

    /// The results as a `Tally` (FEP-8b32 proves whose).
    #[must_use]
    pub fn tally(&self, slug: &str) -> String {
        self.path(&format!("c/{slug}/tally"))
    }

    /// The results document.
    #[must_use]
    pub fn results(&self, slug: &str) -> String {
        self.path(&format!("c/{slug}/results.json"))
    }

    /// A comment.
    #[must_use]
    pub fn comment(&self, slug: &str, id: impl fmt::Display) -> String {
        self.path(&format!("c/{slug}/comments/{id}"))
    }

    /// Our request to follow a remote forum.
    #[must_use]
    pub fn follow(&self, id: impl fmt::Display) -> String {
        self.path(&format!("follows/{id}"))
    }

    /// The authorisation of a quote.
    #[must_use]
    pub fn quote(&self, id: impl fmt::Display) -> String {
        self.path(&format!("quotes/{id}"))
    }

    /// The copy of another node's consultation.
    #[must_use]
    pub fn mirror(&self, host: &str, slug: &str) -> String {
        self.path(&format!("remote/{host}/c/{slug}"))
    }

    /// A comment of somebody here on the consultation `slug` of `host`.
    #[must_use]
    pub fn note(&self, host: &str, slug: &str, id: impl fmt::Display) -> String {
        format!("{}/comments/{id}", self.mirror(host, slug))
    }

    /// A ballot of somebody here for another node: told there, found nowhere.
    #[must_use]
    pub fn sent(&self, id: impl fmt::Display) -> String {
        self.path(&format!("ballots/{id}"))
    }

    /// The id of that ballot, beside that of the activity which brings it.
    #[must_use]
    pub fn sent_object(&self, id: impl fmt::Display) -> String {
        format!("{}#it", self.sent(id))
    }

    /// The ballot that an address of [`Address::sent`] names, or its withdrawal; `None` if it names neither.
    #[must_use]
    pub fn parse_sent<'a>(&self, uri: &'a str) -> Option<&'a str> {
        let rest = uri.strip_prefix(&self.path("ballots/"))?;
        Some(rest.strip_suffix("/undo").unwrap_or(rest)).filter(|id| !id.contains('/'))
    }

    /// What somebody here thinks of a comment elsewhere: told there, found nowhere.
    #[must_use]
    pub fn opinion(&self, id: impl fmt::Display) -> String {
        self.path(&format!("opinions/{id}"))
    }

    /// An actor's handle: `@NAME@HOST`.
    #[must_use]
    pub fn handle(&self, name: &str) -> String {
        format!("@{name}@{}", self.host)
    }

    /// What `uri` names on this node; `None` if it is another's or nothing that ActivityPub speaks of.
    #[must_use]
    pub fn parse(&self, uri: &str) -> Option<Local> {
        let url = url::Url::parse(uri).ok()?;
        let host = match url.port() {
            Some(port) => format!("{}:{port}", url.host_str()?),
            None => url.host_str()?.to_owned(),
        };
        if url.scheme() != self.scheme.to_string() || host != self.host || url.query().is_some() {
            return None;
        }
        let parts: Vec<&str> = url.path().trim_start_matches('/').split('/').collect();
        let owned = |s: &&str| (*s).to_owned();
        if url.fragment().is_some() {
            return None;
        }
        match parts.as_slice() {
            [""] => Some(Local::Node),
            ["f", slug] => Some(Local::Forum(owned(slug))),
            ["u", name] => Some(Local::Person(owned(name))),
            ["c", slug] => Some(Local::Consultation(owned(slug))),
            ["c", slug, "ballot"] => Some(Local::Ballot(owned(slug))),
            ["c", slug, "comments", id] => Some(Local::Comment(owned(slug), owned(id))),
            ["remote", _, "c", _, "comments", id] => Some(Local::Note(owned(id))),
            _ => None,
        }
    }
}

/// Something of this node that an address names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Local {
    /// The node actor.
    Node,
    /// A forum, by slug.
    Forum(String),
    /// A person, by name.
    Person(String),
    /// A consultation's `Page`, by slug.
    Consultation(String),
    /// A consultation's `Question`, by slug.
    Ballot(String),
    /// A comment, by the consultation's slug and its id.
    Comment(String, String),
    /// A comment on a consultation of another node, by its id.
    Note(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_minted_is_recognised_and_nothing_else() {
        let here = Address::new(Scheme::Http, "Town.Localhost:4001");
        assert_eq!(here.parse(&here.node()), Some(Local::Node));
        assert_eq!(here.parse(&here.forum("mobility")), Some(Local::Forum("mobility".into())));
        assert_eq!(here.parse(&here.ballot("x")), Some(Local::Ballot("x".into())));
        assert_eq!(here.parse(&here.comment("x", "1")), Some(Local::Comment("x".into(), "1".into())));
        for other in [
            "http://town.localhost/f/mobility",
            "https://town.localhost:4001/f/a",
            "http://town.localhost:4001.evil.example/f/a",
            "nonsense",
        ] {
            assert_eq!(here.parse(other), None, "{other}");
        }
    }
}

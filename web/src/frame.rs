//! What every page shows around its content.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use model::care::commitment::Level;
use model::people::role::Role;

use crate::assets;
use crate::error::Failure;
use crate::language::{Language, Words};
use crate::theme::Look;
use crate::visitor::Visitor;

/// A link of a menu.
#[derive(Clone, Debug)]
pub struct Link {
    /// Where to.
    pub href: String,
    /// The words.
    pub label: String,
    /// Whether it leads to this page.
    pub current: bool,
}

impl Link {
    /// A link to another page.
    pub fn new(href: impl Into<String>, label: impl Into<String>) -> Self {
        Self { href: href.into(), label: label.into(), current: false }
    }
}

/// Who is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The public name.
    pub name: String,
    /// The role on the node.
    pub role: Role,
}

/// How a page is shown where somebody links it.
#[derive(Clone, Debug)]
pub(crate) struct Card {
    /// The page's address, whole.
    pub(crate) url: String,
    /// The picture's address, whole.
    pub(crate) image: String,
    /// What the picture says.
    pub(crate) alt: String,
}

/// What every page shows around its content.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The words.
    pub t: Words,
    /// The page's own title.
    pub title: String,
    /// One sentence for search engines and previews.
    pub description: Option<String>,
    /// Whether the page tells of an error: its title begins with it.
    pub mistaken: bool,
    /// The institution's name.
    pub node: String,
    /// The node's host.
    pub host: String,
    /// Whether other servers can find it.
    pub linked: bool,
    /// Who is signed in.
    pub visitor: Option<SignedIn>,
    /// Who of another server is signed in.
    pub guest: Option<String>,
    /// The page's path and query, to come back to.
    pub path: String,
    /// `light` or `dark`, if the visitor chose.
    pub theme: Option<&'static str>,
    /// How accessible the pages were found.
    pub accessibility: Level,
    /// What must be known on every page.
    pub banners: Vec<String>,
    /// The style sheet.
    pub style: &'static str,
    /// How the institution has its pages look.
    pub(crate) look: Look,
    /// The picture of a preview elsewhere.
    pub(crate) card: Option<Card>,
    /// The icon.
    pub icon: &'static str,
    /// What a reader of feeds can follow from here.
    pub feed: Option<Link>,
    /// The script that adds to the page what happens meanwhile; nothing needs it.
    pub live: Option<&'static str>,
}

impl Frame {
    /// The frame of a page for a visitor.
    pub fn new(visitor: &Visitor, title: impl Into<String>) -> Self {
        let signed_in = visitor.account.as_ref().map(|a| SignedIn { name: a.name.clone(), role: a.role });
        let mut banners = Vec::new();
        if visitor.node.set_up && visitor.node.domain.is_none() {
            banners.push(visitor.words.say("banner-no-domain"));
        }
        Self {
            t: visitor.words.clone(),
            title: title.into(),
            description: None,
            mistaken: false,
            node: visitor.node.name.clone(),
            host: visitor.here.host().to_owned(),
            linked: visitor.node.domain.is_some(),
            visitor: signed_in,
            guest: visitor.guest.as_ref().map(|guest| guest.handle(&visitor.here)),
            path: visitor.path.clone(),
            theme: visitor.theme,
            accessibility: visitor.commitments.accessibility.level,
            banners,
            style: &assets::STYLE.path,
            look: visitor.look.clone(),
            card: None,
            icon: &assets::ICON.path,
            feed: None,
            live: None,
        }
    }

    /// Names a feed in the head, if there is one.
    pub fn follow_feed(&mut self, href: Option<String>, title: &str) {
        self.feed = href.map(|href| Link::new(href, title));
    }

    /// The same with the script for what happens meanwhile.
    #[must_use]
    pub fn lively(mut self, lively: bool) -> Self {
        self.live = lively.then_some(assets::LIVE.path.as_str());
        self
    }

    /// The same for a page that tells of an error.
    #[must_use]
    pub fn mistaken(mut self, mistaken: bool) -> Self {
        self.mistaken = mistaken;
        self
    }

    /// The same with a description.
    #[must_use]
    pub fn described(mut self, description: impl Into<String>) -> Self {
        self.description = Some(description.into());
        self
    }

    /// The same with a picture for previews.
    #[must_use]
    pub(crate) fn pictured(mut self, card: Card) -> Self {
        self.card = Some(card);
        self
    }

    /// The line under the institution's name.
    pub fn tagline(&self) -> String {
        self.look.tagline.clone().unwrap_or_else(|| self.t.say("tagline"))
    }

    /// Whether these colours, or those of the device, are the ones chosen.
    pub fn is_shade(&self, shade: &str) -> bool {
        self.theme.unwrap_or("system") == shade
    }

    fn link(&self, href: &str, label: &str) -> Link {
        let path = self.path.split('?').next().unwrap_or_default();
        Link { href: href.to_owned(), label: self.t.say(label), current: path == href }
    }

    /// The main menu: what this visitor can use.
    pub fn menu(&self) -> Vec<Link> {
        let mut menu = vec![
            self.link("/", "consultations"),
            self.link("/f", "forums"),
            self.link("/search", "nav-search"),
            self.link("/federation", "federation"),
            self.link("/help", "nav-help"),
        ];
        if self.visitor.as_ref().is_some_and(|v| v.role >= Role::Author) {
            menu.push(self.link("/new", "nav-new"));
        }
        if self.visitor.as_ref().is_some_and(|v| v.role == Role::Moderator) {
            menu.push(self.link("/mod", "moderation"));
        }
        if self.administers() {
            menu.push(self.link("/admin", "admin"));
        }
        menu
    }

    /// What the foot of the page says of accessibility.
    pub fn accessible(&self) -> String {
        self.t.say(&format!("footer-accessibility-{}", self.accessibility))
    }

    /// What the foot of the page says of the node.
    pub fn footer(&self) -> &'static str {
        if self.linked { "footer-node" } else { "footer-node-alone" }
    }

    /// Whether the visitor administers the node: then its menu stands beside the pages of moderation too.
    pub fn administers(&self) -> bool {
        self.visitor.as_ref().is_some_and(|v| v.role >= Role::Administrator)
    }

    /// The menu of the administration.
    pub fn desk(&self) -> Vec<Link> {
        vec![
            self.link("/admin", "today"),
            self.link("/admin/consultations", "consultations"),
            self.link("/admin/forums", "forums"),
            self.link("/mod", "moderation"),
            self.link("/admin/users", "users"),
            self.link("/admin/pages", "texts-title"),
            self.link("/admin/appearance", "look-title"),
            self.link("/admin/mail", "mails"),
            self.link("/admin/relays", "relays-title"),
            self.link("/admin/federation", "sites"),
            self.link("/admin/work", "works-title"),
            self.link("/admin/settings", "settings-title"),
        ]
    }

    /// Every language.
    pub fn languages(&self) -> &'static [Language] {
        &Language::ALL
    }
}

/// A rendered page with a status.
pub fn show(status: StatusCode, page: &impl Template) -> Result<Response, Failure> {
    let html = page.render().map_err(|error| Failure::broken(&error))?;
    Ok((status, Html(html)).into_response())
}

//! The first run: what the command `setup` and the first pages do.

use super::audit;
use super::settings::{self, Node};
use crate::clock::Instant;
use crate::error::{Check, Refusal, Result};
use crate::people::account::{self, Account, Newcomer, PasswordHash};
use crate::people::actor::{self, Kind};
use crate::people::link::{self, Purpose};
use crate::people::name;
use crate::people::role::{Act, Role, Standing};
use crate::store::{Conn, Tx};

/// The longest name of an institution, in characters.
pub const NAME_LONGEST: usize = 120;

/// What set-up asks.
#[derive(Debug, Clone)]
pub struct SetUp {
    /// The institution's name.
    pub name: String,
    /// The administrator's name.
    pub admin: String,
    /// The administrator's address.
    pub email: String,
    /// The domain, if the node is to federate. Permanent once anything was published.
    pub domain: Option<String>,
    /// IANA time zone.
    pub time_zone: String,
    /// The institution's language.
    pub language: String,
}

impl SetUp {
    fn administrator(&self) -> Newcomer {
        Newcomer { name: self.admin.clone(), email: self.email.clone(), language: self.language.clone() }
    }
}

/// A one-time link to the first-run pages; `None` once the node is set up. Earlier links end.
///
/// # Errors
/// When the database fails.
pub async fn invite(tx: &mut Tx, now: Instant) -> Result<Option<String>> {
    if settings::node(tx).await?.set_up {
        return Ok(None);
    }
    Ok(Some(link::mint(tx, now, Purpose::SetUp, None, serde_json::Value::Null).await?))
}

/// Whether this link opens the first-run pages.
///
/// # Errors
/// [`Refusal::LinkInvalid`].
pub async fn peek(conn: &mut Conn, now: Instant, secret: &str) -> Result<()> {
    link::peek(conn, now, Purpose::SetUp, secret).await.map(drop)
}

/// Uses the link up; call it in the transaction of [`run`].
///
/// # Errors
/// [`Refusal::LinkInvalid`].
pub async fn redeem(tx: &mut Tx, now: Instant, secret: &str) -> Result<()> {
    link::redeem(tx, now, Purpose::SetUp, secret).await.map(drop)
}

/// Sets the node up: the node's actor, the institution's official account, the administrator.
///
/// # Errors
/// [`Refusal::AlreadySetUp`], and what is wrong with each field (`name`, `admin`, `email`, `domain`, `time_zone`,
/// `language`).
pub async fn run(tx: &mut Tx, now: Instant, wanted: &SetUp, password: &PasswordHash) -> Result<Account> {
    let mut node = settings::node(tx).await?;
    if node.set_up {
        return Err(Refusal::AlreadySetUp.into());
    }
    check(tx, wanted).await?;
    let domain = wanted.domain.as_deref().map(str::trim).filter(|d| !d.is_empty()).map(str::to_lowercase);
    let host = domain.clone().unwrap_or_else(|| "localhost".into());
    let actor = actor::Actor { published_at: Some(now), ..actor::local(now, Kind::Application, &host, &wanted.name) };
    actor::insert(tx, &actor).await?;
    settings::make_pseudonym_key(tx).await?;
    node = Node {
        name: wanted.name.trim().to_owned(),
        domain,
        language: wanted.language.clone(),
        time_zone: wanted.time_zone.clone(),
        official: None,
        set_up: true,
        published: false,
    };
    settings::save_node(tx, &node).await?;
    let new = wanted.administrator();
    let admin = account::create(tx, now, &new, Some(password), Role::Administrator, Some(now)).await.map_err(rename)?;
    let official = free_name(tx, &slugify(&node.name)).await?;
    let official = account::create_official(tx, now, &official, &node.name, &node.language).await?;
    node.official = Some(official.actor_id);
    settings::save_node(tx, &node).await?;
    audit::note(tx, now, Some(&admin), "node.setup", &node.name, None).await?;
    Ok(admin)
}

/// In this form the account's name is called `admin`.
fn rename(error: crate::error::Error) -> crate::error::Error {
    use crate::error::Error;
    match error {
        Error::Refused(Refusal::Invalid(mut fields)) => {
            for f in fields.iter_mut().filter(|f| f.field == "name") {
                f.field = "admin".into();
            }
            Error::Refused(Refusal::Invalid(fields))
        }
        Error::Refused(Refusal::NameTaken) => {
            Error::field("admin", "taken", "This name is taken or reserved: choose another.")
        }
        other => other,
    }
}

/// Whether a node can be set up so.
///
/// # Errors
/// What is wrong with each field, as [`run`] names them.
pub async fn check(conn: &mut Conn, wanted: &SetUp) -> Result<()> {
    let mut check = Check::default();
    check.line("name", &wanted.name, NAME_LONGEST);
    check.that(
        jiff::tz::TimeZone::get(&wanted.time_zone).is_ok(),
        "time_zone",
        "format",
        "Write a time zone such as Europe/Paris.",
    );
    check.that(is_language(&wanted.language), "language", "format", "Write a language such as fr or en.");
    if let Some(domain) = wanted.domain.as_deref().filter(|d| !d.trim().is_empty()) {
        check.that(
            is_domain(domain),
            "domain",
            "format",
            "Write a domain such as consultations.valmont.example, without https://.",
        );
    }
    let admin = account::check_form(conn, &wanted.administrator()).await.map_err(rename);
    check.note(&admin).done()?;
    admin
}

/// Whether this is the form of a language tag (BCP 47): letters, digits and hyphens.
#[must_use]
pub fn is_language(tag: &str) -> bool {
    let first = tag.split('-').next().unwrap_or_default();
    (2..=3).contains(&first.len())
        && tag.len() <= 35
        && first.chars().all(|c| c.is_ascii_lowercase())
        && tag.split('-').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric()))
}

/// Whether this can be a host, with a port for tests: labels of letters, digits and inner hyphens.
#[must_use]
pub fn is_domain(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    let (host, port) = text.split_once(':').map_or((text.as_str(), None), |(h, p)| (h, Some(p)));
    let label = |l: &str| {
        (1..=63).contains(&l.len())
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let numeric = host.split('.').next_back().is_some_and(|l| l.chars().all(|c| c.is_ascii_digit()));
    host.len() <= 253
        && host.contains('.')
        && !numeric
        && host.split('.').all(label)
        && port.is_none_or(|p| p.parse::<u16>().is_ok_and(|p| p > 0))
}

/// Sets or changes the domain while nothing has been published.
///
/// # Errors
/// [`Refusal::DomainPermanent`], or `by` may not, or the domain is none.
pub async fn set_domain(tx: &mut Tx, now: Instant, by: Option<&Standing>, domain: &str) -> Result<()> {
    if let Some(by) = by {
        by.may(Act::Administer, None)?;
    }
    let mut check = Check::default();
    check.that(
        is_domain(domain),
        "domain",
        "format",
        "Write a domain such as consultations.valmont.example, without https://.",
    );
    check.done()?;
    let mut node = settings::node(tx).await?;
    let domain = domain.trim().to_lowercase();
    if node.domain.as_deref() == Some(&domain) {
        return Ok(());
    }
    if node.published {
        return Err(Refusal::DomainPermanent.into());
    }
    node.domain = Some(domain.clone());
    settings::save_node(tx, &node).await?;
    actor::rename_node(tx, &domain).await?;
    audit::note(tx, now, by.and_then(|b| b.account.as_ref()), "node.domain", &domain, None).await
}

/// The first of `base`, `base-office`, `base-office2`… that is free.
async fn free_name(conn: &mut Conn, base: &str) -> Result<String> {
    let host = settings::node(conn).await?.domain.unwrap_or_default();
    let base = if base.chars().count() < name::SHORTEST { "institution" } else { base };
    let mut wanted = base.to_owned();
    let mut n = 1;
    while name::is_reserved(&wanted, &host) || name::is_taken(conn, &wanted).await? {
        wanted = if n == 1 { format!("{base}-office") } else { format!("{base}-office{n}") };
        n += 1;
    }
    Ok(wanted)
}

/// A name in the form of a slug: accents off, lower case, joined by hyphens; at most 40 characters.
#[must_use]
pub fn slugify(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    const LONGEST: usize = 40;
    let mut slug = String::new();
    for c in text.nfd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
        if slug.len() >= LONGEST {
            break;
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_plain() {
        assert_eq!(slugify("Réaménager la rue des Halles ?"), "reamenager-la-rue-des-halles");
        assert_eq!(slugify("  ¿Sí?  "), "si");
    }

    #[test]
    fn domains_and_languages_have_their_form() {
        for fine in ["a.test", "town.localhost:4001", "consultations.valmont.example"] {
            assert!(is_domain(fine), "{fine}");
        }
        for bad in ["localhost", "https://a.test", "127.0.0.1", "a..b", "-a.b", "a.test:0", ""] {
            assert!(!is_domain(bad), "{bad}");
        }
        assert!(is_language("fr") && is_language("pt-BR") && !is_language("français") && !is_language(""));
    }
}

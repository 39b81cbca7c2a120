//! What the institution writes itself: its legal notice, what becomes of personal data, its rules, questions and answers,
//! and how accessible the site is. One text for each language.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::audit;
use crate::clock::Instant;
use crate::debate::text;
use crate::error::{Check, Error, Result};
use crate::id::Id;
use crate::people::account::Account;
use crate::people::role::{Act, Standing};
use crate::store::schema::pages;
use crate::store::types::words;
use crate::store::{Conn, Tx, on};

/// The longest text of a page, in characters.
pub const LONGEST: usize = 50_000;
/// What stands where the institution still has something to fill in.
pub const BLANK: &str = "[[";
/// The most rules that are taken from the rules' headings.
const RULES_MOST: usize = 30;

words! {
    /// Which page.
    pub enum Name {
        /// Who publishes the site and hosts it.
        Legal = "legal",
        /// What becomes of personal data.
        Privacy = "privacy",
        /// The rules of the debate, each under a heading.
        Rules = "rules",
        /// Questions and answers.
        Faq = "faq",
        /// How accessible the site is.
        Accessibility = "accessibility",
    }
}

/// A page in one language.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = pages)]
pub struct Page {
    /// Which.
    pub name: Name,
    /// In which language (BCP 47).
    pub language: String,
    /// As written.
    pub markdown: String,
    /// As shown: sanitised.
    pub html: String,
    /// Who wrote it last.
    pub account_id: Option<Id<Account>>,
    /// When.
    pub updated_at: Instant,
}

impl Page {
    /// Whether nothing is left to fill in.
    #[must_use]
    pub fn is_filled(&self) -> bool {
        !self.markdown.contains(BLANK)
    }
}

/// Writes a page.
///
/// # Errors
/// When `by` may not; `language` or `text` is not as it should be.
pub async fn write(
    tx: &mut Tx,
    now: Instant,
    by: &Standing,
    name: Name,
    language: &str,
    markdown: &str,
) -> Result<Page> {
    by.may(Act::Administer, None)?;
    let markdown = markdown.replace("\r\n", "\n");
    let mut check = Check::default();
    check.text("text", &markdown, LONGEST);
    check.that(text::is_shallow(&markdown), "text", "format", "Quote within quotes less deeply.");
    check.that(super::setup::is_language(language), "language", "format", "Write a language such as fr or en.");
    check.done()?;
    let page = Page {
        name,
        language: language.to_owned(),
        html: text::render(&markdown),
        markdown,
        account_id: by.account.as_ref().map(|account| account.id),
        updated_at: now,
    };
    let conn: &mut Conn = tx;
    on!(conn, |c| diesel::insert_into(pages::table)
        .values(&page)
        .on_conflict((pages::name, pages::language))
        .do_update()
        .set((
            pages::markdown.eq(&page.markdown),
            pages::html.eq(&page.html),
            pages::account_id.eq(page.account_id),
            pages::updated_at.eq(page.updated_at),
        ))
        .execute(c)
        .await)?;
    audit::note(tx, now, by.account.as_ref(), "page.write", &format!("{name} {language}"), None).await?;
    Ok(page)
}

/// A page in a language, if the institution has written it.
///
/// # Errors
/// When the database fails.
pub async fn of(conn: &mut Conn, name: Name, language: &str) -> Result<Option<Page>> {
    Ok(on!(conn, |c| pages::table.find((name, language)).select(Page::as_select()).first(c).await.optional())?)
}

/// A page in the first of these languages in which there is one.
///
/// # Errors
/// [`Error::NotFound`] where there is none.
pub async fn read(conn: &mut Conn, name: Name, languages: &[&str]) -> Result<Page> {
    for language in languages {
        if let Some(page) = of(conn, name, language).await? {
            return Ok(page);
        }
    }
    Err(Error::NotFound)
}

/// Every page that is written, in every language.
///
/// # Errors
/// When the database fails.
pub async fn all(conn: &mut Conn) -> Result<Vec<Page>> {
    Ok(on!(conn, |c| pages::table.order((pages::name, pages::language)).select(Page::as_select()).load(c).await)?)
}

/// The published rules by their headings, in the first of these languages in which they are written; none where they are
/// not.
///
/// # Errors
/// When the database fails.
pub async fn rules(conn: &mut Conn, languages: &[&str]) -> Result<Vec<String>> {
    let page = match read(conn, Name::Rules, languages).await {
        Ok(page) => page,
        Err(Error::NotFound) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let headings = text::rendered(&page.markdown, &[]).1.into_iter().map(|article| article.heading);
    Ok(headings.take(RULES_MOST).collect())
}

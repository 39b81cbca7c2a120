//! `/admin/pages`: what the institution writes itself, for each language, from a template that names what the law asks for.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::care::page::{self as written, Name, Page};
use model::people::role::Act;

use crate::app::App;
use crate::error::{self, Failure};
use crate::form::Form;
use crate::frame::{self, Frame};
use crate::language::Language;
use crate::pages::{After, prose};
use crate::visitor::Visitor;

/// A page in one language, as an entry of the list.
struct Entry {
    language: &'static str,
    href: String,
    state: String,
    tone: &'static str,
    label: &'static str,
}

#[derive(Template)]
#[template(path = "texts.html")]
struct TextsPage {
    page: Frame,
    status: Option<String>,
    /// The title of each page with its languages.
    pages: Vec<(String, Vec<Entry>)>,
}

/// `GET /admin/pages`
pub(in crate::pages) async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<Response, Failure> {
    visitor.standing().may(Act::Administer, None)?;
    let t = &visitor.words;
    let all = written::all(&mut app.store.conn().await?).await?;
    let entry = |name: Name, language: Language| {
        let found = all.iter().find(|page| page.name == name && page.language == language.tag());
        let (state, tone) = match found {
            None => ("texts-unwritten", "bad"),
            Some(page) if !page.is_filled() => ("texts-unfinished", "soon"),
            Some(_) => ("texts-written", "line"),
        };
        let href = format!("/admin/pages/{name}/{}", language.tag());
        Entry { language: language.tag(), href, state: t.say(state), tone, label: language.own_name() }
    };
    let pages = Name::ALL.iter().map(|name| {
        (t.say(prose::title(*name)), Language::ALL.into_iter().map(|language| entry(*name, language)).collect())
    });
    let page = TextsPage {
        page: Frame::new(&visitor, t.say("texts-title")),
        status: super::after(t, &after),
        pages: pages.collect(),
    };
    frame::show(StatusCode::OK, &page)
}

#[derive(Template)]
#[template(path = "text_form.html")]
struct TextPage {
    page: Frame,
    form: Form,
    action: String,
    language: &'static str,
    own_name: &'static str,
    href: String,
    /// The text as it is shown.
    shown: Option<String>,
}

/// What a page begins with: it names what the law asks for, and leaves blank what only the institution knows.
fn template(name: Name, language: Language) -> &'static str {
    macro_rules! of {
        ($language:literal) => {
            match name {
                Name::Legal => include_str!(concat!("../../../templates/pages/", $language, "/legal.md")),
                Name::Privacy => include_str!(concat!("../../../templates/pages/", $language, "/privacy.md")),
                Name::Rules => include_str!(concat!("../../../templates/pages/", $language, "/rules.md")),
                Name::Faq => include_str!(concat!("../../../templates/pages/", $language, "/faq.md")),
                Name::Accessibility => {
                    include_str!(concat!("../../../templates/pages/", $language, "/accessibility.md"))
                }
            }
        };
    }
    match language {
        Language::Fr => of!("fr"),
        Language::En => of!("en"),
        Language::Es => of!("es"),
    }
}

fn asked(name: &str, language: &str) -> Result<(Name, Language), Failure> {
    let language = Language::ALL.into_iter().find(|held| held.tag() == language);
    Ok((name.parse().map_err(|_| Failure::NotFound)?, language.ok_or(Failure::NotFound)?))
}

/// `GET /admin/pages/{name}/{language}`
pub(in crate::pages) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Path((name, language)): Path<(String, String)>,
) -> Result<Response, Failure> {
    visitor.standing().may(Act::Administer, None)?;
    let (name, language) = asked(&name, &language)?;
    let found = written::of(&mut app.store.conn().await?, name, language.tag()).await?;
    let text = found.as_ref().map_or(template(name, language), |page| page.markdown.as_str()).to_owned();
    show(&visitor, StatusCode::OK, Form::from_pairs([("text", text)]), (name, language), found)
}

fn show(
    visitor: &Visitor,
    status: StatusCode,
    form: Form,
    (name, language): (Name, Language),
    found: Option<Page>,
) -> Result<Response, Failure> {
    let t = &visitor.words;
    let title = t.with2("texts-one", "page", t.say(prose::title(name)), "language", language.own_name());
    let page = TextPage {
        page: Frame::new(visitor, title).mistaken(form.is_wrong()),
        action: format!("/admin/pages/{name}/{}", language.tag()),
        language: language.tag(),
        own_name: language.own_name(),
        href: format!("/{name}"),
        shown: found.map(|page| page.html),
        form,
    };
    frame::show(status, &page)
}

/// `POST /admin/pages/{name}/{language}`
pub(in crate::pages) async fn keep(
    State(app): State<App>,
    visitor: Visitor,
    Path((name, language)): Path<(String, String)>,
    mut form: Form,
) -> Result<Response, Failure> {
    let which @ (name, language) = asked(&name, &language)?;
    let kept = async {
        let mut tx = app.store.begin().await?;
        let text = form.value("text");
        written::write(&mut tx, visitor.now, &visitor.standing(), name, language.tag(), text).await?;
        tx.commit().await
    };
    match kept.await {
        Ok(()) => Ok(Redirect::to("/admin/pages?done=kept").into_response()),
        Err(error) => {
            let field = |name: &str| if name == "text" { "text" } else { "" };
            let status = error::into_form(error, &visitor.words, &mut form, field)?;
            show(&visitor, status, form, which, None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_has_its_own_headings_and_something_to_fill_in() {
        for name in Name::ALL {
            let mut seen = std::collections::HashSet::new();
            for language in Language::ALL {
                let text = template(*name, language);
                assert!(text.starts_with("## ") && text.contains(written::BLANK), "{name} {language:?}");
                assert!(seen.insert(text), "{name} stands untranslated in {language:?}");
            }
        }
    }
}

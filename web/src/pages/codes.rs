//! `/c/{slug}/codes`: makes codes, on a page to print or in a file. They are shown this once.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::count::electorate::code;
use model::debate::consultation::{self, View};
use model::error::{Error, Result as Answer};
use model::people::role::Act;

use super::message::{self, Ask, Line};
use crate::api::code_link;
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::Form;
use crate::frame::{self, Frame};
use crate::visitor::Visitor;

/// A code as it is printed.
struct Card {
    code: String,
    url: String,
}

#[derive(Template)]
#[template(path = "codes.html")]
struct CodesPage {
    page: Frame,
    language: String,
    question: String,
    cards: Vec<Card>,
}

/// `GET /c/{slug}/codes`
pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    show(&app, &visitor, &slug, StatusCode::OK, Form::default()).await
}

async fn show(app: &App, visitor: &Visitor, slug: &str, status: StatusCode, form: Form) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let View { consultation: on, forum, standing } =
        consultation::view(&mut conn, slug, visitor.account.as_ref()).await?;
    standing.may(Act::Author, Some(&forum))?;
    let count = code::count(&mut conn, &on, visitor.now).await?;
    let t = &visitor.words;
    let line = Line {
        name: "count",
        kind: "text",
        label: t.say("codes-count"),
        hint: t.with("codes-count-hint", "most", code::AT_ONCE.to_string()),
        extra: "inputmode=\"numeric\" required",
    };
    let issued = count.issued.to_string();
    let made = match count.used {
        Some(used) => t.with2("codes-made", "issued", issued, "used", used.to_string()),
        None => t.with("codes-issued", "issued", issued),
    };
    let texts = vec![on.title, t.say("codes-text"), made];
    let as_file = Line { name: "file", kind: "checkbox", label: t.say("codes-file"), hint: String::new(), extra: "" };
    let ask = Ask {
        action: format!("/c/{slug}/codes"),
        kept: &[],
        lines: vec![line, as_file],
        button: t.say("codes-button"),
        back: Some(format!("/c/{slug}")),
    };
    message::asking(visitor, status, t.say("codes-title"), texts, form, ask)
}

/// `POST /c/{slug}/codes`
pub(super) async fn make(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
    mut form: Form,
) -> Result<Response, Failure> {
    match issue(&app, &visitor, &slug, &form).await {
        Ok((view, cards)) => {
            let file = !form.all("file").is_empty();
            let mut response = if file { sheet(&slug, &cards)? } else { print(&visitor, view, cards)? };
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            Ok(response)
        }
        Err(error) => {
            let status = error::into_form(error, &visitor.words, &mut form, |name| match name {
                "count" => "count",
                _ => "",
            })?;
            show(&app, &visitor, &slug, status, form).await
        }
    }
}

async fn issue(app: &App, visitor: &Visitor, slug: &str, form: &Form) -> Answer<(View, Vec<Card>)> {
    let count = form.trimmed("count").parse();
    let count = count.map_err(|_| Error::field("count", "format", "Write a whole number."));
    let mut tx = app.store.begin().await?;
    let view = consultation::view(&mut tx, slug, visitor.account.as_ref()).await?;
    let on = &view.consultation;
    let codes = code::issue(&mut tx, visitor.now, &view.standing, &view.forum, on, count?).await?;
    tx.commit().await?;
    let card = |code: String| Card { url: code_link(&visitor.here, slug, &code), code };
    Ok((view, codes.into_iter().map(card).collect()))
}

fn print(visitor: &Visitor, view: View, cards: Vec<Card>) -> Result<Response, Failure> {
    let page = CodesPage {
        page: Frame::new(visitor, visitor.say("codes-title")),
        language: view.consultation.language,
        question: view.consultation.title,
        cards,
    };
    frame::show(StatusCode::CREATED, &page)
}

fn sheet(slug: &str, cards: &[Card]) -> Result<Response, Failure> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let broken = |error: csv::Error| Failure::broken(&error);
    writer.write_record(["code", "url"]).map_err(broken)?;
    for card in cards {
        writer.write_record([&card.code, &card.url]).map_err(broken)?;
    }
    let bytes = writer.into_inner().map_err(|error| Failure::broken(&error.error().to_string()))?;
    let named = format!("attachment; filename=\"{slug}-codes.csv\"");
    let named = HeaderValue::try_from(named).map_err(|error| Failure::broken(&error))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, named),
    ];
    Ok((StatusCode::CREATED, headers, bytes).into_response())
}

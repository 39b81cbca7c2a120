//! The second step: the text, pasted or from a file, the brief, and what stands beside them.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use model::debate::consultation::Step;
use model::debate::text;
use model::error::{Error, Result as Answer};

use super::beside::{self, Asked, Beside};
use super::{Work, corrects, keep as keep_step, locked, steps};
use crate::app::App;
use crate::error::Failure;
use crate::form::{Entry, Form};
use crate::frame::{self, Frame};
use crate::upload::Upload;
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "write_text.html")]
struct TextPage {
    page: Frame,
    form: Form,
    status: Option<String>,
    steps: Vec<steps::Entry>,
    locked: Option<String>,
    corrects: bool,
    draft: bool,
    action: String,
    back: String,
    language: String,
    /// The text as it will be read.
    shown: String,
    /// The headings of its articles.
    articles: Vec<String>,
    beside: Vec<Beside>,
    kinds: Vec<Entry>,
    /// What the forum asks.
    asked: Vec<Asked>,
}

pub(super) async fn show(
    app: &App,
    visitor: &Visitor,
    work: &Work,
    status: StatusCode,
    form: Form,
    done: Option<String>,
) -> Result<Response, Failure> {
    let address = format!("/c/{}", work.on().slug);
    let (shown, articles) = text::rendered(form.value("text"), &[]);
    let mut conn = app.store.conn().await?;
    let page = TextPage {
        page: Frame::new(visitor, visitor.say("write-step-text")).mistaken(form.is_wrong()),
        status: done,
        steps: steps::of(visitor, Some(work), Step::Text.as_str()),
        locked: locked(visitor, work),
        corrects: corrects(work.on()),
        draft: work.is_draft(),
        action: format!("{address}/edit/text"),
        back: address,
        language: work.on().language.clone(),
        shown,
        articles: articles.into_iter().map(|article| article.heading).collect(),
        beside: beside::list(&mut conn, visitor, work).await?,
        kinds: beside::kinds(&visitor.words),
        asked: beside::asked(&mut conn, &visitor.words, work).await?,
        form,
    };
    frame::show(status, &page)
}

/// Keeps the text; a file that came with it takes its place. What is shown beside is kept with it.
pub(super) async fn keep(app: &App, visitor: &Visitor, work: &Work, upload: &mut Upload) -> Answer<()> {
    if let Some(file) = upload.file("markdown") {
        let unread = || Error::field("markdown", "format", "Choose a file of text in UTF-8, such as Markdown.");
        let text = String::from_utf8(file.to_vec()).map_err(|_| unread())?;
        if text.contains('\0') {
            return Err(unread());
        }
        upload.form.set("text", text.trim_start_matches('\u{feff}').replace("\r\n", "\n"));
    }
    let act = upload.form.trimmed("act").to_owned();
    let beside_alone = !work.is_draft() && (act == "attach" || act.starts_with("detach-"));
    if !beside_alone {
        keep_step(app, visitor, work, Step::Text, &upload.form).await?;
        beside::tell(app, visitor, work, &upload.form).await?;
    }
    if act == "attach" {
        return beside::attach(app, visitor, work, upload).await;
    }
    match act.strip_prefix("detach-") {
        Some(id) => beside::detach(app, visitor, work, id).await,
        None => Ok(()),
    }
}

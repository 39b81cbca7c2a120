//! `/admin/settings`: what was said at set-up, as far as it still changes.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::care::settings::{self, Change};
use model::error::Result as Answer;
use model::people::role::Act;

use crate::app::App;
use crate::error::{self, Failure};
use crate::form::{Entry, Form};
use crate::frame::{self, Frame};
use crate::pages::After;
use crate::pages::setup::languages;
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "node_settings.html")]
struct SettingsPage {
    page: Frame,
    form: Form,
    status: Option<String>,
    languages: Vec<Entry>,
    /// Whether the domain can no longer change.
    permanent: bool,
    /// Who may sign up: the configuration's matter.
    registration: String,
}

/// `GET /admin/settings`
pub(in crate::pages) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<Response, Failure> {
    let node = &visitor.node;
    let form = Form::from_pairs([
        ("institution", node.name.as_str()),
        ("language", &node.language),
        ("time-zone", &node.time_zone),
        ("domain", node.domain.as_deref().unwrap_or_default()),
    ]);
    show(&app, &visitor, StatusCode::OK, form, &after).await
}

async fn show(
    app: &App,
    visitor: &Visitor,
    status: StatusCode,
    form: Form,
    after: &After,
) -> Result<Response, Failure> {
    visitor.standing().may(Act::Administer, None)?;
    let registration = settings::registration(&mut app.store.conn().await?).await?;
    let t = &visitor.words;
    let page = SettingsPage {
        page: Frame::new(visitor, t.say("settings-title")).mistaken(form.is_wrong()),
        status: super::after(t, after),
        languages: languages(),
        permanent: visitor.node.published,
        registration: t.say(&format!("settings-registration-{registration}")),
        form,
    };
    frame::show(status, &page)
}

/// `POST /admin/settings`
pub(in crate::pages) async fn keep(
    State(app): State<App>,
    visitor: Visitor,
    mut form: Form,
) -> Result<Response, Failure> {
    match changed(&app, &visitor, &form).await {
        Ok(()) => Ok(Redirect::to("/admin/settings?done=kept").into_response()),
        Err(error) => {
            let field = |name: &str| match name {
                "name" => "institution",
                "language" => "language",
                "time_zone" => "time-zone",
                "domain" | "domain-permanent" => "domain",
                _ => "",
            };
            let status = error::into_form(error, &visitor.words, &mut form, field)?;
            show(&app, &visitor, status, form, &After::default()).await
        }
    }
}

async fn changed(app: &App, visitor: &Visitor, form: &Form) -> Answer<()> {
    let typed = |name: &str| Some(form.trimmed(name).to_owned());
    let change = Change {
        name: typed("institution"),
        language: typed("language"),
        time_zone: typed("time-zone"),
        domain: form.given("domain").map(str::to_owned),
    };
    let mut tx = app.store.begin().await?;
    settings::change(&mut tx, visitor.now, &visitor.standing(), change).await?;
    tx.commit().await
}

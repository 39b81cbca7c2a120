//! `/admin/settings`: what was said at set-up, as far as it still changes, and what the institution commits itself to.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::care::commitment::{self, Accessibility, Commitments, Level};
use model::care::settings::{self, Change, Registration};
use model::error::{Error, Result as Answer};
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
    /// Who may sign up, and that the configuration says it.
    registrations: Vec<Entry>,
    levels: Vec<Entry>,
}

/// The choice of who leaves it to the configuration.
const CONFIGURED: &str = "";

/// `GET /admin/settings`
pub(in crate::pages) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<Response, Failure> {
    visitor.standing().may(Act::Administer, None)?;
    let (node, commitments) = (&visitor.node, &visitor.commitments);
    let chosen = settings::chosen_registration(&mut app.store.conn().await?).await?;
    let audited_on = commitments.accessibility.audited_on.map(|day| day.to_string());
    let form = Form::from_pairs([
        ("institution", node.name.as_str()),
        ("language", &node.language),
        ("time-zone", &node.time_zone),
        ("domain", node.domain.as_deref().unwrap_or_default()),
        ("registration", chosen.map_or(CONFIGURED, Registration::as_str)),
        ("moderation-hours", &commitments.moderation_hours.to_string()),
        ("level", commitments.accessibility.level.as_str()),
        ("audited-on", audited_on.as_deref().unwrap_or_default()),
        ("auditor", &commitments.accessibility.auditor),
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
    let configured = settings::configured_registration(&mut app.store.conn().await?).await?;
    let t = &visitor.words;
    let registration = |it: &Registration| Entry::new(it.as_str(), t.say(&format!("settings-registration-{it}")));
    let default = t.with("settings-registration-configured", "mode", registration(&configured).label);
    let page = SettingsPage {
        page: Frame::new(visitor, t.say("settings-title")).mistaken(form.is_wrong()),
        status: super::after(t, after),
        languages: languages(),
        permanent: visitor.node.published,
        registrations: [Entry::new(CONFIGURED, default)]
            .into_iter()
            .chain(Registration::ALL.iter().map(registration))
            .collect(),
        levels: Level::ALL.iter().map(|it| Entry::new(it.as_str(), t.say(&format!("accessibility-{it}")))).collect(),
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
                "audited_on" => "audited-on",
                "auditor" => "auditor",
                "moderation_hours" => "moderation-hours",
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
    let commitments = commitments(form)?;
    let (now, by) = (visitor.now, visitor.standing());
    let mut tx = app.store.begin().await?;
    settings::change(&mut tx, now, &by, change).await?;
    if sent(form, "registration") {
        settings::choose_registration(&mut tx, now, &by, form.trimmed("registration").parse().ok()).await?;
    }
    if let Some(commitments) = commitments {
        commitment::set(&mut tx, now, &by, commitments).await?;
    }
    tx.commit().await?;
    app.pages.forget_all();
    Ok(())
}

/// A field that is not sent leaves what stands.
fn sent(form: &Form, name: &str) -> bool {
    !form.all(name).is_empty()
}

fn commitments(form: &Form) -> Answer<Option<Commitments>> {
    if !sent(form, "level") {
        return Ok(None);
    }
    let day =
        |text: &str| text.parse().map_err(|_| Error::field("audited_on", "format", "Write a day such as 2026-05-24."));
    Ok(Some(Commitments {
        accessibility: Accessibility {
            level: form.trimmed("level").parse().unwrap_or(Level::None),
            audited_on: form.given("audited-on").map(day).transpose()?,
            auditor: form.trimmed("auditor").to_owned(),
        },
        // What is no number is out of bounds.
        moderation_hours: form.trimmed("moderation-hours").parse().unwrap_or_default(),
    }))
}

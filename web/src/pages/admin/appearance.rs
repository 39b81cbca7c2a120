//! `/admin/appearance`: colours that can be read, the mark, the fonts, the line under the name, what is said when a page is
//! shared.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::care::theme::{self as looks, Colour, Colours, Font, Logo, Theme};
use model::data::media::File;
use model::error::{Check, Error, Result as Answer};
use model::people::role::Act;

use crate::app::App;
use crate::error::{self, Failure};
use crate::form::{Entry, Form};
use crate::frame::{self, Frame};
use crate::pages::After;
use crate::upload::Upload;
use crate::visitor::Visitor;

/// A pair of colours with how it is read.
struct Shown {
    label: String,
    /// `4.5 : 1`
    contrast: String,
    fine: bool,
}

#[derive(Template)]
#[template(path = "appearance.html")]
struct AppearancePage {
    page: Frame,
    form: Form,
    status: Option<String>,
    fonts: Vec<Entry>,
    pairs: Vec<Shown>,
    has_logo: bool,
    /// Whether the colours of the form cannot be read, so that nearer ones are offered.
    offers: bool,
}

/// `GET /admin/appearance`
pub(in crate::pages) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<Response, Failure> {
    visitor.standing().may(Act::Administer, None)?;
    let theme = looks::of(&mut app.store.conn().await?).await?;
    let form = Form::from_pairs([
        ("brand", theme.colours.brand.to_string()),
        ("on-brand", theme.colours.on_brand.to_string()),
        ("link", theme.colours.link.to_string()),
        ("soft", theme.colours.brand_soft.to_string()),
        ("font", theme.font.to_string()),
        ("tagline", theme.tagline.clone()),
        ("sharing", theme.sharing.clone()),
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
    let t = &visitor.words;
    let kept = looks::of(&mut app.store.conn().await?).await?;
    let shown = colours(&form).unwrap_or(kept.colours);
    let pairs = shown.pairs().into_iter().map(|pair| Shown {
        label: t.say(&format!("look-pair-{}", pair.field.replace('_', "-"))),
        contrast: t.with("look-contrast", "n", t.decimal(pair.contrast)),
        fine: pair.is_readable(),
    });
    let font = |font: &Font| Entry::new(font.as_str(), t.say(&format!("look-font-{font}")));
    let page = AppearancePage {
        page: Frame::new(visitor, t.say("look-title")).mistaken(form.is_wrong()),
        status: super::after(t, after),
        fonts: Font::ALL.iter().map(font).collect(),
        offers: shown.corrected() != shown,
        pairs: pairs.collect(),
        has_logo: kept.logo.is_some(),
        form,
    };
    frame::show(status, &page)
}

fn colour(form: &Form, name: &str, field: &str) -> Answer<Colour> {
    form.trimmed(name).parse().map_err(|_| Error::field(field, "format", "Write a colour such as #1e3563."))
}

fn colours(form: &Form) -> Answer<Colours> {
    let brand = colour(form, "brand", "brand");
    let on_brand = colour(form, "on-brand", "on_brand");
    let link = colour(form, "link", "link");
    let soft = colour(form, "soft", "brand_soft");
    let mut check = Check::default();
    check.note(&brand).note(&on_brand).note(&link).note(&soft).done()?;
    Ok(Colours { brand: brand?, on_brand: on_brand?, link: link?, brand_soft: soft? })
}

/// `POST /admin/appearance`: keeps what can be read, or moves the colours to the nearest that can.
pub(in crate::pages) async fn keep(
    State(app): State<App>,
    visitor: Visitor,
    upload: Upload,
) -> Result<Response, Failure> {
    visitor.standing().may(Act::Administer, None)?;
    match set(&app, &visitor, &upload).await {
        Ok(()) => Ok(Redirect::to("/admin/appearance?done=kept").into_response()),
        Err(error) => {
            let mut form = upload.form;
            let field = |name: &str| match name {
                "brand" => "brand",
                "on_brand" => "on-brand",
                "link" => "link",
                "brand_soft" => "soft",
                "unsupported-media" | "picture-too-large" | "too-long" => "logo",
                _ => "",
            };
            let status = error::into_form(error, &visitor.words, &mut form, field)?;
            show(&app, &visitor, status, form, &After::default()).await
        }
    }
}

async fn set(app: &App, visitor: &Visitor, upload: &Upload) -> Answer<()> {
    let form = &upload.form;
    let typed = colours(form)?;
    let wanted = Theme {
        colours: if form.is("act", "correct") { typed.corrected() } else { typed },
        font: form.trimmed("font").parse().unwrap_or(Font::System),
        tagline: form.trimmed("tagline").to_owned(),
        sharing: form.trimmed("sharing").to_owned(),
        logo: None,
    };
    let mark = match upload.file("logo") {
        Some(octets) => Some(app.heavy(move || File::logo(&octets)).await??),
        None => None,
    };
    let logo = match &mark {
        Some(mark) => Logo::Replace(mark),
        None if form.is("no-logo", "1") => Logo::Remove,
        None => Logo::Keep,
    };
    let mut tx = app.store.begin().await?;
    looks::set(&mut tx, visitor.now, &visitor.standing(), &wanted, logo).await?;
    tx.commit().await?;
    app.pages.forget_all();
    Ok(())
}

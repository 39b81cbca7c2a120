//! `/setup/{token}`: the first run, once.

use askama::Template;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use model::care::setup::{self, SetUp};
use model::care::theme::{self as looks, Colour, Colours, Logo, Theme};
use model::data::media::{self, File};
use model::debate::consultation;
use model::debate::forum::{self, Forum, Visibility};
use model::error::{Check, Error, Refusal};
use model::people::account::{Account, PasswordHash};
use model::people::role::Standing;
use model::store::Tx;

use super::{blocking, letter, write};
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::{Entry, Form};
use crate::frame::{self, Frame};
use crate::language::Language;
use crate::session;
use crate::upload::Upload;
use crate::visitor::Visitor;

/// The page of the first run.
pub(super) fn routes() -> Router<App> {
    let largest = DefaultBodyLimit::max(media::LARGEST + 1024 * 1024);
    Router::new().route("/setup/{token}", get(page).post(act)).layer(largest)
}

#[derive(Template)]
#[template(path = "setup.html")]
struct SetUpPage {
    page: Frame,
    form: Form,
    action: String,
    languages: Vec<Entry>,
}

/// `GET /setup/{token}`
async fn page(State(app): State<App>, visitor: Visitor, Path(token): Path<String>) -> Result<Response, Failure> {
    setup::peek(&mut app.store.conn().await?, visitor.now, &token).await?;
    let form = Form::from_pairs([
        ("language", visitor.words.tag().to_owned()),
        ("time-zone", "Europe/Paris".to_owned()),
        ("brand", Colours::default().brand.to_string()),
        ("mail", "1".to_owned()),
    ]);
    show(&visitor, StatusCode::OK, form, &token)
}

fn show(visitor: &Visitor, status: StatusCode, mut form: Form, token: &str) -> Result<Response, Failure> {
    form.set("new-password", "");
    let page = SetUpPage {
        page: Frame::new(visitor, visitor.say("setup-title")).mistaken(form.is_wrong()),
        action: format!("/setup/{token}"),
        languages: languages(),
        form,
    };
    frame::show(status, &page)
}

/// The languages to choose from.
pub(super) fn languages() -> Vec<Entry> {
    Language::ALL.into_iter().map(|language| Entry::new(language.tag(), language.own_name())).collect()
}

/// `POST /setup/{token}`
async fn act(
    State(app): State<App>,
    visitor: Visitor,
    Path(token): Path<String>,
    mut upload: Upload,
) -> Result<Response, Failure> {
    let done = run(&app, &visitor, &token, &upload).await;
    let form = std::mem::take(&mut upload.form);
    answer(&visitor, &token, form, done).await
}

async fn answer(
    visitor: &Visitor,
    token: &str,
    mut form: Form,
    done: Result<Account, Error>,
) -> Result<Response, Failure> {
    match done {
        Ok(admin) => {
            session::begin(&visitor.session, &admin).await?;
            Ok(Redirect::to("/admin?done=set-up").into_response())
        }
        Err(Error::Refused(refusal @ (Refusal::LinkInvalid | Refusal::AlreadySetUp))) => Err(refusal.into()),
        Err(error) => {
            let status = error::into_form(error, &visitor.words, &mut form, field)?;
            show(visitor, status, form, token)
        }
    }
}

fn field(name: &str) -> &'static str {
    match name {
        "name" => "institution",
        "admin" => "name",
        "email" => "email",
        "password" => "new-password",
        "language" => "language",
        "time_zone" => "time-zone",
        "domain" => "domain",
        "brand" => "brand",
        "logo" | "unsupported-media" | "picture-too-large" | "too-long" => "logo",
        "title" => "forum-title",
        "slug" => "forum-slug",
        _ => "",
    }
}

async fn run(app: &App, visitor: &Visitor, token: &str, upload: &Upload) -> Result<Account, Error> {
    let form = &upload.form;
    // Hashing is slow on purpose: nobody makes the node do it without a link that works.
    setup::peek(&mut app.store.conn().await?, visitor.now, token).await?;
    let password = form.value("new-password").to_owned();
    let hash = blocking(move || PasswordHash::new(&password)).await?;
    let wanted = SetUp {
        name: form.trimmed("institution").to_owned(),
        admin: form.trimmed("name").to_owned(),
        email: form.trimmed("email").to_owned(),
        domain: form.given("domain").map(str::to_owned),
        time_zone: form.trimmed("time-zone").to_owned(),
        language: form.trimmed("language").to_owned(),
    };
    let brand = form.trimmed("brand").parse();
    let brand = brand.map_err(|_| Error::field("brand", "format", "Write a colour such as #1e3563."));
    let mark = match upload.file("logo") {
        Some(octets) => Some(app.heavy(move || File::logo(&octets)).await??),
        None => None,
    };
    let mut tx = app.store.begin().await?;
    let mut check = Check::default();
    check.note(&setup::check(&mut tx, &wanted).await).note(&hash).note(&brand).done()?;
    setup::redeem(&mut tx, visitor.now, token).await?;
    let admin = setup::run(&mut tx, visitor.now, &wanted, &hash?).await?;
    let by = Standing { account: Some(admin.clone()), member: None };
    look(&mut tx, visitor, &by, brand?, mark.as_ref()).await?;
    begin(&mut tx, visitor, &by, form).await?;
    if form.is("mail", "1") {
        letter::test(&mut tx, visitor, &admin).await?;
    }
    tx.commit().await?;
    Ok(admin)
}

/// All colours from the one that was chosen, moved as far as they must be to be read.
async fn look(
    tx: &mut Tx,
    visitor: &Visitor,
    by: &Standing,
    brand: Colour,
    mark: Option<&File>,
) -> Result<Theme, Error> {
    let chosen = brand != Colours::default().brand;
    let colours = if chosen { Colours::from_one(brand) } else { Colours::default() };
    let logo = mark.map_or(Logo::Keep, Logo::Replace);
    looks::set(tx, visitor.now, by, &Theme { colours, ..Theme::default() }, logo).await
}

/// The first forum, and in it an example to change, publish or delete; none where no title is given.
async fn begin(tx: &mut Tx, visitor: &Visitor, by: &Standing, form: &Form) -> Result<(), Error> {
    let Some(title) = form.given("forum-title") else { return Ok(()) };
    let language = form.trimmed("language").to_owned();
    let slug = form.given("forum-slug").map_or_else(|| setup::slugify(title), str::to_owned);
    let draft = forum::Draft {
        slug,
        title: title.to_owned(),
        summary: String::new(),
        visibility: Visibility::Public,
        language: language.clone(),
    };
    let made: Forum = forum::create(tx, visitor.now, by, &draft).await?;
    if form.is("example", "1") {
        let example = write::example(&language)?;
        consultation::begin(tx, visitor.now, by, &made, example).await?;
    }
    Ok(())
}

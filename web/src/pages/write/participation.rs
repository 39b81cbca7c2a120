//! The third step: how it asks, who is counted, when results show.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use model::debate::consultation::Step;
use model::people::role::Act;

use super::fields::{self, Row};
use super::{Work, corrects, lists, locked, steps};
use crate::app::App;
use crate::error::Failure;
use crate::form::{Entry, Form};
use crate::frame::{self, Frame};
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "write_participation.html")]
struct ParticipationPage {
    page: Frame,
    form: Form,
    status: Option<String>,
    steps: Vec<steps::Entry>,
    locked: Option<String>,
    /// Whether somebody has voted: nothing here changes any more.
    fixed: bool,
    draft: bool,
    action: String,
    back: String,
    methods: Vec<Entry>,
    rows: Vec<Row>,
    tiers: Vec<Entry>,
    /// Whether lists, providers and codes may be asked for.
    requires: bool,
    requirements: Vec<Entry>,
    lists: Vec<Entry>,
    providers: Vec<Entry>,
    visibilities: Vec<Entry>,
}

pub(super) async fn show(
    app: &App,
    visitor: &Visitor,
    work: &Work,
    status: StatusCode,
    form: Form,
    done: Option<String>,
) -> Result<Response, Failure> {
    let t = &visitor.words;
    let address = format!("/c/{}", work.on().slug);
    let none = || Entry::new("", t.say("write-none"));
    let lists = lists(&mut app.store.conn().await?, work).await?;
    let providers = app.settings.providers.iter().map(|it| it.mapping.provider.clone());
    let named = |names: Vec<String>| [none()].into_iter().chain(names.into_iter().map(|n| Entry::new(n.clone(), n)));
    let page = ParticipationPage {
        page: Frame::new(visitor, t.say("write-step-participation")).mistaken(form.is_wrong()),
        status: done,
        steps: steps::of(visitor, Some(work), Step::Participation.as_str()),
        locked: locked(visitor, work),
        fixed: corrects(work.on()),
        draft: work.is_draft(),
        action: format!("{address}/edit/participation"),
        back: address,
        methods: fields::methods(t),
        rows: fields::rows(&form),
        tiers: fields::tiers(t),
        requires: work.view.standing.may(Act::Author, Some(&work.view.forum)).is_ok(),
        requirements: fields::requirements(t),
        lists: named(lists).collect(),
        providers: named(providers.collect()).collect(),
        visibilities: fields::visibilities(t),
        form,
    };
    frame::show(status, &page)
}

//! `/c/{slug}/close`: closing before the announced time; once closed, the conclusion.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::count::tally::{self, Viewer};
use model::debate::comment::Comment;
use model::debate::consultation::{self, Phase, View};
use model::debate::outcome::{self, Draft, Outcome};
use model::error::{Error, Refusal, Result as Answer};
use model::id::Id;
use model::people::role::Act;
use model::store::Conn;

use super::After;
use super::answers::{self, Argument};
use super::consultation::view;
use super::message::{self, Ask};
use super::write::moment;
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::Form;
use crate::frame::{self, Frame};
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "conclude.html")]
struct ConcludePage {
    page: Frame,
    form: Form,
    status: Option<String>,
    action: String,
    address: String,
    question: String,
    language: String,
    /// The figures, a sentence for each tier.
    figures: Vec<String>,
    /// Since when an answer is overdue, in words.
    overdue: Option<String>,
    /// The leading arguments without an official answer.
    arguments: Vec<Argument>,
    /// Whether something is published already.
    again: bool,
}

/// `GET /c/{slug}/close`
pub(super) async fn page(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
    Query(after): Query<After>,
) -> Result<Response, Failure> {
    let seen = view(&app, &visitor, &slug).await?;
    seen.standing.may(Act::Author, Some(&seen.forum))?;
    match seen.consultation.phase(visitor.now) {
        Phase::Draft => Err(Refusal::NotPublished.into()),
        Phase::Scheduled | Phase::Open => early(&visitor, seen),
        Phase::Closed | Phase::Concluded => {
            let before = outcome::of(&mut app.store.conn().await?, seen.consultation.id).await?;
            let form = first(&app, &visitor, &seen, before.as_ref()).await?;
            show(&app, &visitor, &seen, StatusCode::OK, form, after, before.is_some()).await
        }
        over => Err(over.refusal().into()),
    }
}

/// Says what closing early does, and asks.
fn early(visitor: &Visitor, seen: View) -> Result<Response, Failure> {
    let address = format!("/c/{}", seen.consultation.slug);
    let ask = Ask {
        action: format!("{address}/close"),
        kept: &[],
        lines: Vec::new(),
        button: visitor.say("close-act"),
        back: Some(address),
    };
    let texts = vec![seen.consultation.title, visitor.say("close-text")];
    message::asking(visitor, StatusCode::OK, visitor.say("close-title"), texts, Form::default(), ask)
}

/// What was published before, or the figures to begin with.
async fn first(app: &App, visitor: &Visitor, seen: &View, before: Option<&Outcome>) -> Answer<Form> {
    let t = &visitor.words;
    Ok(match before {
        Some(it) => Form::from_pairs([
            ("decision", it.decision.clone()),
            ("text", it.markdown.clone()),
            ("next-step", it.next_step.clone()),
            ("next-at", it.next_at.map(|at| t.typed(at.timestamp())).unwrap_or_default()),
        ]),
        None => {
            let lines = figures(&mut app.store.conn().await?, visitor, seen).await?;
            let text = format!("## {}\n\n{}\n", t.say("conclude-figures"), lines.join("\n\n"));
            Form::from_pairs([("text", text)])
        }
    })
}

/// What was counted, as sentences: for each tier its voters and each choice.
async fn figures(conn: &mut Conn, visitor: &Visitor, seen: &View) -> Answer<Vec<String>> {
    let t = &visitor.words;
    let document = tally::results(conn, &seen.consultation, visitor.now, Viewer::Anybody).await?;
    let mut lines = Vec::new();
    for (tier, result) in document.tiers.iter().flatten() {
        let choices = result.choices.iter().map(|choice| {
            let count = t.number(u64::try_from(choice.count).unwrap_or_default());
            t.with2("conclude-choice", "label", &choice.label, "count", count)
        });
        let voters = t.count("conclude-voters", u64::try_from(result.voters).unwrap_or_default());
        let tier = t.say(&format!("tier-{tier}"));
        let choices = choices.collect::<Vec<_>>().join(", ");
        lines.push(t.with2("conclude-tier", "tier", tier, "told", format!("{voters} {choices}")));
    }
    let comments = u64::try_from(seen.consultation.comment_count).unwrap_or_default();
    lines.push(t.count("comments-count", comments));
    Ok(lines)
}

async fn show(
    app: &App,
    visitor: &Visitor,
    seen: &View,
    status: StatusCode,
    form: Form,
    after: After,
    again: bool,
) -> Result<Response, Failure> {
    let (t, on) = (&visitor.words, &seen.consultation);
    let mut conn = app.store.conn().await?;
    let overdue = on.answer_by.filter(|at| *at <= visitor.now && !again);
    let page = ConcludePage {
        page: Frame::new(visitor, t.say("conclude-title")).mistaken(form.is_wrong()),
        status: after.done.map(|done| done.say(t)),
        action: format!("/c/{}/close", on.slug),
        address: format!("/c/{}", on.slug),
        question: on.title.clone(),
        language: on.language.clone(),
        figures: figures(&mut conn, visitor, seen).await?,
        overdue: overdue.map(|at| t.with("conclude-overdue", "date", t.date(at.timestamp()))),
        arguments: answers::leading(&mut conn, visitor, seen).await?.into_iter().filter(Argument::waits).collect(),
        again,
        form,
    };
    frame::show(status, &page)
}

/// `POST /c/{slug}/close`: closes what runs, concludes what is closed.
pub(super) async fn act(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
    mut form: Form,
) -> Result<Response, Failure> {
    let seen = view(&app, &visitor, &slug).await?;
    if !form.is("act", "conclude") {
        let mut tx = app.store.begin().await?;
        consultation::close(&mut tx, visitor.now, &seen.standing, &seen.forum, &seen.consultation).await?;
        tx.commit().await?;
        app.pages.forget(&slug);
        return Ok(Redirect::to(&format!("/c/{slug}?done=closed")).into_response());
    }
    match conclude(&app, &visitor, &seen, &form).await {
        Ok(()) => {
            app.pages.forget(&slug);
            Ok(Redirect::to(&format!("/c/{slug}?done=concluded")).into_response())
        }
        Err(error @ Error::Refused(Refusal::Invalid(_) | Refusal::TooLong)) => {
            let field = |name: &str| match name {
                "text" | "too-long" => "text",
                "decision" => "decision",
                "next_step" => "next-step",
                "next_at" => "next-at",
                _ => "",
            };
            let status = error::into_form(error, &visitor.words, &mut form, field)?;
            show(&app, &visitor, &seen, status, form, After::default(), false).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn conclude(app: &App, visitor: &Visitor, seen: &View, form: &Form) -> Answer<()> {
    let draft = Draft {
        decision: form.trimmed("decision").to_owned(),
        text: form.value("text").to_owned(),
        answers: given(form),
        next_at: moment(form, "next-at", "next_at", &visitor.node.zone())?,
        next_step: form.trimmed("next-step").to_owned(),
    };
    let mut tx = app.store.begin().await?;
    outcome::publish(&mut tx, visitor.now, seen, draft).await?;
    tx.commit().await
}

/// The answers to arguments that were written: `argument` names each, `answer` is what was typed below it.
pub(super) fn given(form: &Form) -> Vec<(Id<Comment>, String)> {
    let pairs = form.all("argument").into_iter().zip(form.all("answer"));
    let written = pairs.filter(|(_, text)| !text.trim().is_empty());
    written.filter_map(|(id, text)| Some((id.parse().ok()?, text))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_written_answers_are_given() {
        let now = model::clock::Instant::from_microsecond(0);
        let (one, two) = (Id::<Comment>::new(now).to_string(), Id::<Comment>::new(now).to_string());
        let form = Form::from_pairs([
            ("argument", one.as_str()),
            ("answer", " "),
            ("argument", two.as_str()),
            ("answer", "Noted."),
            ("argument", "x"),
            ("answer", "Lost"),
        ]);
        let given = given(&form);
        assert_eq!(given.len(), 1);
        assert_eq!((given[0].0.to_string(), given[0].1.as_str()), (two, "Noted."));
    }
}

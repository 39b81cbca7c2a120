//! The ballot: choose, press, a receipt. Nothing is cast by opening an address.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use model::count::ballot::{self, Ballot, Voter};
use model::count::electorate::{Requires, Tier};
use model::count::method::{Choice, Entry, Method, group};
use model::debate::consultation::{self, Ballots, Consultation, Phase, View};
use model::error::{Error, Refusal, Result as Answer};
use model::id::Id;
use model::people::actor::Actor;
use model::store::Conn;
use url::form_urlencoded::Serializer;

use super::asked::Asked;
use super::consultation::{refused, view};
use super::entry;
use super::results::{self, kind};
use crate::app::App;
use crate::error::{self, Failure};
use crate::form::Form;
use crate::frame::Link;
use crate::visitor::Visitor;
pub(crate) use ranking::Ranked;

pub(super) use elsewhere::of as elsewhere;

mod elsewhere;
mod ranking;

/// What the names of the fields of groups begin with.
const GROUP: &str = "choice.";
/// A scale of more steps folds into a list.
const OPEN_MOST: usize = 11;

/// The ballot of a page.
pub(crate) struct BallotView {
    pub(crate) heading: String,
    pub(crate) status: Option<String>,
    pub(crate) receipt: Option<ReceiptView>,
    /// Whether it takes a choice now.
    pub(crate) open: bool,
    pub(crate) changing: bool,
    pub(crate) changeable: bool,
    pub(crate) page: String,
    /// The version of the text that stands on the page.
    pub(crate) text: i32,
    pub(crate) action: String,
    pub(crate) error: Option<String>,
    pub(crate) language: String,
    pub(crate) question: String,
    pub(crate) limit: Option<String>,
    pub(crate) options: Vec<OptionView>,
    /// The lists to choose from, one choice in each, where the method asks for more than ticks.
    pub(crate) slots: Vec<Slot>,
    /// A ranking as it stands in the form.
    pub(crate) ranked: Option<Ranked>,
    /// Whether the lists are groups of choices that all stand open.
    pub(crate) grouped: bool,
    /// Whether there are so many choices that one is picked from a list that folds.
    pub(crate) folded: bool,
    /// Whether the choices are short and stand side by side.
    pub(crate) compact: bool,
    /// Where the form was sent from, if not from the consultation's page.
    pub(crate) from: Option<&'static str>,
    /// What has come of it, once it has ended.
    pub(crate) ended: Option<Ended>,
    pub(crate) input: &'static str,
    pub(crate) button: String,
    pub(crate) hint: String,
    /// Why it takes no choice.
    pub(crate) notice: Option<String>,
    /// Where somebody with a code takes part.
    pub(crate) once: Option<String>,
}

/// What has come of a consultation that has ended.
pub(crate) struct Ended {
    pub(crate) heading: String,
    pub(crate) when: Option<String>,
    pub(crate) bar: Option<String>,
    pub(crate) finding: String,
    /// Where the answer is read.
    pub(crate) answer: Option<Link>,
}

/// Who this visitor would vote as, or why not; nobody where nobody is signed in.
pub(super) type Eligible = Option<Result<Voter, Refusal>>;

/// Asks it.
pub(super) async fn eligible(conn: &mut Conn, visitor: &Visitor, view: &View) -> Answer<Eligible> {
    if visitor.voter().is_none() {
        return Ok(None);
    }
    match voter(conn, visitor, view).await {
        Ok(voter) => Ok(Some(Ok(voter))),
        Err(Error::Refused(refusal)) => Ok(Some(Err(refusal))),
        Err(error) => Err(error),
    }
}

/// Who this visitor votes as, here or as on another server.
async fn voter(conn: &mut Conn, visitor: &Visitor, view: &View) -> Answer<Voter> {
    match &visitor.guest {
        Some(guest) => Voter::elsewhere(conn, &view.consultation, &view.forum, guest).await,
        None => Voter::here(conn, &view.consultation, &view.forum, &view.standing).await,
    }
}

/// A choice to make.
pub(crate) struct OptionView {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) kind: &'static str,
    pub(crate) chosen: bool,
}

/// A list to choose one thing from, or none: a place of a ranking, an article.
pub(crate) struct Slot {
    /// The field of a group whose choices stand open.
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) language: String,
    pub(crate) options: Vec<OptionView>,
}

/// The vote that stands.
pub(crate) struct ReceiptView {
    pub(crate) said: String,
    pub(crate) choice: String,
    pub(crate) kind: &'static str,
    pub(crate) at: String,
}

impl BallotView {
    pub(crate) fn form_shown(&self) -> bool {
        self.open && (self.receipt.is_none() || (self.changing && self.changeable))
    }
}

/// The ballot as this visitor sees it; none for a debate.
pub(super) fn of(
    visitor: &Visitor,
    view: &View,
    own: Option<&Ballot>,
    eligible: &Eligible,
    asked: &Asked,
    form: &Form,
) -> Option<BallotView> {
    let on = &view.consultation;
    let t = &visitor.words;
    if !on.method.0.takes_ballots() {
        return None;
    }
    let heading = format!("ballot-{}", on.method.0.kind());
    let notice = notice(visitor, view, eligible);
    let error = form.problem("choice").map(str::to_owned);
    let changing = asked.change || asked.moved.is_some() || !asked.choice.is_empty() || error.is_some();
    let withdrawn = asked.done.filter(|done| done.is_of_ballot()).map(|done| done.say(t));
    let kept = !asked.choice.is_empty()
        && asked.moved.is_none()
        && error.is_none()
        && notice.is_none()
        && visitor.voter().is_some();
    Some(BallotView {
        heading: t.say(&heading),
        status: if kept { Some(t.say("ballot-kept")) } else { withdrawn.filter(|_| own.is_none()) },
        receipt: own.map(|ballot| receipt(visitor, view, ballot)),
        open: notice.is_none(),
        changing,
        changeable: on.changeable,
        page: format!("/c/{}", on.slug),
        text: on.text_version,
        action: format!("/c/{}/ballot", on.slug),
        error,
        language: on.language.clone(),
        question: on.title.clone(),
        limit: on.method.0.is_multiple().then(|| t.count("ballot-limit", on.method.0.most(0))),
        slots: slots(visitor, &on.method.0, &on.language, &chosen(own, asked, form)),
        options: options(&on.method.0, &on.language, &chosen(own, asked, form)),
        ranked: ranking::of(visitor, view, &chosen(own, asked, form), asked.moved.as_deref()),
        grouped: on.method.0.entry() == Entry::OneOfEach,
        folded: is_folded(&on.method.0, &on.language),
        compact: matches!(on.method.0, Method::Scale(_)),
        from: None,
        ended: None,
        input: if on.method.0.is_multiple() { "checkbox" } else { "radio" },
        button: t.say(button(visitor, &on.method.0)),
        hint: hint(visitor, on, eligible),
        notice,
        once: takes_codes(visitor, on).then(|| format!("/c/{}/once", on.slug)),
    })
}

/// What is chosen in the form as it is shown.
fn chosen(own: Option<&Ballot>, asked: &Asked, form: &Form) -> Vec<String> {
    let given = picked(form);
    match own {
        _ if asked.moved.is_some() => asked.choice.clone(),
        _ if !given.is_empty() => given,
        _ if !asked.choice.is_empty() => asked.choice.clone(),
        Some(ballot) => ballot.choice.0.clone(),
        None => given,
    }
}

fn option(choice: &Choice, chosen: bool) -> OptionView {
    let kind = match kind(&choice.id) {
        "" => "n plain",
        shape => shape,
    };
    OptionView { kind, chosen, id: choice.id.clone(), label: choice.label.clone() }
}

/// The same within its group, whose name stands above it.
fn own_option(choice: &Choice, chosen: bool) -> OptionView {
    OptionView { label: results::own_part(&choice.label).1, ..option(choice, chosen) }
}

/// The group of these choices.
fn group_of(choices: &[Choice]) -> &str {
    choices.first().map_or("", |choice| group(&choice.id))
}

/// Whether one is picked from a list, since there are many.
fn is_folded(method: &Method, language: &str) -> bool {
    matches!(method, Method::Scale(_)) && method.choices(language).len() > OPEN_MOST
}

fn options(method: &Method, language: &str, chosen: &[String]) -> Vec<OptionView> {
    method.choices(language).iter().map(|choice| option(choice, chosen.contains(&choice.id))).collect()
}

fn slots(visitor: &Visitor, method: &Method, tongue: &str, chosen: &[String]) -> Vec<Slot> {
    let choices = method.choices(tongue);
    let language = || tongue.to_owned();
    match method.entry() {
        Entry::InOrder => {
            let slot = |place: usize| Slot {
                name: "choice".to_owned(),
                label: visitor.words.with("ballot-place", "n", visitor.words.number(place as u64 + 1)),
                language: visitor.words.tag().to_owned(),
                options: choices.iter().map(|choice| option(choice, chosen.get(place) == Some(&choice.id))).collect(),
            };
            (0..choices.len()).map(slot).collect()
        }
        Entry::OneOfEach => {
            let of_group = |group: &[Choice]| Slot {
                name: format!("{GROUP}{}", group_of(group)),
                label: results::group_label(group),
                language: language(),
                options: group.iter().map(|choice| own_option(choice, chosen.contains(&choice.id))).collect(),
            };
            choices.chunk_by(|a, b| group(&a.id) == group(&b.id)).map(of_group).collect()
        }
        Entry::One | Entry::Several(_) | Entry::Nothing => Vec::new(),
    }
}

fn receipt(visitor: &Visitor, view: &View, ballot: &Ballot) -> ReceiptView {
    let on = &view.consultation;
    let choices = on.method.0.choices(&on.language);
    // In the ballot's own order, which a ranking is about.
    let label = |id: &String| choices.iter().find(|choice| choice.id == *id).map(|choice| choice.label.clone());
    let labels: Vec<String> = ballot.choice.0.iter().filter_map(label).collect();
    let t = &visitor.words;
    ReceiptView {
        said: t.say("ballot-said"),
        choice: labels.join(", "),
        kind: ballot.choice.0.first().map_or("", |id| kind(id)),
        at: t.with("ballot-recorded", "moment", t.moment(ballot.changed_at.timestamp())),
    }
}

/// Why no choice can be made now, if so.
fn notice(visitor: &Visitor, view: &View, eligible: &Eligible) -> Option<String> {
    let on = &view.consultation;
    let t = &visitor.words;
    let moment =
        |key: &str, at: Option<model::clock::Instant>| at.map(|at| t.with(key, "moment", t.moment(at.timestamp())));
    match on.phase(visitor.now) {
        Phase::Draft => Some(t.say("ballot-draft")),
        Phase::Scheduled => moment("ballot-not-open", on.opens_at),
        Phase::Cancelled => Some(t.say("refusal-cancelled")),
        Phase::Closed | Phase::Concluded | Phase::Archived => {
            moment("ballot-closed", on.closed_at.or(on.closes_at)).or_else(|| Some(t.say("refusal-closed")))
        }
        Phase::Open => match eligible {
            None if takes_codes(visitor, on) && !on.electorate.0.admits(Tier::Open) => Some(t.say("once-only")),
            Some(Err(refusal)) => Some(t.say(&format!("refusal-{}", refusal.code()))),
            _ => None,
        },
    }
}

/// Whether somebody with a code can take part now.
fn takes_codes(visitor: &Visitor, on: &Consultation) -> bool {
    on.electorate.0.requires == Requires::Codes && on.phase(visitor.now) == Phase::Open
}

fn button(visitor: &Visitor, method: &Method) -> &'static str {
    match method {
        _ if visitor.voter().is_none() => "ballot-continue",
        Method::Poll(_) | Method::Scale(_) => "ballot-answer",
        Method::Support(_) => "ballot-do-support",
        _ => "ballot-cast",
    }
}

fn hint(visitor: &Visitor, on: &Consultation, eligible: &Eligible) -> String {
    let t = &visitor.words;
    let signed_in = visitor.voter().is_some();
    let hint = t.say(match (signed_in, on.changeable) {
        (false, _) => "ballot-hint-visitor",
        (true, true) => "ballot-hint-changeable",
        (true, false) => "ballot-hint-fixed",
    });
    let named = match (on.ballots, signed_in) {
        (Ballots::Public, _) => Some("ballot-hint-named"),
        (Ballots::Secret, true) => Some("ballot-hint-unnamed"),
        (Ballots::Secret, false) => None,
    };
    let hint = named.into_iter().fold(hint, |hint, key| format!("{hint} {}", t.say(key)));
    let outside = visitor.guest.is_none() && matches!(eligible, Some(Ok(voter)) if voter.tier == Tier::Open);
    match outside && on.electorate.0.admits(Tier::Member) {
        true => format!("{} {hint}", t.say("ballot-hint-unverified")),
        false => hint,
    }
}

/// `POST /c/{slug}/ballot`: casts, changes or withdraws. Who is not signed in is led to sign in, with the choice.
pub(super) async fn act(
    State(app): State<App>,
    visitor: Visitor,
    Path(slug): Path<String>,
    mut form: Form,
) -> Result<Response, Failure> {
    let view = view(&app, &visitor, &slug).await?;
    if let Some(to) = ranking::moved(&view, &form) {
        return Ok(Redirect::to(&to).into_response());
    }
    let withdraws = form.is("act", "withdraw");
    let done = match (visitor.voter(), withdraws) {
        (None, _) => ballot::admit(visitor.now, &view.consultation, &picked(&form)).map(|_| sign_in(&slug, &form)),
        (Some(actor), true) => withdraw(&app, &visitor, &view, actor).await,
        (Some(actor), false) => cast(&app, &visitor, &view, actor, &form).await,
    };
    // What everybody sees changes when the vote is counted: the version of the page tells it.
    match done {
        Ok(to) => Ok(Redirect::to(&to).into_response()),
        Err(error) => {
            let status = error::into_form(error, &visitor.words, &mut form, field)?;
            refused(&app, &visitor, view, &Asked::default(), status, form).await
        }
    }
}

/// What was chosen; a list in which nothing was chosen sends an empty value.
pub(super) fn picked(form: &Form) -> Vec<String> {
    form.all("choice").into_iter().chain(form.each(GROUP)).filter(|id| !id.is_empty()).collect()
}

/// What is wrong with the choice stands at the choice; the rest above the page.
pub(super) fn field(code: &str) -> &'static str {
    match code {
        "nothing-chosen" | "unknown-choice" | "too-many-choices" | "repeated-choice" => "choice",
        _ => "",
    }
}

/// The sign-in page that leads back to the consultation with the choice in its place, not yet cast.
fn sign_in(slug: &str, form: &Form) -> String {
    let mut query = Serializer::new(String::new());
    query.extend_pairs(picked(form).iter().map(|choice| ("choice", choice)));
    entry::sign_in_for(&format!("/c/{slug}?{}#vote", query.finish()))
}

async fn cast(app: &App, visitor: &Visitor, view: &View, actor: Id<Actor>, form: &Form) -> Answer<String> {
    app.limits.opinion(actor)?;
    let voter = voter(&mut app.store.conn().await?, visitor, view).await?;
    let text = form.trimmed("text").parse().ok();
    app.urn.cast(&view.consultation, voter, &picked(form), text).await?;
    if let Some(account) = &visitor.account {
        crate::news::receipt_if_wanted(app, account, view).await?;
    }
    Ok(format!("/c/{}#vote", view.consultation.slug))
}

async fn withdraw(app: &App, visitor: &Visitor, view: &View, actor: Id<Actor>) -> Answer<String> {
    app.limits.opinion(actor)?;
    let mut tx = app.store.begin().await?;
    let on = consultation::by_id(&mut tx, view.consultation.id).await?;
    match ballot::withdraw(&mut tx, visitor.now, &on, actor).await {
        // Pressed twice, or withdrawn elsewhere: it is gone, as was wished.
        Ok(()) | Err(Error::NotFound) => tx.commit().await?,
        Err(error) => return Err(error),
    }
    Ok(format!("/c/{}?done=withdrawn#vote", on.slug))
}

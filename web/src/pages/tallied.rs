//! `/c/{slug}/results` and its pictures: all that can be shown of the results, or why there is nothing.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use model::count::ballot;
use model::count::participation;
use model::count::tally::{self, Document, Viewer};
use model::data::export::sheet;
use model::debate::change;
use model::debate::consultation::{Consultation, Phase, State as Stage, View};
use model::error::{Error, Result as Answer};
use model::store::Conn;

use super::agreement::{self, Agreement};
use super::around::Meanwhile;
use super::brief::{self, Brief};
use super::consultation::view;
use super::forum::Entry;
use super::pictures::{self, Event, Number};
use super::results::{self, Results};
use crate::app::App;
use crate::chart::{Drawing, Figure, Table, card};
use crate::error::Failure;
use crate::frame::{self, Frame};
use crate::language::Words;
use crate::tag;
use crate::visitor::Visitor;

/// The names of the pictures, as their addresses have them.
const PICTURES: [&str; 5] = ["result", "tiers", "participation", "agreement", "sides"];

/// What a visitor may see of the results.
pub(super) struct Seen {
    pub(super) document: Document,
}

/// Asks the model, for a page of this visitor's own.
pub(super) async fn seen(conn: &mut Conn, visitor: &Visitor, view: &View) -> Answer<Seen> {
    let own = match visitor.voter() {
        Some(actor) => ballot::standing(conn, view.consultation.id, actor).await?,
        None => None,
    };
    let viewer = if own.is_some() { Viewer::Voter } else { Viewer::Anybody };
    let document = tally::results(conn, &view.consultation, visitor.now, viewer).await?;
    Ok(Seen { document })
}

/// Why there is nothing to show, if so.
pub(super) fn nothing(visitor: &Visitor, view: &View, document: &Document) -> Option<String> {
    let (t, on) = (&visitor.words, &view.consultation);
    if !on.method.0.takes_ballots() {
        return Some(t.say("results-no-vote"));
    }
    match document.state {
        Phase::Draft => Some(t.say("ballot-draft")),
        Phase::Scheduled => on.opens_at.map(|at| t.with("ballot-not-open", "moment", t.moment(at.timestamp()))),
        _ if !document.visible => Some(results::hidden(t, on)),
        _ => None,
    }
}

/// The pictures of a consultation beside its result, as this visitor may see them.
pub(super) struct Shown {
    pub(super) tiers: Option<Figure>,
    pub(super) participation: Option<Figure>,
    pub(super) agreement: Agreement,
}

pub(super) async fn shown(
    conn: &mut Conn,
    visitor: &Visitor,
    view: &View,
    document: &Document,
    n: Number<'_>,
) -> Answer<Shown> {
    let (t, on) = (&visitor.words, &view.consultation);
    let participation = if document.visible && on.method.0.takes_ballots() {
        let spans = participation::spans(conn, on.id).await?;
        let events: Vec<Event> = change::list(conn, on.id).await?.iter().map(|it| Event::of(t, it)).collect();
        pictures::participation(t, &visitor.node.zone(), document.official, &spans, &events, n)
    } else {
        None
    };
    let csv = format!("/c/{}/results/participation.csv", on.slug);
    Ok(Shown {
        tiers: pictures::tiers(t, on, document, n),
        participation: participation.map(|figure| Figure { csv: Some(csv), ..figure }),
        agreement: agreement::of(conn, visitor, view, document.visible, n).await?,
    })
}

#[derive(Template)]
#[template(path = "results.html")]
struct ResultsPage {
    page: Frame,
    forum: Entry,
    brief: Brief,
    results: Option<Results>,
    nothing: Option<String>,
    figures: Vec<Figure>,
    agreement: Agreement,
    /// What happens meanwhile, where there are results to see.
    meanwhile: Option<Meanwhile>,
    /// Where the numbers are for programs.
    data: Vec<(String, String)>,
}

/// `GET /c/{slug}/results`
pub(super) async fn page(
    State(app): State<App>,
    Path(slug): Path<String>,
    visitor: Visitor,
) -> Result<Response, Failure> {
    let view = view(&app, &visitor, &slug).await?;
    let mut conn = app.store.conn().await?;
    let on = &view.consultation;
    let Seen { document } = seen(&mut conn, &visitor, &view).await?;
    let t = &visitor.words;
    let shown = shown(&mut conn, &visitor, &view, &document, &|count| t.number(count)).await?;
    let nothing = nothing(&visitor, &view, &document);
    let data = [("results-csv", "results.csv"), ("data-json", "results.json"), ("data-ballots", "ballots.csv")];
    let listed = nothing.is_none().then_some(data).into_iter().flatten();
    let meanwhile = Meanwhile::of(&visitor, on, false, visitor.path.clone()).filter(|_| nothing.is_none());
    let told = meanwhile.is_some() && tally::visible(on, visitor.now, Viewer::Anybody);
    let pictures =
        [shown.tiers.clone(), shown.participation, shown.agreement.figure.clone(), shown.agreement.sides.clone()];
    let page = ResultsPage {
        page: Frame::new(&visitor, t.with("results-of", "title", &on.title)).lively(told),
        forum: Entry::of(&visitor, &view.forum),
        brief: brief::of(t, visitor.now, on),
        results: results::of(t, on, &document).filter(|_| nothing.is_none()).map(|results| Results {
            more: None,
            pictured: shown.tiers.is_some(),
            ..results
        }),
        figures: pictures.into_iter().flatten().collect(),
        meanwhile,
        agreement: shown.agreement,
        data: listed.map(|(key, file)| (format!("/c/{slug}/{file}"), t.say(key))).collect(),
        nothing,
    };
    frame::show(StatusCode::OK, &page)
}

/// `GET /c/{slug}/results/{chart}.svg`, and `.csv` with its numbers.
pub(super) async fn picture(
    State(app): State<App>,
    Path((slug, file)): Path<(String, String)>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let (name, form) = file.rsplit_once('.').ok_or(Failure::NotFound)?;
    if !PICTURES.contains(&name) || !["svg", "csv"].contains(&form) {
        return Err(Failure::NotFound);
    }
    let view = published(&app, &visitor, &slug).await?;
    let mut conn = app.store.conn().await?;
    let Seen { document } = seen(&mut conn, &visitor, &view).await?;
    let t = &visitor.words;
    let bare = |count: u64| count.to_string();
    let written = |count: u64| t.number(count);
    let n: Number<'_> = if form == "csv" { &bare } else { &written };
    let figure = match name {
        "result" => pictures::result(t, &view.consultation, &document, n),
        _ => {
            let shown = shown(&mut conn, &visitor, &view, &document, n).await?;
            match name {
                "tiers" => shown.tiers,
                "participation" => shown.participation,
                "sides" => shown.agreement.sides,
                _ => shown.agreement.figure,
            }
        }
    };
    let answer = match (figure, form) {
        (Some(figure), "csv") => {
            ([(header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present")], csv(&figure.table)?).into_response()
        }
        (None, "csv") => return Err(Failure::NotFound),
        (Some(figure), _) => svg(&figure.drawing),
        (None, _) => {
            let why = nothing(&visitor, &view, &document).unwrap_or_else(|| t.say("picture-none"));
            svg(&Drawing { title: view.consultation.title.clone(), finding: why, height: 1, shapes: Vec::new() })
        }
    };
    Ok(tag::tagged(&headers, answer).await)
}

fn svg(drawing: &Drawing) -> Response {
    ([(header::CONTENT_TYPE, "image/svg+xml; charset=utf-8")], drawing.file()).into_response()
}

/// A consultation that this visitor may see and that is no draft.
pub(super) async fn published(app: &App, visitor: &Visitor, slug: &str) -> Answer<View> {
    let view = view(app, visitor, slug).await?;
    if view.consultation.state == Stage::Draft { Err(Error::NotFound) } else { Ok(view) }
}

/// A table as RFC 4180 has it, for spreadsheets: UTF-8 with its mark, formulas made harmless.
fn csv(table: &Table) -> Result<Vec<u8>, Failure> {
    let mut sheet =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer("\u{feff}".as_bytes().to_vec());
    sheet.write_record(&table.head).map_err(|error| Failure::broken(&error))?;
    for (label, numbers) in &table.rows {
        let label = sheet::harmless(label).into_owned();
        sheet.write_record(std::iter::once(&label).chain(numbers)).map_err(|error| Failure::broken(&error))?;
    }
    sheet.into_inner().map_err(|error| Failure::broken(&error))
}

/// What the card of a consultation says: the finding that anybody may see, or its summary.
pub(super) fn card_words(visitor: &Visitor, view: &View, document: &Document) -> String {
    let t = &visitor.words;
    let figure = pictures::result(t, &view.consultation, document, &|count| t.number(count));
    figure.map_or_else(|| view.consultation.summary.clone(), |figure| figure.drawing.finding)
}

/// `GET /c/{slug}/card.png`: the main picture for previews elsewhere, as anybody may see it.
pub(super) async fn card(
    State(app): State<App>,
    Path(slug): Path<String>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let anybody = Visitor { account: None, guest: None, ..visitor };
    let view = published(&app, &anybody, &slug).await?;
    let mut conn = app.store.conn().await?;
    let document = tally::results(&mut conn, &view.consultation, anybody.now, Viewer::Anybody).await?;
    let theme = model::care::theme::of(&mut conn).await?;
    drop(conn);
    let figure = pictures::result(&anybody.words, &view.consultation, &document, &|count| count.to_string());
    let empty = Drawing { title: String::new(), finding: String::new(), height: 1, shapes: Vec::new() };
    let drawing = figure.map_or(empty, |figure| figure.drawing);
    let png = app.heavy(move || card::png(&drawing, theme.colours.brand.0)).await?;
    let png = png.map_err(|error| Failure::broken(&error))?;
    Ok(tag::tagged(&headers, ([(header::CONTENT_TYPE, "image/png")], png).into_response()).await)
}

/// `GET /c/{slug}/tally`: the tally alone, as small as it can be: what a page that is open asks for again.
pub(super) async fn small(
    State(app): State<App>,
    Path(slug): Path<String>,
    visitor: Visitor,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let view = published(&app, &visitor, &slug).await?;
    let mut conn = app.store.conn().await?;
    let Seen { document } = seen(&mut conn, &visitor, &view).await?;
    let html = part(&visitor.words, &view.consultation, &document).map_err(|error| Failure::broken(&error))?;
    Ok(tag::tagged(&headers, axum::response::Html(html).into_response()).await)
}

/// The part of a consultation's page that shows its tally.
pub(crate) fn part(t: &Words, on: &Consultation, document: &Document) -> askama::Result<String> {
    let tiers = pictures::tiers(t, on, document, &|count| t.number(count));
    TallyPart { t: t.clone(), results: results::of(t, on, document), tiers }.render()
}

#[derive(Template)]
#[template(path = "tally.html")]
struct TallyPart {
    t: Words,
    results: Option<Results>,
    /// What the page of the results shows in the place of the other tiers' bars.
    tiers: Option<Figure>,
}

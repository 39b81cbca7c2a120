//! `/c/{slug}/print`: a consultation on paper: its text, its results, its debate, nothing to press.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use model::debate::change;
use model::debate::text;

use super::asked::Asked;
use super::brief::{self, Brief};
use super::consultation::{facts, points};
use super::debate::{self, Debate};
use super::me::Fact;
use super::moved;
use super::results::{self, Results};
use super::tallied::{self, Seen};
use crate::app::App;
use crate::chart::Figure;
use crate::error::Failure;
use crate::frame::{self, Frame};
use crate::visitor::Visitor;
use model::people::actor;

#[derive(Template)]
#[template(path = "print.html")]
struct PrintPage {
    page: Frame,
    brief: Brief,
    facts: Vec<String>,
    changes: Vec<String>,
    points: Vec<Fact>,
    text: String,
    results: Option<Results>,
    nothing: Option<String>,
    figures: Vec<Figure>,
    debate: Debate,
    /// Where it is, to type from paper.
    address: String,
    at: String,
}

/// `GET /c/{slug}/print`
pub(super) async fn page(
    State(app): State<App>,
    Path(slug): Path<String>,
    visitor: Visitor,
) -> Result<Response, Failure> {
    let view = super::consultation::view(&app, &visitor, &slug).await?;
    let mut conn = app.store.conn().await?;
    let on = &view.consultation;
    let t = &visitor.words;
    let Seen { document } = tallied::seen(&mut conn, &visitor, &view).await?;
    let author = actor::by_id(&mut conn, on.author_id).await?;
    let shown = tallied::shown(&mut conn, &visitor, &view, &document, &|count| t.number(count)).await?;
    let nothing = tallied::nothing(&visitor, &view, &document);
    let page = PrintPage {
        page: Frame::new(&visitor, t.with("print-of", "title", &on.title)),
        brief: brief::of(t, visitor.now, on),
        facts: facts(&visitor, on, &author.display_name)
            .into_iter()
            .chain(moved::of(&visitor, on).map(|it| format!("{} {}", it.says, it.address)))
            .collect(),
        changes: change::list(&mut conn, on.id)
            .await?
            .iter()
            .map(|it| super::consultation::changed(&visitor, it))
            .collect(),
        points: points(&visitor, on),
        text: text::version(&mut conn, on.id, on.text_version).await?.html,
        results: results::of(t, on, &document)
            .filter(|_| nothing.is_none())
            .map(|results| Results { more: None, ..results }),
        nothing,
        figures: shown.participation.into_iter().chain(shown.agreement.figure).collect(),
        debate: debate::of(&mut conn, &visitor, &view, &Asked::default(), true).await?,
        address: visitor.here.consultation(&on.slug),
        at: t.moment(visitor.now.timestamp()),
    };
    frame::show(StatusCode::OK, &page)
}

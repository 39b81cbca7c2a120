//! The versions of a text, and what changed between two of them.

use axum::extract::{Path, State};
use axum::response::Response;
use model::address::Address;
use model::clock::Instant;
use model::debate::change::{self, Change};
use model::debate::consultation::{self, Consultation};
use model::debate::text::difference::{self, Difference, Line, Tag};
use model::debate::text::{self, Outline};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::face::Caller;
use super::list::{Asked, List};
use super::{call, here};
use crate::app::App;
use crate::error::Failure;
use crate::visitor::Machine;

/// An article of a text: what its anchor in the page leads to.
#[derive(Serialize, ToSchema)]
pub(super) struct Article {
    /// Its anchor; stays with its heading from version to version.
    anchor: String,
    /// Its heading, plain text.
    heading: String,
}

impl From<&text::Article> for Article {
    fn from(article: &text::Article) -> Self {
        Self { anchor: article.anchor.clone(), heading: article.heading.clone() }
    }
}

/// A version of a text.
#[derive(Serialize, ToSchema)]
pub(super) struct Version {
    /// Its number, from 1.
    version: i32,
    /// The SHA-256 of what `url` gives, as `sha256sum` prints it: the name under which ballots say what was read.
    sha256: String,
    /// Where its Markdown is, octet for octet.
    url: String,
    /// Whether it is the one that stands.
    current: bool,
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
    /// Why it was corrected, if it came under votes or was marked as a correction.
    correction: Option<String>,
    /// Its articles in order.
    articles: Vec<Article>,
}

impl Version {
    fn of(it: &Outline, on: &Consultation, changes: &[Change], here: &Address) -> Self {
        let corrects = |change: &&Change| change.detail.0.version.is_some_and(|step| step.to == it.version);
        Self {
            version: it.version,
            sha256: it.sha256.clone(),
            url: here.text(&on.slug, it.version),
            current: it.version == on.text_version,
            created_at: it.created_at,
            correction: changes.iter().find(corrects).map(|change| change.reason.clone()),
            articles: it.articles.0.iter().map(Article::from).collect(),
        }
    }
}

/// List the versions of a text, the first first
#[utoipa::path(
    get, path = "/consultations/{slug}/versions", tag = "texts",
    responses((status = 200, body = List<Version>))
)]
pub(super) async fn list(
    State(app): State<App>,
    Caller(account): Caller,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let here = here(&app, &mut conn).await?;
    let on = consultation::view(&mut conn, &slug, account.as_ref()).await?.consultation;
    let changes = change::list(&mut conn, on.id).await?;
    let history = text::history(&mut conn, on.id).await?;
    let items = history.iter().map(|it| Version::of(it, &on, &changes, &here)).collect();
    call::json(&List::<Version> { items, next: None })
}

/// The words of a version.
#[derive(Serialize, ToSchema)]
struct Words {
    /// Its number, from 1.
    version: i32,
    /// The SHA-256 of `text`.
    sha256: String,
    /// As written, in Markdown.
    text: String,
    /// As shown; each article's heading has its anchor as `id`.
    html: String,
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    created_at: Instant,
}

/// Read a version of a text
#[utoipa::path(
    get, path = "/consultations/{slug}/versions/{version}", tag = "texts",
    responses((status = 200, body = Words))
)]
pub(super) async fn read(
    State(app): State<App>,
    Caller(account): Caller,
    Path((slug, version)): Path<(String, String)>,
) -> Result<Response, Failure> {
    let version = version.parse().map_err(|_| Failure::NotFound)?;
    let mut conn = app.store.conn().await?;
    let on = consultation::view(&mut conn, &slug, account.as_ref()).await?.consultation;
    let it = text::version(&mut conn, on.id, version).await?;
    let (version, sha256) = (it.version, it.sha256);
    call::json(&Words { version, sha256, text: it.markdown, html: it.html, created_at: it.created_at })
}

/// Which versions are compared.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Between {
    /// The earlier version.
    from: i32,
    /// The later one.
    to: i32,
}

/// What changed between two versions of a text.
#[derive(Serialize, ToSchema)]
struct Compared {
    /// The earlier version.
    from: i32,
    /// The later one.
    to: i32,
    /// The lines of both in order; blank ones that are in both are left out.
    lines: Vec<Row>,
    /// Both versions in one, with `ins` and `del`: safe HTML.
    inline_html: String,
    /// The earlier version beside the later, as a table: safe HTML.
    side_by_side_html: String,
}

/// A line of one version beside that of the other.
#[derive(Serialize, ToSchema)]
struct Row {
    /// In the earlier version; null if it was added.
    before: Option<Vec<Piece>>,
    /// In the later version; null if it was removed.
    after: Option<Vec<Piece>>,
    /// Both in one: what went before what came.
    inline: Vec<Piece>,
}

/// A piece of a line.
#[derive(Serialize, ToSchema)]
struct Piece {
    /// What it says, in Markdown.
    text: String,
    /// What happened to it.
    change: Happened,
}

/// What happened to a piece of a text.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Happened {
    /// It is in both versions.
    Same,
    /// It came.
    Added,
    /// It went.
    Removed,
}

impl From<&difference::Piece> for Piece {
    fn from(piece: &difference::Piece) -> Self {
        let change = match piece.tag {
            Tag::Same => Happened::Same,
            Tag::Added => Happened::Added,
            Tag::Removed => Happened::Removed,
        };
        Self { text: piece.text.clone(), change }
    }
}

impl From<&Line> for Row {
    fn from(line: &Line) -> Self {
        let pieces = |pieces: &Vec<difference::Piece>| pieces.iter().map(Piece::from).collect();
        Self {
            before: line.before.as_ref().map(pieces),
            after: line.after.as_ref().map(pieces),
            inline: pieces(&line.both),
        }
    }
}

/// Compare two versions of a text, line by line and word by word
#[utoipa::path(
    get, path = "/consultations/{slug}/difference", tag = "texts", params(Between),
    responses((status = 200, body = Compared))
)]
pub(super) async fn compare(
    State(app): State<App>,
    Caller(account): Caller,
    Path(slug): Path<String>,
    Machine(from): Machine,
    Asked(between): Asked<Between>,
) -> Result<Response, Failure> {
    app.limits.heavy(from)?;
    let mut conn = app.store.conn().await?;
    let on = consultation::view(&mut conn, &slug, account.as_ref()).await?.consultation;
    let before = text::version(&mut conn, on.id, between.from).await?;
    let after = text::version(&mut conn, on.id, between.to).await?;
    drop(conn);
    let compared = move || {
        let difference: Difference = difference::between(&before, &after);
        Compared {
            from: between.from,
            to: between.to,
            lines: difference.lines.iter().map(Row::from).collect(),
            inline_html: difference.inline(),
            side_by_side_html: difference.side_by_side(),
        }
    };
    call::json(&app.heavy(compared).await?)
}

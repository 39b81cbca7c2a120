//! Open data beyond the tables of one consultation: the whole of it as JSON and as an archive, the list of a forum, the
//! catalogue of the node.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use futures_util::stream;
use model::data::archive::{self, Archive};
use model::data::export::listing::{self, Form, Listing};
use model::data::export::{self, Document, Reading, sheet};
use model::debate::consultation::{self, Consultation, View};
use model::debate::forum;
use model::error::{Error, Result};
use model::store::{Conn, Store};

use crate::app::App;
use crate::error::Failure;
use crate::site::site;
use crate::visitor::Visitor;

/// `/c/{slug}/consultation.json`, `/c/{slug}/archive.zip`, `/f/{slug}/consultations.csv`, `/data/catalog.…`
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/c/{slug}/consultation.json", get(document))
        .route("/c/{slug}/archive.zip", get(archived))
        .route("/f/{forum}/consultations.csv", get(consultations))
        .route("/f/{forum}/consultations.csv.schema.json", get(schema))
        .route("/data/catalog.jsonld", get(async |app, visitor| catalogue(app, visitor, Form::JsonLd).await))
        .route("/data/catalog.ttl", get(async |app, visitor| catalogue(app, visitor, Form::Turtle).await))
}

/// Something that is written piece by piece.
trait Pieces: Send + 'static {
    fn piece(&mut self, conn: &mut Conn) -> impl Future<Output = Result<Option<Vec<u8>>>> + Send;
}

impl Pieces for Document {
    async fn piece(&mut self, conn: &mut Conn) -> Result<Option<Vec<u8>>> {
        self.next(conn).await
    }
}

impl Pieces for Archive {
    async fn piece(&mut self, conn: &mut Conn) -> Result<Option<Vec<u8>>> {
        self.next(conn).await
    }
}

impl Pieces for Listing {
    async fn piece(&mut self, conn: &mut Conn) -> Result<Option<Vec<u8>>> {
        self.next(conn).await
    }
}

/// A piece at a time, each on a connection of its own: a slow reader holds none.
fn body(store: Store, pieces: impl Pieces) -> Body {
    Body::from_stream(stream::try_unfold((store, pieces), async |(store, mut pieces)| {
        let next = pieces.piece(&mut store.conn().await?).await?;
        Ok::<_, Error>(next.map(|bytes| (Bytes::from(bytes), (store, pieces))))
    }))
}

/// A file of a consultation that `visitor` may see. A draft has none yet.
async fn seen(conn: &mut Conn, visitor: &Visitor, slug: &str) -> Result<Consultation> {
    let View { consultation, .. } = consultation::view(conn, slug, visitor.account.as_ref()).await?;
    match consultation.state {
        consultation::State::Draft => Err(Error::NotFound),
        _ => Ok(consultation),
    }
}

fn headers(media: &str, name: Option<String>) -> Vec<(HeaderName, String)> {
    let mut headers = vec![
        (header::CONTENT_TYPE, media.to_owned()),
        (header::LINK, format!("<{}>; rel=\"license\"", sheet::LICENCE.2)),
    ];
    headers.extend(name.map(|name| (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))));
    headers
}

fn answer(headers: Vec<(HeaderName, String)>, body: Body) -> Response {
    let mut response = body.into_response();
    for (name, value) in headers {
        // Slugs and media types are plain ASCII.
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

async fn document(State(app): State<App>, visitor: Visitor, Path(slug): Path<String>) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let on = seen(&mut conn, &visitor, &slug).await?;
    let name = format!("{}.json", on.slug);
    let document = export::document(&mut conn, visitor.now, &visitor.here, on, Reading::Public).await?;
    Ok(answer(headers("application/json", Some(name)), body(app.store.clone(), document)))
}

async fn archived(State(app): State<App>, visitor: Visitor, Path(slug): Path<String>) -> Result<Response, Failure> {
    app.limits.heavy(visitor.from)?;
    let on = seen(&mut app.store.conn().await?, &visitor, &slug).await?;
    let name = format!("{}.zip", on.slug);
    let (signer, here) = (app.signer(&visitor.here).await?, &visitor.here);
    let archive = archive::archive(&mut app.store.conn().await?, &signer, visitor.now, here, on, site()).await?;
    Ok(answer(headers("application/zip", Some(name)), body(app.store.clone(), archive)))
}

async fn consultations(
    State(app): State<App>,
    visitor: Visitor,
    Path(forum): Path<String>,
) -> Result<Response, Failure> {
    let mut conn = app.store.conn().await?;
    let (forum, _) = forum::view(&mut conn, &forum, visitor.account.as_ref()).await?;
    let listing = listing::of_forum(&mut conn, visitor.now, &visitor.here, &forum).await?;
    let mut headers = headers("text/csv; charset=utf-8; header=present", Some(format!("{}.csv", forum.slug)));
    let schema = format!("</f/{}/consultations.csv.schema.json>; rel=\"describedby\", ", forum.slug);
    headers.iter_mut().filter(|(name, _)| *name == header::LINK).for_each(|(_, link)| link.insert_str(0, &schema));
    Ok(answer(headers, body(app.store.clone(), listing)))
}

async fn schema(State(app): State<App>, visitor: Visitor, Path(forum): Path<String>) -> Result<Response, Failure> {
    let (forum, _) = forum::view(&mut app.store.conn().await?, &forum, visitor.account.as_ref()).await?;
    Ok(axum::Json(listing::schema(&visitor.here, &forum)).into_response())
}

async fn catalogue(State(app): State<App>, visitor: Visitor, form: Form) -> Result<Response, Failure> {
    let listing = listing::of_node(&mut app.store.conn().await?, visitor.now, &visitor.here, form).await?;
    let media = if form == Form::Turtle { "text/turtle; charset=utf-8" } else { "application/ld+json" };
    Ok(answer(headers(media, None), body(app.store.clone(), listing)))
}

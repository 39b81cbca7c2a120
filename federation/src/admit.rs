//! `secure_mode`: documents are given to signed requests alone. The node actor stays open to all, or nobody could check a
//! signature of ours.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::VARY;
use http::{HeaderValue, StatusCode};

use crate::app::App;
use crate::directory::Failure;
use crate::document::problem;
use crate::guard;
use crate::inbox::with_host;
use crate::signature::{self, Fault, Received};

/// Passes a request on if it need not be signed, or is.
pub(crate) async fn signed(State(app): State<App>, request: Request, next: Next) -> Response {
    if !app.settings.secure_mode {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let headers = with_host(&parts);
    let received = Received { method: &parts.method, target, headers: &headers, body: None };
    let mut response = match verify(&app, received).await {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(response) => response,
    };
    // A cache keeps neither the document for strangers nor the refusal for those who sign.
    response.headers_mut().append(VARY, HeaderValue::from_static("Signature"));
    response
}

async fn verify(app: &App, received: Received<'_>) -> Result<(), Response> {
    let refused = |fault: Fault| {
        let mut response = problem(StatusCode::UNAUTHORIZED, fault.code());
        let wanted = HeaderValue::from_static(signature::WANTED_OF_GET);
        response.headers_mut().insert(signature::ACCEPT_SIGNATURE, wanted);
        response
    };
    let claim = signature::read(received, &app.address, app.now().as_second()).map_err(refused)?;
    let outing = app.outing().await.map_err(failed)?;
    let known = app.directory.verify(&claim, &app.fetcher, outing.signer(), &outing.budget).await;
    let known = known.map_err(|failure| match failure {
        Failure::Fault(fault) => refused(fault),
        Failure::Gone | Failure::Later | Failure::TooMany(_) => refused(Fault::UnknownKey),
    })?;
    let host = guard::authority(&known.owner.id).unwrap_or_default();
    if app.speaks_to(&host).await.map_err(failed)? { Ok(()) } else { Err(problem(StatusCode::FORBIDDEN, "blocked")) }
}

fn failed(error: model::error::Error) -> Response {
    tracing::error!(%error, "a signed request could not be judged");
    problem(StatusCode::INTERNAL_SERVER_ERROR, "failed").into_response()
}

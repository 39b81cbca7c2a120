//! How a failure reads: a page in the visitor's language, with the status of its class.

use askama::Template;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use model::error::{Class, Error, Refusal};

use crate::app::App;
use crate::form::Form;
use crate::frame::{self, Frame};
use crate::language::Words;
use crate::visitor::Visitor;

/// Why a page is not what was asked for.
#[derive(Clone, Debug)]
pub enum Failure {
    /// Nothing there, or nothing that this visitor may know of.
    NotFound,
    /// A rule says no.
    Refused(Refusal),
    /// The request is not one that is read here: no form, too large, a method that is not taken.
    Unread(StatusCode),
    /// A body or query of the wrong shape; says where.
    Malformed(String),
    /// A form of another site.
    CrossSite,
    /// Something broke here. It is in the log, not on the page.
    Broken,
}

impl Failure {
    /// Logs what broke.
    pub fn broken(why: &impl std::fmt::Display) -> Self {
        tracing::error!(%why, "a request failed");
        Self::Broken
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Refused(refusal) => status(refusal),
            Self::Unread(status) => *status,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::CrossSite => StatusCode::FORBIDDEN,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn words(&self, t: &Words) -> (String, String) {
        let (title, text) = match self {
            Self::NotFound => ("error-not-found", "error-not-found-text".to_owned()),
            Self::Refused(refusal) => ("error-refused", format!("refusal-{}", refusal.code())),
            Self::CrossSite => ("error-refused", "error-cross-site".to_owned()),
            Self::Unread(StatusCode::PAYLOAD_TOO_LARGE) => ("error-refused", "error-too-large".to_owned()),
            Self::Unread(StatusCode::METHOD_NOT_ALLOWED) => ("error-refused", "error-method".to_owned()),
            Self::Unread(_) | Self::Malformed(_) => ("error-refused", "error-malformed".to_owned()),
            Self::Broken => ("error-failed", "error-failed-text".to_owned()),
        };
        (t.say(title), t.say(&text))
    }
}

/// The HTTP status of a refusal's class.
pub(crate) fn status(refusal: &Refusal) -> StatusCode {
    match refusal.class() {
        Class::Unknown => StatusCode::UNAUTHORIZED,
        Class::Forbidden => StatusCode::FORBIDDEN,
        Class::Rule => StatusCode::UNPROCESSABLE_ENTITY,
        Class::TooMany => StatusCode::TOO_MANY_REQUESTS,
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::NotFound,
            Error::Refused(refusal) => Self::Refused(refusal),
            Error::Store(why) => Self::broken(&why),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl IntoResponse for Failure {
    /// The status alone; [`dress`] makes a page of it.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Notes a refusal in a form: at its fields, or above all of them. Answers the status for the page with the form, or
/// the failure where no form can mend it.
///
/// # Errors
/// What is no refusal, and a refusal that leads to the sign-in page.
pub(crate) fn into_form(
    error: Error,
    t: &Words,
    form: &mut Form,
    field: impl Fn(&str) -> &'static str,
) -> Result<StatusCode, Failure> {
    let refusal = match error {
        Error::Refused(Refusal::NotSignedIn) => return Err(Failure::Refused(Refusal::NotSignedIn)),
        Error::Refused(refusal) => refusal,
        other => return Err(other.into()),
    };
    match &refusal {
        Refusal::Invalid(fields) => {
            for wrong in fields {
                let label = t.say(&label(&wrong.field));
                form.refuse(field(&wrong.field), t.with(&format!("field-{}", wrong.code), "field", label));
            }
        }
        other => form.refuse(field(other.code()), t.say(&format!("refusal-{}", other.code()))),
    }
    Ok(status(&refusal))
}

/// The label of a field of the model.
pub(crate) fn label(field: &str) -> String {
    format!("label-{}", field.split(['.', '[']).next().unwrap_or(field).replace('_', "-"))
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    page: Frame,
    message: String,
    back: String,
}

/// Makes pages of failures, those of the router and of the layers below included.
pub(crate) async fn dress(State(app): State<App>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let kept = parts.clone();
    let response = next.run(Request::from_parts(parts.clone(), body)).await;
    let Some(failure) = failure(&response) else {
        return response;
    };
    parts = kept;
    let page = match Visitor::from_request_parts(&mut parts, &app).await {
        Ok(visitor) => page(&parts.method, &visitor, &failure),
        // Without the settings no page can be made: the database is away.
        Err(_) => Err(Failure::Broken),
    };
    page.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

fn failure(response: &Response) -> Option<Failure> {
    if let Some(failure) = response.extensions().get::<Failure>() {
        return Some(failure.clone());
    }
    match response.status() {
        StatusCode::NOT_FOUND => Some(Failure::NotFound),
        status @ (StatusCode::METHOD_NOT_ALLOWED | StatusCode::PAYLOAD_TOO_LARGE | StatusCode::BAD_REQUEST) => {
            Some(Failure::Unread(status))
        }
        _ => None,
    }
}

fn page(method: &Method, visitor: &Visitor, failure: &Failure) -> Result<Response, Failure> {
    if matches!(failure, Failure::Refused(Refusal::NotSignedIn)) && matches!(*method, Method::GET | Method::HEAD) {
        return Ok(Redirect::to(&crate::pages::entry::sign_in_for(&visitor.path)).into_response());
    }
    let (title, message) = failure.words(&visitor.words);
    let back = match failure {
        Failure::Refused(Refusal::NotSignedIn) => "/login".to_owned(),
        _ => "/".to_owned(),
    };
    frame::show(failure.status(), &ErrorPage { page: Frame::new(visitor, title).mistaken(true), message, back })
}

//! What the API says when it does not do what was asked: RFC 9457, `application/problem+json`, the same wherever a
//! part of the API is mounted.

use serde::{Deserialize, Serialize};

use crate::error::{Class, Error, FieldError, Instead, Refusal};

/// The media type of a [`Problem`].
pub const MEDIA_TYPE: &str = "application/problem+json";

/// A problem document (RFC 9457, section 3.1). `type` is `about:blank`, so it is left out; `code` tells programs what
/// happened and never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// The words of that status.
    pub title: String,
    /// The public, stable code.
    pub code: String,
    /// One plain English sentence.
    pub detail: String,
    /// The fields that are not as they should be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Wrong>,
    /// With `locked`: the call to use instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead: Option<Instead>,
}

/// One field that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrong {
    /// Its name, with dots where it lies inside another: `method.options`.
    pub field: String,
    /// The stable code.
    pub code: String,
    /// How to mend it.
    pub detail: String,
}

impl Problem {
    fn new(status: u16, title: &str, code: &str, detail: impl Into<String>) -> Self {
        Self {
            status,
            title: title.into(),
            code: code.into(),
            detail: detail.into(),
            errors: Vec::new(),
            instead: None,
        }
    }

    /// 404: nothing is there, or nothing that who asks may know of.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(404, "Not Found", "not-found", "There is nothing here.")
    }

    /// 405: what is there does not take this method.
    #[must_use]
    pub fn method_not_allowed() -> Self {
        Self::new(405, "Method Not Allowed", "method-not-allowed", "This address does not take that method.")
    }

    /// 400: the request has not the shape that is read here; `detail` says where.
    #[must_use]
    pub fn malformed(detail: impl Into<String>) -> Self {
        Self::new(400, "Bad Request", "malformed", detail)
    }

    /// 412: what was to be changed is not what whoever asks has seen.
    #[must_use]
    pub fn changed() -> Self {
        Self::new(412, "Precondition Failed", "changed-meanwhile", "It was changed meanwhile: read it again.")
    }

    /// 413: the body is larger than is read here.
    #[must_use]
    pub fn too_large() -> Self {
        Self::new(413, "Content Too Large", "too-large", "The body is larger than is read here.")
    }

    /// 500: something broke here. What it was is in the log alone.
    #[must_use]
    pub fn broken() -> Self {
        Self::new(500, "Internal Server Error", "internal", "Something went wrong here; it is in the log.")
    }
}

impl From<&Refusal> for Problem {
    fn from(refusal: &Refusal) -> Self {
        let (status, title) = match refusal.class() {
            Class::Unknown => (401, "Unauthorized"),
            Class::Forbidden => (403, "Forbidden"),
            Class::Rule => (422, "Unprocessable Content"),
            Class::TooMany => (429, "Too Many Requests"),
        };
        let errors = match refusal {
            Refusal::Invalid(fields) => fields.iter().map(Wrong::from).collect(),
            _ => Vec::new(),
        };
        let instead = match refusal {
            Refusal::Locked(instead) => Some(*instead),
            _ => None,
        };
        Self { errors, instead, ..Self::new(status, title, refusal.code(), refusal.detail()) }
    }
}

impl From<&FieldError> for Wrong {
    fn from(field: &FieldError) -> Self {
        Self { field: field.field.clone(), code: field.code.to_owned(), detail: field.detail.clone() }
    }
}

impl From<&Error> for Problem {
    /// The cause of a failure of the database is not told: whoever answers logs it.
    fn from(error: &Error) -> Self {
        match error {
            Error::NotFound => Self::not_found(),
            Error::Refused(refusal) => refusal.into(),
            Error::Store(_) => Self::broken(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_with_its_status_its_code_and_its_fields() {
        for (error, status, code) in [
            (Error::NotFound, 404, "not-found"),
            (Refusal::NotSignedIn.into(), 401, "not-signed-in"),
            (Refusal::NotAllowed.into(), 403, "not-allowed"),
            (Refusal::Closed.into(), 422, "closed"),
            (Refusal::TooMany.into(), 429, "too-many-requests"),
            (Error::store("a secret of the database"), 500, "internal"),
        ] {
            let problem = Problem::from(&error);
            assert_eq!((problem.status, problem.code.as_str()), (status, code));
            assert!(!problem.detail.contains("secret"));
        }
        let told = serde_json::to_value(Problem::from(&Error::field("title", "required", "Fill this in."))).unwrap();
        assert_eq!(told["status"], 422);
        assert_eq!(told["errors"][0]["field"], "title");
        assert_eq!(told["errors"][0]["code"], "required");
        assert!(serde_json::to_value(Problem::not_found()).unwrap().get("errors").is_none());
    }
}

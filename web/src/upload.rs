//! A form that may bring files: `multipart/form-data`, or the plain kind where nothing is attached.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{StatusCode, header};

use crate::form::Form;

/// The most fields that a form is read with.
const FIELDS_MOST: usize = 500;

/// A form and the files that came with it.
#[derive(Debug, Default)]
pub struct Upload {
    /// What was typed and chosen.
    pub form: Form,
    files: BTreeMap<String, Bytes>,
}

impl Upload {
    /// The octets of a file field; `None` when no file was chosen.
    pub fn file(&self, name: &str) -> Option<Bytes> {
        self.files.get(name).filter(|octets| !octets.is_empty()).cloned()
    }
}

impl<S: Send + Sync> FromRequest<S> for Upload {
    type Rejection = StatusCode;

    /// 400, 413 or 415 for what is no form, as [`Form`] answers; how large it may be is the route's matter.
    async fn from_request(request: Request, state: &S) -> Result<Self, StatusCode> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("multipart/form-data") {
            return Ok(Self { form: Form::from_request(request, state).await?, files: BTreeMap::new() });
        }
        let parts = Multipart::from_request(request, state).await.map_err(|_| StatusCode::BAD_REQUEST)?;
        read(parts).await
    }
}

async fn read(mut parts: Multipart) -> Result<Upload, StatusCode> {
    let refused = |error: MultipartError| error.status();
    let (mut pairs, mut files) = (Vec::new(), BTreeMap::new());
    while let Some(part) = parts.next_field().await.map_err(refused)? {
        if pairs.len() + files.len() >= FIELDS_MOST {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        let name = part.name().unwrap_or_default().to_owned();
        if part.file_name().is_some() {
            files.insert(name, part.bytes().await.map_err(refused)?);
            continue;
        }
        let value = part.text().await.map_err(refused)?;
        // As for the plain kind: PostgreSQL cannot store U+0000.
        if name.contains('\0') || value.contains('\0') {
            return Err(StatusCode::BAD_REQUEST);
        }
        pairs.push((name, value));
    }
    Ok(Upload { form: Form::from_pairs(pairs), files })
}

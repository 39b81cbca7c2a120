//! Proofs within documents (FEP-8b32): made for all that everybody may see, and verified on what comes by a third hand.
//!
//! A document that proves itself is trusted wherever it comes from; one that does not is a hint to fetch it at its origin.
//! Linked Data signatures are never looked at.

use model::clock::Instant;
use model::error::{Error, Result};
use model::network::sighting;
use model::people::key::Algorithm;
use model::people::proof::{self, Broken, Claimed, Signer};
use serde::Serialize;
use serde_json::Value;
use url::Url;

use crate::app::{App, Outing};
use crate::directory::{Failure, Known};
use crate::guard;
use crate::signature::{Claim, Fault};
use crate::wire::{context, lenient};

/// An object under the context of objects, with a proof.
#[derive(Debug, Serialize)]
pub(crate) struct Proven<T> {
    #[serde(rename = "@context")]
    context: Value,
    #[serde(flatten)]
    object: T,
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<Value>,
}

impl<T: Serialize> Proven<T> {
    /// An object that its author, whose key signs, proves at this time.
    pub(crate) fn by(signer: &Signer, at: Instant, object: T) -> Result<Self> {
        let mut it = Self::bare(object);
        it.proof = Some(of(&it, signer, at)?);
        Ok(it)
    }

    /// An object that proves nothing.
    pub(crate) fn bare(object: T) -> Self {
        Self { context: context::object(), object, proof: None }
    }
}

/// The proof of a document, to be written beside the rest of it.
pub(crate) fn of<T: Serialize>(document: &T, signer: &Signer, at: Instant) -> Result<Value> {
    let mut document = serde_json::to_value(document).map_err(Error::store)?;
    signer.prove(&mut document, at)?;
    Ok(document["proof"].take())
}

/// Why a document is not trusted on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unproven {
    /// It bears no proof of the kind that we know.
    Missing,
    /// The proof is not made for it, or its author is not named.
    Unfit,
    /// The proof has ended.
    Expired,
    /// What was done was done so long ago that nobody remembers whether it was handled: it could be said again by anybody.
    Stale,
    /// The key cannot be had.
    UnknownKey,
    /// The key is not one of the author's for such statements.
    OtherActor,
    /// The key's owner is no more.
    Gone,
    /// The signature is another's, or the document was changed.
    Invalid,
}

impl Unproven {
    /// The stable code.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Missing => "proof-missing",
            Self::Unfit => "proof-unfit",
            Self::Expired => "proof-expired",
            Self::Stale => "proof-stale",
            Self::UnknownKey => "proof-unknown-key",
            Self::OtherActor => "proof-other-actor",
            Self::Gone => "proof-gone",
            Self::Invalid => "proof-invalid",
        }
    }
}

impl From<Broken> for Unproven {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Missing => Self::Missing,
            Broken::Unfit => Self::Unfit,
            Broken::Signature => Self::Invalid,
        }
    }
}

impl From<Failure> for Unproven {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Gone => Self::Gone,
            Failure::Fault(Fault::UnknownKey) | Failure::TooMany(_) | Failure::Later => Self::UnknownKey,
            Failure::Fault(Fault::OtherActor) => Self::OtherActor,
            Failure::Fault(Fault::Malformed) => Self::Unfit,
            Failure::Fault(_) => Self::Invalid,
        }
    }
}

/// Who says what this document says, as far as its own proof tells: the `actor` of an activity, the `attributedTo` of an
/// object, whose id lies on the same host. Fetches the author's key within the budget of `outing`, if it is not known.
///
/// Whether that author's server is spoken to, and may say such things, is the caller's to ask.
pub(crate) async fn verify(app: &App, document: &Value, outing: &Outing) -> std::result::Result<Known, Unproven> {
    let claimed = proof::read(document)?;
    let author = author(document).ok_or(Unproven::Unfit)?;
    if claimed.expires.is_some_and(|at| at < app.now()) {
        return Err(Unproven::Expired);
    }
    let remembered = app.now().minus(sighting::KEPT);
    if document.get("actor").is_some() && claimed.created.is_none_or(|at| at <= remembered) {
        return Err(Unproven::Stale);
    }
    if !same_host(&claimed, &author) {
        return Err(Unproven::OtherActor);
    }
    let Claimed { method, signed, signature, .. } = claimed;
    let claim = Claim { key_id: method, algorithm: Some(Algorithm::Ed25519), texts: vec![signed], signature };
    let known = app.directory.verify(&claim, &app.fetcher, outing.signer(), &outing.budget).await?;
    // A key for requests alone does not make statements.
    let states = known.owner.method(&claim.key_id).is_some();
    if states && known.owner.id == author { Ok(known) } else { Err(Unproven::OtherActor) }
}

/// The author of a document that lies on the author's host.
fn author(document: &Value) -> Option<Url> {
    let author = document.get("actor").or_else(|| document.get("attributedTo")).and_then(lenient::id_of)?;
    let id = document.get("id").filter(|id| id.is_string()).and_then(lenient::id_of)?;
    (guard::authority(&id) == guard::authority(&author)).then_some(author)
}

fn same_host(claimed: &Claimed, author: &Url) -> bool {
    let method: Option<Url> = claimed.method.parse().ok();
    method.is_some_and(|method| guard::authority(&method) == guard::authority(author))
}

#[cfg(test)]
mod tests;

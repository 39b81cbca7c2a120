//! RFC 9421, HTTP Message Signatures, with RFC 9530 for the body, and with the same strict coverage as the draft.
//!
//! Covered must be `@method`, the target (`@target-uri`, or `@authority` with `@path` or `@request-target`), and for a body
//! `content-digest`; `created` and `keyid` must be given. A request may bear several signatures: the first that covers
//! enough is the one that counts.

mod base;

use http::HeaderMap;
use model::address::Address;
use model::people::key::Algorithm;
use sfv::{BareItem, Dictionary, InnerList, ListEntry, Parser};
use url::Url;

use super::cavage::http_date;
use super::{Claim, Fault, NotAKey, Payload, PrivateKey, Received, check_host, check_time, digest, host_of, joined};
use base::{Message, component};

/// The header that tells what is signed.
pub const SIGNATURE_INPUT: &str = "signature-input";
/// The header that bears the signatures.
const SIGNATURE: &str = "signature";
const CONTENT_DIGEST: &str = "content-digest";
const METHOD: &str = "@method";
const TARGET_URI: &str = "@target-uri";

/// The longest of the two headers that is read, in bytes.
const MAX_HEADER: usize = 8 * 1024;
/// How many signatures of a request are looked at.
const MAX_SIGNATURES: usize = 4;
/// How many components a signature may cover.
const MAX_COVERED: usize = 32;
/// The name of our signature.
const LABEL: &str = "sig1";

/// Reads and checks a request's signature; see [`super::read`].
///
/// # Errors
/// A [`Fault`], that of the first signature.
pub fn read(request: Received<'_>, own: &Address, now: i64) -> Result<Claim, Fault> {
    let inputs = dictionary(request.headers, SIGNATURE_INPUT)?.ok_or(Fault::Unsigned)?;
    let signatures = dictionary(request.headers, SIGNATURE)?.ok_or(Fault::Malformed)?;
    let mut first = None;
    for (label, input) in inputs.iter().take(MAX_SIGNATURES) {
        let read = match (input, signatures.get(label)) {
            (ListEntry::InnerList(input), Some(ListEntry::Item(signature))) => {
                let signature = signature.bare_item.as_byte_sequence().ok_or(Fault::Malformed);
                signature.and_then(|signature| claim(&request, own, now, input, signature))
            }
            _ => Err(Fault::Malformed),
        };
        match read {
            Ok(claim) => return Ok(claim),
            Err(fault) => first = first.or(Some(fault)),
        }
    }
    Err(first.unwrap_or(Fault::Malformed))
}

/// A header that is a dictionary of structured fields (RFC 9651).
fn dictionary(headers: &HeaderMap, name: &str) -> Result<Option<Dictionary>, Fault> {
    let Some(text) = joined(headers, name)? else { return Ok(None) };
    if text.len() > MAX_HEADER {
        return Err(Fault::Malformed);
    }
    Parser::new(&text).parse().map(Some).map_err(|_| Fault::Malformed)
}

/// What one signature says, if it covers enough of this request.
fn claim(request: &Received<'_>, own: &Address, now: i64, input: &InnerList, signature: &[u8]) -> Result<Claim, Fault> {
    let parameters = Parameters::of(input)?;
    let message = Message { request, own };
    let lines = message.covered(input, request.target)?;
    check_coverage(input, request.body.is_some())?;
    check_host(request.headers, own.host())?;
    check_time(parameters.created, now)?;
    if parameters.expires.is_some_and(|expires| expires < now) {
        return Err(Fault::Stale);
    }
    if let Some(body) = request.body {
        digest::check_content(&joined(request.headers, CONTENT_DIGEST)?.ok_or(Fault::NoDigest)?, body)?;
    }
    let mut texts = vec![lines.into_bytes()];
    // A target without its query, as some write it.
    if let Some((path, _)) = request.target.split_once('?')
        && covers(input, TARGET_URI)
    {
        texts.push(message.covered(input, path)?.into_bytes());
    }
    Ok(Claim { key_id: parameters.key_id, algorithm: parameters.algorithm, texts, signature: signature.to_vec() })
}

/// The parameters of a signature, those that mean something to us.
struct Parameters {
    key_id: String,
    algorithm: Option<Algorithm>,
    created: i64,
    expires: Option<i64>,
}

impl Parameters {
    fn of(input: &InnerList) -> Result<Self, Fault> {
        let text = |name: &str| match input.params.get(name) {
            None => Ok(None),
            Some(value) => value.as_string().map(|text| Some(text.as_str())).ok_or(Fault::Malformed),
        };
        let time = |name: &str| match input.params.get(name) {
            None => Ok(None),
            Some(BareItem::Integer(time)) => Ok(Some(i64::from(*time))),
            Some(_) => Err(Fault::Malformed),
        };
        let algorithm = match text("alg")? {
            None => None,
            Some("rsa-v1_5-sha256") => Some(Algorithm::Rsa),
            Some("ed25519") => Some(Algorithm::Ed25519),
            Some(_) => return Err(Fault::Algorithm),
        };
        let key_id = text("keyid")?.filter(|id| !id.is_empty()).ok_or(Fault::Malformed)?.to_owned();
        Ok(Self { key_id, algorithm, created: time("created")?.ok_or(Fault::Coverage)?, expires: time("expires")? })
    }
}

fn covers(input: &InnerList, name: &str) -> bool {
    input.items.iter().any(|item| item.params.is_empty() && component(item).is_ok_and(|covered| covered == name))
}

fn check_coverage(input: &InnerList, has_body: bool) -> Result<(), Fault> {
    let covers = |name| covers(input, name);
    let target = covers(TARGET_URI) || (covers("@authority") && (covers("@path") || covers("@request-target")));
    if !(covers(METHOD) && target) {
        return Err(Fault::Coverage);
    }
    if has_body && !covers(CONTENT_DIGEST) {
        return Err(Fault::NoDigest);
    }
    Ok(())
}

/// The headers that sign a request to `url`: `Host`, `Date`, for a body `Content-Digest` and `Content-Type`,
/// `Signature-Input` and `Signature`.
///
/// `now` is in seconds since 1970. Covers `@method` and `@target-uri`, and for a body `content-digest` and `content-type`.
///
/// # Errors
/// [`NotAKey`] when the key cannot sign or the URL has no host.
pub fn sign(
    method: &str,
    url: &Url,
    payload: Option<&Payload<'_>>,
    key: &PrivateKey,
    now: i64,
) -> Result<Vec<(&'static str, String)>, NotAKey> {
    let mut headers = vec![("host", host_of(url)?), ("date", http_date(now))];
    let mut target = url.clone();
    target.set_fragment(None);
    let mut covered = vec![(METHOD, method.to_ascii_uppercase()), (TARGET_URI, target.into())];
    if let Some(payload) = payload {
        let body =
            [(CONTENT_DIGEST, format!("sha-256=:{}:", payload.sha256)), ("content-type", payload.media_type.into())];
        covered.extend(body.clone());
        headers.extend(body);
    }
    let algorithm = match key.algorithm() {
        Algorithm::Rsa => "rsa-v1_5-sha256",
        Algorithm::Ed25519 => "ed25519",
    };
    let names: Vec<String> = covered.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    let input = format!(r#"({});created={now};alg="{algorithm}";keyid="{}""#, names.join(" "), key.id());
    let mut lines: Vec<String> = covered.iter().map(|(name, value)| format!("\"{name}\": {value}")).collect();
    lines.push(format!("\"@signature-params\": {input}"));
    let signature = key.sign(lines.join("\n").as_bytes())?;
    headers.push((SIGNATURE_INPUT, format!("{LABEL}={input}")));
    headers.push((SIGNATURE, format!("{LABEL}=:{signature}:")));
    Ok(headers)
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;

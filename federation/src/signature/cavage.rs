//! draft-cavage-http-signatures-12, with the strict coverage that a forum of votes needs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::{DATE, HOST};
use jiff::Timestamp;
use jiff::fmt::rfc2822::{DateTimeParser, DateTimePrinter};
use model::people::key::Algorithm;
use url::Url;

use super::key::NotAKey;
use super::{Claim, Fault, Payload, PrivateKey, Received, check_host, check_time, digest, host_of, joined, single};

/// The longest signature header that is read, in bytes.
const MAX_HEADER: usize = 4 * 1024;
/// How many headers a signature may name.
const MAX_COVERED: usize = 32;

const REQUEST_TARGET: &str = "(request-target)";
const CREATED: &str = "(created)";
const EXPIRES: &str = "(expires)";

/// The parameters of a `Signature` header.
struct Parameters<'a> {
    key_id: &'a str,
    algorithm: Option<&'a str>,
    covered: Vec<String>,
    created: Option<i64>,
    expires: Option<i64>,
    signature: Vec<u8>,
}

/// Reads and checks a request's signature; see [`super::read`].
///
/// # Errors
/// A [`Fault`], by its first cause.
pub fn read(request: Received<'_>, own: &str, now: i64) -> Result<Claim, Fault> {
    let header = header_of(request.headers)?;
    let parameters = Parameters::parse(&header)?;
    let algorithm = parameters.algorithm()?;
    parameters.check_coverage(request.body.is_some())?;
    check_host(request.headers, own)?;
    parameters.check_times(request.headers, now)?;
    if let Some(body) = request.body {
        digest::check(single(request.headers, "digest").ok_or(Fault::NoDigest)?, body)?;
    }
    let path = request.target.split('?').next().unwrap_or_default();
    let mut texts = vec![parameters.text(&request, request.target)?];
    if path != request.target {
        texts.push(parameters.text(&request, path)?);
    }
    Ok(Claim { key_id: parameters.key_id.to_owned(), algorithm, texts, signature: parameters.signature })
}

/// The signature, from its own header or from `Authorization: Signature …`.
fn header_of(headers: &HeaderMap) -> Result<String, Fault> {
    let mut values = headers.get_all("signature").iter();
    let (value, more) = match values.next() {
        Some(value) => (value.to_str().map_err(|_| Fault::Malformed)?.to_owned(), values.next().is_some()),
        None => {
            let value = headers.get(http::header::AUTHORIZATION).ok_or(Fault::Unsigned)?;
            let value = value.to_str().map_err(|_| Fault::Malformed)?;
            (value.strip_prefix("Signature ").ok_or(Fault::Unsigned)?.to_owned(), false)
        }
    };
    if more || value.len() > MAX_HEADER {
        return Err(Fault::Malformed);
    }
    Ok(value)
}

impl<'a> Parameters<'a> {
    fn parse(header: &'a str) -> Result<Self, Fault> {
        let mut found: [Option<&str>; 6] = [None; 6];
        for (name, value) in pairs(header)? {
            let place = match name {
                "keyId" => 0,
                "algorithm" => 1,
                "headers" => 2,
                "created" => 3,
                "expires" => 4,
                "signature" => 5,
                _ => continue,
            };
            if found[place].replace(value).is_some() {
                return Err(Fault::Malformed);
            }
        }
        let [key_id, algorithm, covered, created, expires, signature] = found;
        let number = |value: Option<&str>| value.map(str::parse).transpose().map_err(|_| Fault::Malformed);
        let covered: Vec<String> =
            covered.unwrap_or("date").split_ascii_whitespace().map(str::to_ascii_lowercase).collect();
        if covered.len() > MAX_COVERED {
            return Err(Fault::Malformed);
        }
        Ok(Self {
            key_id: key_id.filter(|id| !id.is_empty()).ok_or(Fault::Malformed)?,
            algorithm,
            covered,
            created: number(created)?,
            expires: number(expires)?,
            signature: STANDARD.decode(signature.ok_or(Fault::Malformed)?).map_err(|_| Fault::Malformed)?,
        })
    }

    /// What the signature is made with; `hs2019` leaves it to the key.
    fn algorithm(&self) -> Result<Option<Algorithm>, Fault> {
        match self.algorithm {
            None | Some("hs2019") => Ok(None),
            Some("rsa-sha256") => Ok(Some(Algorithm::Rsa)),
            Some("ed25519") => Ok(Some(Algorithm::Ed25519)),
            Some(_) => Err(Fault::Algorithm),
        }
    }

    fn covers(&self, name: &str) -> bool {
        self.covered.iter().any(|covered| covered == name)
    }

    fn check_coverage(&self, has_body: bool) -> Result<(), Fault> {
        let timed = self.covers(DATE.as_str()) || self.covers(CREATED);
        if !(timed && self.covers(REQUEST_TARGET) && self.covers(HOST.as_str())) {
            return Err(Fault::Coverage);
        }
        if has_body && !self.covers("digest") {
            return Err(Fault::NoDigest);
        }
        Ok(())
    }

    fn check_times(&self, headers: &HeaderMap, now: i64) -> Result<(), Fault> {
        if self.covers(CREATED) {
            check_time(self.created.ok_or(Fault::Malformed)?, now)?;
        }
        if self.covers(DATE.as_str()) {
            let date = single(headers, DATE.as_str()).ok_or(Fault::Malformed)?;
            let date = DateTimeParser::new().parse_timestamp(date).map_err(|_| Fault::Malformed)?;
            check_time(date.as_second(), now)?;
        }
        match self.expires {
            Some(expires) if expires < now => Err(Fault::Stale),
            _ => Ok(()),
        }
    }

    /// The text that was signed, if the target was written so.
    fn text(&self, request: &Received<'_>, target: &str) -> Result<Vec<u8>, Fault> {
        let mut lines = Vec::with_capacity(self.covered.len());
        for name in &self.covered {
            lines.push(match name.as_str() {
                REQUEST_TARGET => target_line(request.method.as_str(), target),
                CREATED => format!("{CREATED}: {}", self.created.ok_or(Fault::Malformed)?),
                EXPIRES => format!("{EXPIRES}: {}", self.expires.ok_or(Fault::Malformed)?),
                name => format!("{name}: {}", joined(request.headers, name)?.ok_or(Fault::Malformed)?),
            });
        }
        Ok(lines.join("\n").into_bytes())
    }
}

fn target_line(method: &str, target: &str) -> String {
    format!("{REQUEST_TARGET}: {} {target}", method.to_ascii_lowercase())
}

/// Splits `name="value",name=value` into its pairs.
fn pairs(header: &str) -> Result<Vec<(&str, &str)>, Fault> {
    let mut pairs = Vec::new();
    let mut rest = header.trim();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=').ok_or(Fault::Malformed)?;
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').ok_or(Fault::Malformed)?,
            None => after.split_at(after.find(',').unwrap_or(after.len())),
        };
        pairs.push((name.trim(), value.trim()));
        rest = after.trim_start();
        if !rest.is_empty() {
            rest = rest.strip_prefix(',').ok_or(Fault::Malformed)?.trim_start();
        }
    }
    Ok(pairs)
}

/// The headers that sign a request to `url`: `Host`, `Date`, for a body `Digest` and `Content-Type`, and `Signature`.
///
/// `now` is in seconds since 1970. Signs `(request-target) host date`, and for a body `digest content-type` too.
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
    if let Some(payload) = payload {
        headers.push(("digest", format!("SHA-256={}", payload.sha256)));
        headers.push(("content-type", payload.media_type.to_owned()));
    }
    let target = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let mut lines = vec![target_line(method, &target)];
    lines.extend(headers.iter().map(|(name, value)| format!("{name}: {value}")));
    let names: Vec<&str> = std::iter::once(REQUEST_TARGET).chain(headers.iter().map(|(name, _)| *name)).collect();
    let signature = key.sign(lines.join("\n").as_bytes())?;
    // The draft has no name of its own for Ed25519: the key tells.
    let algorithm = if key.algorithm() == Algorithm::Rsa { "rsa-sha256" } else { "hs2019" };
    headers.push((
        "signature",
        format!(
            r#"keyId="{}",algorithm="{algorithm}",headers="{}",signature="{signature}""#,
            key.id(),
            names.join(" ")
        ),
    ));
    Ok(headers)
}

/// A time as HTTP writes it (RFC 9110 § 5.6.7).
#[must_use]
pub fn http_date(now: i64) -> String {
    let time = Timestamp::from_second(now).unwrap_or_default();
    DateTimePrinter::new().timestamp_to_rfc9110_string(&time).unwrap_or_default()
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;

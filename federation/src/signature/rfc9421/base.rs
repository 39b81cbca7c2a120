//! The signature base (RFC 9421, section 2.5): one line for each component that is covered, and the parameters.

use std::collections::HashSet;

use model::address::{Address, Scheme};
use sfv::{InnerList, Item, ItemSerializer, ListEntry, ListSerializer};
use url::form_urlencoded;

use super::{Fault, MAX_COVERED, Received, joined};

/// A request as its signature sees it.
pub(super) struct Message<'a> {
    pub(super) request: &'a Received<'a>,
    pub(super) own: &'a Address,
}

/// The name of a component.
pub(super) fn component(item: &Item) -> Result<&str, Fault> {
    item.bare_item.as_string().map(sfv::StringRef::as_str).ok_or(Fault::Malformed)
}

impl Message<'_> {
    /// The signature base, if the target was written so.
    ///
    /// # Errors
    /// [`Fault::Malformed`] for what is no list of components, [`Fault::Component`] for one that a request does not have.
    pub(super) fn covered(&self, input: &InnerList, target: &str) -> Result<String, Fault> {
        if input.items.len() > MAX_COVERED {
            return Err(Fault::Malformed);
        }
        let mut seen = HashSet::new();
        let mut base = String::new();
        for item in &input.items {
            let name = identifier(item)?;
            base.push_str(&name);
            base.push_str(": ");
            base.push_str(&self.value(item, target)?);
            base.push('\n');
            if !seen.insert(name) {
                return Err(Fault::Malformed);
            }
        }
        let mut list = ListSerializer::new();
        list.members([&ListEntry::InnerList(input.clone())]);
        base.push_str("\"@signature-params\": ");
        base.push_str(&list.finish().ok_or(Fault::Malformed)?);
        Ok(base)
    }

    fn value(&self, item: &Item, target: &str) -> Result<String, Fault> {
        let name = component(item)?;
        if name == "@query-param" {
            return parameter(item, target);
        }
        // Such as `sf`, `bs`, `req`: no server of the fediverse signs so.
        if !item.params.is_empty() {
            return Err(Fault::Component);
        }
        let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
        Ok(match name {
            "@method" => self.request.method.as_str().to_owned(),
            "@target-uri" => format!("{}://{}{target}", self.own.scheme(), self.own.host()),
            "@authority" => self.authority(),
            "@scheme" => self.own.scheme().to_string(),
            "@request-target" => target.to_owned(),
            "@path" => path.to_owned(),
            "@query" => format!("?{}", query.unwrap_or_default()),
            derived if derived.starts_with('@') => return Err(Fault::Component),
            field => joined(self.request.headers, field)?.ok_or(Fault::Component)?,
        })
    }

    /// Our host, which is the request's: without the port that its scheme has anyway.
    fn authority(&self) -> String {
        let port = match self.own.scheme() {
            Scheme::Http => ":80",
            Scheme::Https => ":443",
        };
        self.own.host().strip_suffix(port).unwrap_or(self.own.host()).to_owned()
    }
}

/// A component as it is named in the base: with its parameters.
fn identifier(item: &Item) -> Result<String, Fault> {
    component(item)?;
    let mut written = ItemSerializer::new().bare_item(&item.bare_item);
    for (name, value) in &item.params {
        written = written.parameter(name, value);
    }
    Ok(written.finish())
}

/// The one value of a parameter of the query (section 2.2.8).
fn parameter(item: &Item, target: &str) -> Result<String, Fault> {
    let wanted = item.params.get("name").and_then(|name| name.as_string()).ok_or(Fault::Malformed)?.as_str();
    if item.params.len() > 1 {
        return Err(Fault::Component);
    }
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| encoded(name) == wanted);
    match (values.next(), values.next()) {
        (Some((_, value)), None) => Ok(encoded(&value)),
        _ => Err(Fault::Component),
    }
}

/// As a form writes it, spaces as `%20`.
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

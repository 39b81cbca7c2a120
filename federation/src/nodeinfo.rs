//! NodeInfo 2.0 and 2.1, and the documents under `/.well-known/` that lead there.

use model::care::census::Census;
use serde_json::{Map, Value, json};

/// The two versions that are answered.
pub const VERSIONS: [&str; 2] = ["2.0", "2.1"];
/// Where the source code lives, as NodeInfo 2.1 tells it.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// What a node says of itself to whoever counts nodes.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The version of the program.
    pub version: String,
    /// The name of the node.
    pub name: String,
    /// Whether it speaks to others.
    pub federated: bool,
    /// Whether anybody may sign up.
    pub open_registrations: bool,
    /// How much it is used.
    pub census: Census,
    /// Where its directory lies, if it is listed.
    pub directory: Option<String>,
}

/// Fewer than these are not told: in a small town a number may tell on people.
const FEWEST: i64 = 10;

/// A number as it may be told to anybody: two digits of it, and nothing of a small one.
fn about(number: i64) -> Option<i64> {
    if number < FEWEST {
        return None;
    }
    let mut unit = 1;
    while number / unit >= 100 {
        unit *= 10;
    }
    Some(number / unit * unit)
}

fn usage(census: &Census) -> Value {
    let told = |pairs: &[(&str, i64)]| -> Map<String, Value> {
        pairs.iter().filter_map(|(name, number)| Some(((*name).to_owned(), json!(about(*number)?)))).collect()
    };
    let users =
        [("total", census.accounts), ("activeHalfyear", census.active_half_year), ("activeMonth", census.active_month)];
    let mut usage = told(&[("localPosts", census.consultations), ("localComments", census.comments)]);
    usage.insert("users".to_owned(), Value::Object(told(&users)));
    Value::Object(usage)
}

/// The document that leads to the two others; `node` is the address of the node, with its final slash.
#[must_use]
pub fn links(node: &str) -> Value {
    let links: Vec<Value> = VERSIONS
        .iter()
        .map(|version| {
            json!({
                "rel": format!("http://nodeinfo.diaspora.software/ns/schema/{version}"),
                "href": format!("{node}nodeinfo/{version}"),
            })
        })
        .collect();
    json!({"links": links})
}

/// The document of a version, if it is one of [`VERSIONS`].
#[must_use]
pub fn document(version: &str, facts: &Facts) -> Option<Value> {
    let version = VERSIONS.into_iter().find(|known| *known == version)?;
    let mut software = json!({"name": "palabre", "version": facts.version});
    if version == "2.1" && !REPOSITORY.is_empty() {
        software["repository"] = json!(REPOSITORY);
    }
    Some(json!({
        "version": version,
        "software": software,
        "protocols": if facts.federated { vec!["activitypub"] } else { Vec::new() },
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": facts.open_registrations,
        "usage": usage(&facts.census),
        "metadata": metadata(facts),
    }))
}

fn metadata(facts: &Facts) -> Value {
    let mut metadata = json!({"nodeName": facts.name});
    if let Some(directory) = &facts.directory {
        metadata["directory"] = json!(directory);
    }
    metadata
}

/// `host-meta` (RFC 6415): where WebFinger answers.
#[must_use]
pub fn host_meta(node: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">
  <Link rel="lrdd" type="application/jrd+json" template="{node}.well-known/webfinger?resource={{uri}}"/>
</XRD>
"#
    )
}

/// The same in JSON.
#[must_use]
pub fn host_meta_json(node: &str) -> Value {
    json!({"links": [{
        "rel": "lrdd",
        "type": "application/jrd+json",
        "template": format!("{node}.well-known/webfinger?resource={{uri}}"),
    }]})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_are_linked_and_answered_and_no_other_is() {
        let facts = Facts {
            version: "0.1.0".into(),
            name: "Valmont".into(),
            federated: true,
            open_registrations: true,
            directory: Some("https://a.test/directory.json".into()),
            census: Census { accounts: 137, active_half_year: 99, active_month: 9, consultations: 0, comments: 12_345 },
        };
        for (at, version) in VERSIONS.into_iter().enumerate() {
            assert_eq!(links("https://a.test/")["links"][at]["href"], format!("https://a.test/nodeinfo/{version}"));
            let document = document(version, &facts).expect("answered");
            assert_eq!(document["version"], version);
            assert_eq!(document["protocols"], json!(["activitypub"]));
            let users = json!({"total": 130, "activeHalfyear": 99});
            assert_eq!(
                document["usage"],
                json!({"users": users, "localComments": 12_000}),
                "no small number, none exact"
            );
            // NodeInfo 2.0 allows no other keys of software
            assert!(version == "2.1" || document["software"].as_object().is_some_and(|software| software.len() == 2));
        }
        assert_eq!(
            document("2.1", &facts).expect("answered")["metadata"]["directory"],
            "https://a.test/directory.json"
        );
        assert_eq!(document("1.0", &facts), None);
        let alone = document("2.0", &Facts { federated: false, directory: None, ..facts }).expect("answered");
        assert_eq!(alone["protocols"], json!([]));
    }

    #[test]
    fn host_meta_leads_to_webfinger() {
        assert!(
            host_meta("https://a.test/").contains(r#"template="https://a.test/.well-known/webfinger?resource={uri}""#)
        );
        assert_eq!(
            host_meta_json("https://a.test/")["links"][0]["template"],
            "https://a.test/.well-known/webfinger?resource={uri}"
        );
    }
}

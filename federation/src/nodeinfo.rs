//! NodeInfo 2.0 and 2.1, and the documents under `/.well-known/` that lead there.

use serde::Serialize;
use serde_json::{Value, json};

/// The two versions that are answered.
pub const VERSIONS: [&str; 2] = ["2.0", "2.1"];
/// Where the source code lives, as NodeInfo 2.1 tells it.
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");

/// What a node says of itself to whoever counts nodes.
#[derive(Debug, Clone, Serialize)]
pub struct Facts {
    /// The version of the program.
    pub version: String,
    /// The name of the node.
    pub name: String,
    /// Whether anybody may sign up.
    pub open_registrations: bool,
    /// Accounts.
    pub users: u64,
    /// Published consultations of public forums.
    pub consultations: u64,
    /// Comments written here on these.
    pub comments: u64,
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
        "protocols": ["activitypub"],
        "services": {"inbound": [], "outbound": []},
        "openRegistrations": facts.open_registrations,
        "usage": {
            "users": {"total": facts.users},
            "localPosts": facts.consultations,
            "localComments": facts.comments,
        },
        "metadata": {"nodeName": facts.name},
    }))
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
            open_registrations: true,
            users: 3,
            consultations: 2,
            comments: 7,
        };
        for (at, version) in VERSIONS.into_iter().enumerate() {
            assert_eq!(links("https://a.test/")["links"][at]["href"], format!("https://a.test/nodeinfo/{version}"));
            let document = document(version, &facts).expect("answered");
            assert_eq!(document["version"], version);
            assert_eq!(document["protocols"], json!(["activitypub"]));
            assert_eq!(document["usage"]["users"]["total"], 3);
            // NodeInfo 2.0 allows no other keys of software
            assert!(version == "2.1" || document["software"].as_object().is_some_and(|software| software.len() == 2));
        }
        assert_eq!(document("1.0", &facts), None);
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

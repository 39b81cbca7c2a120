//! The `@context` of what we emit. Our own terms stand inline and unprefixed, the same on every node.

use serde_json::{Value, json};

/// ActivityStreams 2.0.
pub const ACTIVITY_STREAMS: &str = "https://www.w3.org/ns/activitystreams";

/// For activities without terms of their own.
#[must_use]
pub fn plain() -> Value {
    json!(ACTIVITY_STREAMS)
}

/// For actors: keys (`security/v1`, FEP-521a), Lemmy's and Mastodon's terms, FEP-2c59, FEP-5feb,
/// FEP-844e.
#[must_use]
pub fn actor() -> Value {
    json!([
        ACTIVITY_STREAMS,
        "https://w3id.org/security/v1",
        "https://w3id.org/security/multikey/v1",
        {
            "toot": "http://joinmastodon.org/ns#",
            "lemmy": "https://join-lemmy.org/ns#",
            "manuallyApprovesFollowers": "as:manuallyApprovesFollowers",
            "assertionMethod": {"@id": "https://w3id.org/security#assertionMethod", "@type": "@id", "@container": "@set"},
            "featured": {"@id": "toot:featured", "@type": "@id"},
            "discoverable": "toot:discoverable",
            "indexable": "toot:indexable",
            "postingRestrictedToMods": "lemmy:postingRestrictedToMods",
            "webfinger": {"@id": "https://purl.archive.org/socialweb/webfinger#webfinger"},
            "implements": {"@id": "https://w3id.org/fep/844e#implements", "@container": "@set"}
        }
    ])
}

/// For pages, questions and notes.
#[must_use]
pub fn object() -> Value {
    json!([
        ACTIVITY_STREAMS,
        "https://w3id.org/security/data-integrity/v1",
        {
            "Hashtag": "as:Hashtag",
            "sensitive": "as:sensitive",
            "toot": "http://joinmastodon.org/ns#",
            "votersCount": "toot:votersCount",
            "pt": "https://joinpeertube.org/ns#",
            "commentsEnabled": "pt:commentsEnabled",
            "lemmy": "https://join-lemmy.org/ns#",
            "removeData": "lemmy:removeData",
            "license": {"@id": "https://schema.org/license", "@type": "@id"},
            "gts": "https://gotosocial.org/ns#",
            "interactionPolicy": {"@id": "gts:interactionPolicy", "@type": "@id"},
            "canQuote": {"@id": "gts:canQuote", "@type": "@id"},
            "automaticApproval": {"@id": "gts:automaticApproval", "@type": "@id"},
            "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
            "interactingObject": {"@id": "gts:interactingObject", "@type": "@id"},
            "interactionTarget": {"@id": "gts:interactionTarget", "@type": "@id"}
        },
        palabre()
    ])
}

/// The terms of consultations and ballots.
fn palabre() -> Value {
    json!({
        "palabre": "https://w3id.org/palabre/ns#",
        "Ballot": "palabre:Ballot",
        "BallotReceipt": "palabre:BallotReceipt",
        "Tally": "palabre:Tally",
        "consultation": "palabre:consultation",
        "choice": {"@id": "palabre:choice", "@container": "@list"},
        "assurance": "palabre:assurance",
        "code": "palabre:code",
        "retainUntil": "palabre:retainUntil"
    })
}

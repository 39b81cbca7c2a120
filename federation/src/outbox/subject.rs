//! What an activity of ours tells of: so that it is known which host was given which object.

use serde_json::Value;

/// An object, and whether the activity tells that it is gone.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Subject {
    pub(super) object: String,
    pub(super) erases: bool,
}

/// The subject of an activity, through the announcing of it; `None` if it tells of nothing that could be erased.
pub(super) fn of(body: &str) -> Option<Subject> {
    let activity: Value = serde_json::from_str(body).ok()?;
    match activity["type"].as_str()? {
        "Announce" if activity["object"].is_object() => told(&activity["object"]),
        "Announce" => subject(&activity["object"], false),
        _ => told(&activity),
    }
}

fn told(activity: &Value) -> Option<Subject> {
    match activity["type"].as_str()? {
        "Create" | "Update" => subject(&activity["object"], false),
        "Delete" => subject(&activity["object"], true),
        _ => None,
    }
}

fn subject(object: &Value, erases: bool) -> Option<Subject> {
    let id = object.as_str().or_else(|| object["id"].as_str())?;
    Some(Subject { object: id.to_owned(), erases })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_told_is_known_however_it_is_told() {
        let note = json!({"id": "https://a.test/n", "type": "Note"});
        let told = |erases| Some(Subject { object: "https://a.test/n".into(), erases });
        for (activity, expected) in [
            (json!({"type": "Create", "object": note}), told(false)),
            (json!({"type": "Announce", "object": {"type": "Update", "object": note}}), told(false)),
            (json!({"type": "Announce", "object": "https://a.test/n"}), told(false)),
            (json!({"type": "Delete", "object": "https://a.test/n"}), told(true)),
            (json!({"type": "Announce", "object": {"type": "Delete", "object": note}}), told(true)),
            (json!({"type": "Accept", "object": {"id": "https://m.test/f", "type": "Follow"}}), None),
            (json!({"type": "Create", "object": [note]}), None),
        ] {
            assert_eq!(of(&activity.to_string()), expected, "{activity}");
        }
    }
}

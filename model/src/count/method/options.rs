//! Options that an author writes: labels with ids that stay when they are moved.

use std::collections::HashSet;

use serde::{Deserialize, Deserializer};

use super::{Choice, normal};
use crate::error::{Error, Refusal, Result};

/// The fewest options that other servers take.
pub const FEWEST: usize = 2;
/// The longest label that other servers take, in characters.
pub const LABEL_LONGEST: usize = 200;

/// The API takes labels alone, or options with their ids when an existing method is edited.
pub(super) fn labels_or_choices<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<Choice>, D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Known {
        id: String,
        label: String,
    }
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "an option is its label, or an object with id and label")]
    enum Given {
        Label(String),
        Choice(Known),
    }
    let given = Vec::<Given>::deserialize(d)?;
    Ok(given
        .into_iter()
        .map(|g| match g {
            Given::Label(label) => Choice { id: String::new(), label },
            Given::Choice(Known { id, label }) => Choice { id, label },
        })
        .collect())
}

/// Whether a text has the form of an option's id: `o` and a number.
fn is_id(text: &str) -> bool {
    text.strip_prefix('o').is_some_and(|n| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit()))
}

/// Gives options without an id that of the option with the same label before.
pub(super) fn keep(options: &mut [Choice], before: &[Choice]) {
    for at in 0..options.len() {
        let label = normal(&options[at].label);
        let held = before.iter().find(|b| normal(&b.label) == label).map(|b| b.id.clone());
        if let Some(id) = held.filter(|id| options[at].id.is_empty() && options.iter().all(|o| o.id != *id)) {
            options[at].id = id;
        }
    }
}

/// Checks options, at most so many, and gives those without an id the next free one.
///
/// # Errors
/// What is wrong with `method.options`, [`Refusal::AmbiguousOption`].
pub(super) fn check(options: &mut [Choice], most: usize) -> Result<()> {
    let field = |code, detail: String| Err(Error::field("method.options", code, detail));
    if !(FEWEST..=most).contains(&options.len()) {
        return field("range", format!("Give {FEWEST} to {most} options."));
    }
    let mut labels = HashSet::new();
    let mut ids = HashSet::new();
    for option in options.iter_mut() {
        option.label = normal(&option.label);
        if option.label.is_empty() || option.label.chars().count() > LABEL_LONGEST {
            return field("length", format!("Give each option 1 to {LABEL_LONGEST} characters."));
        }
        if is_id(&option.label) {
            return Err(Refusal::AmbiguousOption.into());
        }
        if !labels.insert(option.label.clone()) {
            return field("repeated", format!("The option \u{201c}{}\u{201d} stands there twice.", option.label));
        }
        if !option.id.is_empty() && (!is_id(&option.id) || !ids.insert(option.id.clone())) {
            return field("format", "Leave the ids of options as they were given.".into());
        }
    }
    let mut next = 1;
    for option in options.iter_mut().filter(|o| o.id.is_empty()) {
        while !ids.insert(format!("o{next}")) {
            next += 1;
        }
        option.id = format!("o{next}");
    }
    Ok(())
}

/// The schema of a list of options.
pub(super) fn schema(most: usize) -> serde_json::Value {
    serde_json::json!({
        "type": "array", "minItems": FEWEST, "maxItems": most,
        "description": "Labels; or, to keep the ids of options that are there, options with both. Given back with both.",
        "items": {"oneOf": [
            {"type": "string", "minLength": 1, "maxLength": LABEL_LONGEST},
            {"$ref": "#/components/schemas/Choice"},
        ]},
    })
}

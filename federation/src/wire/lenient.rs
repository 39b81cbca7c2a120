//! Readers for fields that servers write in several ways: alone or in a list, by id or embedded.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use url::Url;

use super::MAX_URL;

/// The id of a string, an object with `id` (or a link with `href`), or the first of a list.
#[must_use]
pub fn id_of(value: &Value) -> Option<Url> {
    match value {
        Value::String(text) if text.len() <= MAX_URL => text.parse().ok(),
        Value::Object(map) => map.get("id").or_else(|| map.get("href")).filter(|id| id.is_string()).and_then(id_of),
        Value::Array(list) => list.iter().find_map(id_of),
        _ => None,
    }
}

/// All ids of a string, an object, or a list of these.
#[must_use]
pub fn ids_of(value: &Value) -> Vec<Url> {
    match value {
        Value::Array(list) => list.iter().filter_map(id_of).collect(),
        other => id_of(other).into_iter().collect(),
    }
}

/// One id, or none if it is absent or unreadable.
///
/// # Errors
/// When the field is no JSON.
pub fn id<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Url>, D::Error> {
    Ok(id_of(&Value::deserialize(from)?))
}

/// All ids of a field.
///
/// # Errors
/// When the field is no JSON.
pub fn ids<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Url>, D::Error> {
    Ok(ids_of(&Value::deserialize(from)?))
}

/// A text; anything else is none.
///
/// # Errors
/// When the field is no JSON.
pub fn text<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) => Some(text),
        _ => None,
    })
}

/// A language: its tag alone, or in an object with `identifier`.
///
/// # Errors
/// When the field is no JSON.
pub fn language<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(tag) => Some(tag),
        Value::Object(map) => map.get("identifier").and_then(Value::as_str).map(str::to_owned),
        _ => None,
    })
}

/// A kind: the text, or the first text of a list.
///
/// # Errors
/// When there is no text.
pub fn kind<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let kind = match Value::deserialize(from)? {
        Value::String(text) => Some(text),
        Value::Array(list) => list.into_iter().find_map(|item| item.as_str().map(str::to_owned)),
        _ => None,
    };
    kind.ok_or_else(|| serde::de::Error::custom("no type"))
}

/// Whole numbers; anything else is none.
///
/// # Errors
/// When the field is no JSON.
pub fn count<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    Ok(Value::deserialize(from)?.as_u64())
}

/// Every entry that can be read as a `T`, alone or in a list; the others are left out.
///
/// # Errors
/// When the field is no JSON.
pub fn many<'de, T: DeserializeOwned, D: Deserializer<'de>>(from: D) -> Result<Vec<T>, D::Error> {
    let list = match Value::deserialize(from)? {
        Value::Array(list) => list,
        Value::Null => Vec::new(),
        other => vec![other],
    };
    Ok(list.into_iter().filter_map(|item| serde_json::from_value(item).ok()).collect())
}

/// A `T`, or none if it has another shape.
///
/// # Errors
/// When the field is no JSON.
pub fn maybe<'de, T: DeserializeOwned, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(from)?).ok())
}

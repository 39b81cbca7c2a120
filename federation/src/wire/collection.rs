//! Collections: counted, listed, or paged.

use serde::Serialize;
use serde_json::Value;

/// A collection of which only the size is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Total {
    /// Always `Collection`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// How many.
    pub total_items: u64,
}

impl Total {
    /// A collection of this size.
    #[must_use]
    pub const fn of(total_items: u64) -> Self {
        Self { kind: "Collection", total_items }
    }
}

/// An ordered collection, listed whole or by its first page.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ordered {
    /// ActivityStreams.
    #[serde(rename = "@context")]
    pub context: Value,
    /// Its id.
    pub id: String,
    /// Always `OrderedCollection`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// How many in all.
    pub total_items: u64,
    /// Who keeps it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attributed_to: Option<String>,
    /// The address of the first page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// The entries, where it is not paged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ordered_items: Option<Vec<Value>>,
}

/// One page of an ordered collection.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderedPage {
    /// ActivityStreams.
    #[serde(rename = "@context")]
    pub context: Value,
    /// Its id.
    pub id: String,
    /// Always `OrderedCollectionPage`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The collection.
    pub part_of: String,
    /// How many in all.
    pub total_items: u64,
    /// The entries of this page.
    pub ordered_items: Vec<Value>,
    /// The page after this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

//! What a form holds between two requests: the words typed, and what is wrong with them.

use std::collections::BTreeMap;

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::Deserialize;

/// One thing to mend in a form.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The field's name, which is its id in the page; empty when the problem is of no field.
    pub field: &'static str,
    /// How to mend it, in the visitor's language.
    pub message: String,
}

/// One entry of a list to choose from.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What the form sends.
    pub value: String,
    /// What the visitor reads.
    pub label: String,
    /// One sentence more, or nothing.
    pub hint: String,
}

impl Entry {
    /// An entry without a hint.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), hint: String::new() }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

/// The fields of a form as they were sent, or as they stand at first.
#[derive(Clone, Debug, Default)]
pub struct Form {
    values: BTreeMap<String, Vec<String>>,
    /// In the order of the summary.
    pub problems: Vec<Problem>,
}

/// A list of pairs is the one shape every form body has, repeated names included.
#[derive(Deserialize)]
#[serde(transparent)]
struct Pairs(Vec<(String, String)>);

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = StatusCode;

    /// Reads an urlencoded body; 400 or 413 or 415 when it is none.
    async fn from_request(request: Request, state: &S) -> Result<Self, StatusCode> {
        match axum::Form::<Pairs>::from_request(request, state).await {
            // U+0000 is no text that anybody typed, and PostgreSQL cannot store it.
            Ok(axum::Form(Pairs(pairs))) if pairs.iter().any(|(n, v)| n.contains('\0') || v.contains('\0')) => {
                Err(StatusCode::BAD_REQUEST)
            }
            Ok(axum::Form(Pairs(pairs))) => Ok(Self::from_pairs(pairs)),
            Err(rejection) => Err(axum::response::IntoResponse::into_response(rejection).status()),
        }
    }
}

impl Form {
    /// A form of these pairs; carriage returns, which browsers add to text, go.
    pub fn from_pairs<N: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (N, V)>) -> Self {
        let mut form = Self::default();
        for (name, value) in pairs {
            form.values.entry(name.into()).or_default().push(value.into().replace("\r\n", "\n"));
        }
        form
    }

    /// The first value of a field, as typed; empty when it was not sent.
    pub fn value(&self, name: &str) -> &str {
        self.values.get(name).and_then(|values| values.first()).map_or("", String::as_str)
    }

    /// The first value without the blanks around it.
    pub fn trimmed(&self, name: &str) -> &str {
        self.value(name).trim()
    }

    /// The trimmed value, `None` when it is empty.
    pub fn given(&self, name: &str) -> Option<&str> {
        Some(self.trimmed(name)).filter(|value| !value.is_empty())
    }

    /// Every value of a field.
    pub fn all(&self, name: &str) -> Vec<String> {
        self.values.get(name).cloned().unwrap_or_default()
    }

    /// Every value of the fields whose names begin so, in the order of their names.
    pub fn each(&self, prefix: &str) -> Vec<String> {
        let fields = self.values.iter().filter(|(name, _)| name.starts_with(prefix));
        fields.flat_map(|(_, values)| values.iter().cloned()).collect()
    }

    /// Whether one of the field's values is this one.
    pub fn is(&self, name: &str, value: &str) -> bool {
        self.values.get(name).is_some_and(|values| values.iter().any(|held| held == value))
    }

    /// Sets a field.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.values.insert(name.to_owned(), vec![value.into()]);
    }

    /// Adds one more value to a field.
    pub fn add(&mut self, name: &str, value: impl Into<String>) {
        self.values.entry(name.to_owned()).or_default().push(value.into());
    }

    /// Sets every value of a field.
    pub fn set_all(&mut self, name: &str, values: Vec<String>) {
        self.values.insert(name.to_owned(), values);
    }

    /// Notes a problem.
    pub fn refuse(&mut self, field: &'static str, message: impl Into<String>) {
        self.problems.push(Problem { field, message: message.into() });
    }

    /// Whether anything is to mend.
    pub fn is_wrong(&self) -> bool {
        !self.problems.is_empty()
    }

    /// What is wrong with a field.
    pub fn problem(&self, name: &str) -> Option<&str> {
        self.problems.iter().find(|problem| problem.field == name).map(|problem| problem.message.as_str())
    }

    /// The attributes that tie a field to its hint and its problem. `name` is one of ours, so it is safe in markup.
    pub fn described(&self, name: &str, hint: bool) -> String {
        let wrong = if self.problem(name).is_some() { " aria-invalid=\"true\"" } else { "" };
        format!("{wrong}{}", self.described_group(name, hint))
    }

    /// The same for a group, which cannot be `aria-invalid`.
    pub fn described_group(&self, name: &str, hint: bool) -> String {
        match (hint, self.problem(name).is_some()) {
            (false, false) => String::new(),
            (true, false) => format!(" aria-describedby=\"{name}-hint\""),
            (false, true) => format!(" aria-describedby=\"{name}-error\""),
            (true, true) => format!(" aria-describedby=\"{name}-error {name}-hint\""),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_stays_and_problems_stand_at_their_field() {
        let mut form = Form::from_pairs([("text", " a\r\nb "), ("choice", "o1"), ("choice", "o2")]);
        form.refuse("text", "Longer");
        assert_eq!(form.value("text"), " a\nb ");
        assert_eq!(form.all("choice"), ["o1", "o2"]);
        assert!(form.is("choice", "o2"));
        assert_eq!(form.given("nothing"), None);
        assert_eq!(form.described("text", true), " aria-invalid=\"true\" aria-describedby=\"text-error text-hint\"");
        assert_eq!(form.described("choice", false), "");
    }
}

//! The page on which people read about the API: the same description, as text.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use serde_json::Value;

use crate::app::App;
use crate::frame::{self, Frame};
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "api.html")]
struct ManualPage {
    page: Frame,
    about: String,
    groups: Arc<Vec<Group>>,
    shapes: Arc<Vec<Shape>>,
}

/// Calls about one thing.
struct Group {
    name: String,
    calls: Vec<Call>,
}

/// A call.
struct Call {
    method: String,
    path: String,
    summary: String,
    token: bool,
    parameters: Vec<Field>,
    body: Option<Kind>,
    answers: Vec<(String, Option<Kind>)>,
}

/// An object that is sent or answered, or words.
struct Shape {
    name: String,
    about: String,
    words: Vec<String>,
    variants: Vec<Vec<Field>>,
}

/// A field of an object, or a parameter.
struct Field {
    name: String,
    kind: Kind,
    required: bool,
    about: String,
}

/// What a value is: words, and the shape that they lead to.
struct Kind {
    words: String,
    shape: Option<String>,
}

/// `GET /api/v1`
pub(super) fn router(path: &str, document: &Value) -> Router<App> {
    let about = text(&document["info"], "description");
    let groups = Arc::new(groups(document));
    let shapes =
        Arc::new(objects(&document["components"]["schemas"]).map(|(name, schema)| shape(name, schema)).collect());
    let read = async move |visitor: Visitor| {
        let page = Frame::new(&visitor, "API");
        frame::show(StatusCode::OK, &ManualPage { page, about, groups, shapes })
    };
    Router::new().route(path, get(read))
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

fn objects(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn groups(document: &Value) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (path, item) in objects(&document["paths"]) {
        for (method, described) in objects(item) {
            let name = described["tags"][0].as_str().unwrap_or_default();
            let call = call(method, path, described, document);
            match groups.iter_mut().find(|group| group.name == name) {
                Some(group) => group.calls.push(call),
                None => groups.push(Group { name: name.to_owned(), calls: vec![call] }),
            }
        }
    }
    groups
}

fn call(method: &str, path: &str, described: &Value, document: &Value) -> Call {
    let parameters = list(&described["parameters"]).map(|parameter| {
        let parameter = resolve(parameter, document);
        Field {
            name: text(parameter, "name"),
            kind: kind(&parameter["schema"]),
            required: parameter["required"] == true,
            about: text(parameter, "description"),
        }
    });
    let body = &described["requestBody"]["content"]["application/json"]["schema"];
    let answers = objects(&described["responses"]).map(|(status, answer)| {
        let content = objects(&resolve(answer, document)["content"]).next();
        (status.clone(), content.map(|(_, content)| kind(&content["schema"])))
    });
    Call {
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(described, "summary"),
        token: list(&described["security"]).all(|way| way.get("token").is_some()),
        parameters: parameters.collect(),
        body: (!body.is_null()).then(|| kind(body)),
        answers: answers.collect(),
    }
}

/// What a reference of the document leads to; anything else is itself.
fn resolve<'a>(value: &'a Value, document: &'a Value) -> &'a Value {
    let pointer = value["$ref"].as_str().and_then(|to| to.strip_prefix('#'));
    pointer.and_then(|pointer| document.pointer(pointer)).unwrap_or(value)
}

fn shape(name: &str, schema: &Value) -> Shape {
    let variants = match schema["oneOf"].as_array() {
        Some(variants) => variants.iter().map(fields).collect(),
        None => vec![fields(schema)],
    };
    Shape {
        name: name.to_owned(),
        about: text(schema, "description"),
        words: list(&schema["enum"]).filter_map(|word| word.as_str().map(str::to_owned)).collect(),
        variants,
    }
}

fn fields(schema: &Value) -> Vec<Field> {
    let required = |name: &str| list(&schema["required"]).any(|field| field == name);
    let fields = objects(&schema["properties"]).map(|(name, of)| Field {
        name: name.clone(),
        kind: kind(of),
        required: required(name),
        about: text(of, "description"),
    });
    fields.collect()
}

fn kind(schema: &Value) -> Kind {
    if let Some(name) = schema["$ref"].as_str().and_then(|to| to.rsplit('/').next()) {
        return Kind { words: name.to_owned(), shape: Some(name.to_owned()) };
    }
    if let Some(ways) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
        let ways: Vec<Kind> = ways.iter().map(kind).collect();
        let words: Vec<&str> = ways.iter().map(|way| way.words.as_str()).collect();
        return Kind { words: words.join(" or "), shape: ways.iter().find_map(|way| way.shape.clone()) };
    }
    let named = |kind: &Value| -> Option<Kind> {
        match kind.as_str()? {
            "array" => {
                let of = self::kind(&schema["items"]);
                Some(Kind { words: format!("list of {}", of.words), shape: of.shape })
            }
            "object" if !schema["additionalProperties"].is_null() => {
                let of = self::kind(&schema["additionalProperties"]);
                Some(Kind { words: format!("object of {}", of.words), shape: of.shape })
            }
            "string" if schema["enum"].is_array() => {
                let words: Vec<&str> = list(&schema["enum"]).filter_map(Value::as_str).collect();
                Some(Kind { words: words.join(" or "), shape: None })
            }
            "string" if schema["format"].is_string() => Some(Kind { words: text(schema, "format"), shape: None }),
            word => Some(Kind { words: word.to_owned(), shape: None }),
        }
    };
    let kinds: Vec<Kind> = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(named).collect(),
        kind => named(kind).into_iter().collect(),
    };
    let words: Vec<&str> = kinds.iter().map(|kind| kind.words.as_str()).collect();
    Kind { words: words.join(" or "), shape: kinds.iter().find_map(|kind| kind.shape.clone()) }
}

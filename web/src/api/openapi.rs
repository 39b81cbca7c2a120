//! The description of the API (OpenAPI 3.1), made from the calls themselves.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use model::care::problem::MEDIA_TYPE;
use model::error::Instead;
use serde_json::{Map, Value, json};
use utoipa::openapi::{InfoBuilder, OpenApi, OpenApiBuilder};

const ABOUT: &str = "Forums, consultations, ballots and debates of one node. Times are RFC 3339 in UTC. \
    A list is `{items, next}`: `next` is the cursor of the page that follows. Every refusal is a problem document \
    (RFC 9457) with a stable `code`. A write may carry an `Idempotency-Key`: sent again with the same key it changes \
    nothing and is answered the same, for a day.";

/// What stands above the calls.
pub(super) fn head() -> OpenApi {
    let info = InfoBuilder::new().title("Palabre").version(env!("CARGO_PKG_VERSION")).description(Some(ABOUT));
    OpenApiBuilder::new().info(info.build()).build()
}

/// The whole document: what all calls have in common is added to each.
pub(super) fn finish(document: OpenApi) -> Value {
    let mut document = serde_json::to_value(document).unwrap_or_default();
    document["info"]["license"] = json!({"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"});
    let paths = document["paths"].as_object_mut();
    for (path, item) in paths.into_iter().flatten() {
        for (method, call) in item.as_object_mut().into_iter().flatten() {
            complete(path, method, call);
        }
    }
    let components = &mut document["components"];
    components["securitySchemes"] = json!({"token": {
        "type": "http", "scheme": "bearer", "description": "A token, as `palabre token create` prints it.",
    }});
    components["parameters"] = json!({"IdempotencyKey": {
        "name": "Idempotency-Key", "in": "header", "required": false,
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    }});
    components["responses"] = json!({"Problem": {
        "description": "Why the call was not done.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }});
    components["schemas"]["Problem"] = problem();
    document
}

fn complete(path: &str, method: &str, call: &mut Value) {
    let words = path.trim_start_matches(super::ROOT).split(['/', '.']).filter(|word| !word.is_empty());
    let words: Vec<&str> = words.map(|word| word.trim_matches(['{', '}'])).collect();
    call["operationId"] = json!(format!("{method}_{}", words.join("_")));
    call["responses"]["default"] = json!({"$ref": "#/components/responses/Problem"});
    if method == "get" {
        call["responses"]["304"] =
            json!({"description": "What the request holds (If-None-Match) is still what stands."});
    }
    if method != "get"
        && let Some(call) = call.as_object_mut()
    {
        let parameters = call.entry("parameters").or_insert_with(|| json!([]));
        parameters
            .as_array_mut()
            .into_iter()
            .for_each(|p| p.push(json!({"$ref": "#/components/parameters/IdempotencyKey"})));
    }
    if call.get("security").is_none() {
        call["security"] = json!([{}, {"token": []}]);
    }
}

/// The shape of [`model::care::problem::Problem`].
fn problem() -> Value {
    let text = |about: &str| json!({"type": "string", "description": about});
    let wrong = json!({
        "type": "object", "required": ["field", "code", "detail"],
        "properties": {"field": text("Its name."), "code": text("A stable code."), "detail": text("How to mend it.")},
    });
    let mut properties = Map::new();
    properties.insert("status".into(), json!({"type": "integer", "description": "The HTTP status."}));
    properties.insert("title".into(), text("The words of that status."));
    properties.insert("code".into(), text("A stable code: what happened."));
    properties.insert("detail".into(), text("One sentence."));
    properties
        .insert("errors".into(), json!({"type": "array", "items": wrong, "description": "The fields that are wrong."}));
    let calls = Instead::ALL.iter().map(|call| call.as_str()).collect::<Vec<_>>();
    properties.insert(
        "instead".into(),
        json!({"type": "string", "enum": calls, "description": "With `locked`: the call to use instead."}),
    );
    json!({
        "type": "object", "description": "Why a call was not done (RFC 9457).",
        "required": ["status", "title", "code", "detail"], "properties": properties,
    })
}

/// The document as it is sent.
pub(super) fn text(document: &Value) -> Bytes {
    document.to_string().into()
}

/// `GET /api/v1/openapi.json`
pub(super) fn serve(text: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

#[cfg(test)]
mod tests {
    use model::care::problem::Problem;
    use model::error::{Error, Refusal};

    use super::*;

    #[test]
    fn the_shape_of_a_problem_is_the_problem() {
        let mut sent =
            serde_json::to_value(Problem::from(&Error::field("title", "required", "Fill this in."))).unwrap();
        let locked = serde_json::to_value(Problem::from(&Error::from(Refusal::Locked(Instead::Extend)))).unwrap();
        assert_eq!(locked["instead"], "extend");
        sent["instead"] = locked["instead"].clone();
        let described = problem();
        let names =
            |value: &Value| value.as_object().unwrap().keys().cloned().collect::<std::collections::BTreeSet<_>>();
        assert_eq!(names(&sent), names(&described["properties"]));
        assert_eq!(names(&sent["errors"][0]), names(&described["properties"]["errors"]["items"]["properties"]));
    }
}

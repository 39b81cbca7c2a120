//! The JSON API of a node, as a program uses it.

use reqwest::{Client, Method, StatusCode};
use serde_json::Value;

/// Calls `/api/v1` of one node, with or without a token.
#[derive(Clone)]
pub struct Api {
    client: Client,
    base: String,
    token: Option<String>,
}

/// What a call brought back.
#[derive(Debug)]
pub struct Answer {
    /// The request, for messages.
    pub asked: String,
    /// The status.
    pub status: StatusCode,
    /// The media type, without parameters.
    pub content_type: String,
    /// The body as it came.
    pub text: String,
}

impl Api {
    /// `base` is the node's root, as `http://a.test`.
    pub fn new(client: Client, base: String, token: Option<String>) -> Self {
        Self { client, base, token }
    }

    /// The same node without a token.
    pub fn anonymous(&self) -> Self {
        Self { token: None, ..self.clone() }
    }

    /// `GET /api/v1{path}`
    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    /// `POST /api/v1{path}`
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(body.to_string())).await
    }

    /// `PUT /api/v1{path}`
    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, path, Some(body.to_string())).await
    }

    /// `PATCH /api/v1{path}`
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PATCH, path, Some(body.to_string())).await
    }

    /// `DELETE /api/v1{path}`
    pub async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, None).await
    }

    /// The same caller at another process of the node.
    pub fn at(&self, host: &str) -> Self {
        Self { base: format!("http://{host}"), ..self.clone() }
    }

    /// A call to a node that may be killed meanwhile: `None` if no answer came.
    pub async fn attempt(&self, method: Method, path: &str, body: Option<Value>) -> Option<StatusCode> {
        let sent = self.request(method, path, body.map(|body| body.to_string())).send().await.ok()?;
        let status = sent.status();
        // Only a whole answer is one.
        sent.bytes().await.ok()?;
        Some(status)
    }

    /// Any call, with any bytes said to be JSON.
    pub async fn call(&self, method: Method, path: &str, body: Option<String>) -> Answer {
        let asked = format!("{method} {path}");
        Answer::of(asked, self.request(method, path, body)).await
    }

    fn request(&self, method: Method, path: &str, body: Option<String>) -> reqwest::RequestBuilder {
        let mut request = self.client.request(method, format!("{}/api/v1{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        request
    }
}

impl Answer {
    /// Sends `request` and reads the whole answer. Panics if none comes.
    pub async fn of(asked: String, request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.unwrap_or_else(|error| panic!("{asked}: {error:?}"));
        let status = response.status();
        let media = response.headers().get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let content_type = media.split(';').next().unwrap_or_default().trim().to_owned();
        let text = response.text().await.unwrap_or_else(|error| panic!("{asked}: {error:?}"));
        Self { asked, status, content_type, text }
    }

    /// The body of a call that went well with exactly this status; null where it has none.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}: {}", self.asked, self.text);
        if self.text.is_empty() { Value::Null } else { self.json() }
    }

    /// Asserts a refusal: this status, RFC 9457 problem+json, this stable code. Returns the problem.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}: {}", self.asked, self.text);
        assert_eq!(self.content_type, "application/problem+json", "{}", self.asked);
        let problem = self.json();
        assert_eq!(problem["code"], code, "{}: {}", self.asked, self.text);
        problem
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{}: {error}: {}", self.asked, self.text))
    }
}

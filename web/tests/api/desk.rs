//! A node with its API, and somebody who calls it.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use model::care::problem::MEDIA_TYPE;
use model::count::sequence;
use model::people::account::Account;
use model::people::token;
use model::testing::World;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use web::{App, Settings};

/// A node with its API.
pub struct Desk {
    pub world: World,
    router: Router,
}

/// Somebody who calls, with a token or without.
#[derive(Clone)]
pub struct Caller {
    router: Router,
    token: Option<String>,
}

/// What a call brought back.
#[derive(Debug)]
pub struct Answer {
    pub asked: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Desk {
    pub fn of(world: World) -> Self {
        Self::with(world, Settings::default())
    }

    /// A node that finds forums of others in this way.
    pub fn linked(world: World, find: web::Resolve) -> Self {
        let app = App::new(world.store.clone(), world.clock.clone(), Settings::default()).with_resolve(find);
        Self { router: web::router(app), world }
    }

    /// A node whose app was made otherwise.
    pub fn at(world: World, app: App) -> Self {
        Self { router: web::router(app), world }
    }

    pub fn with(world: World, settings: Settings) -> Self {
        let app = App::new(world.store.clone(), world.clock.clone(), settings);
        Self { router: web::router(app), world }
    }

    /// Nobody in particular.
    pub fn anyone(&self) -> Caller {
        Caller { router: self.router.clone(), token: None }
    }

    /// The caller with a new token of this account.
    pub async fn as_account(&self, account: &Account) -> Caller {
        let mut tx = self.world.store.begin().await.unwrap();
        let token = token::create(&mut tx, self.world.now(), account, None).await.unwrap();
        tx.commit().await.unwrap();
        self.anyone().with_token(&token)
    }

    pub async fn admin(&self) -> Caller {
        self.as_account(&self.world.admin.clone()).await
    }

    /// A participant with this name.
    pub async fn person(&self, name: &str) -> Caller {
        let account = self.world.account(name).await;
        self.as_account(&account).await
    }

    /// Counts the ballots that wait.
    pub async fn counts(&self) {
        sequence::sweep(&self.world.store, self.world.now(), Duration::ZERO).await.unwrap();
    }

    /// A published consultation in a new forum: its slug.
    pub async fn asks(&self, forum: &str, visibility: &str, body: Value) -> String {
        let admin = self.admin().await;
        let new = json!({"slug": forum, "title": "Mobilité", "visibility": visibility, "language": "fr"});
        admin.post("/forums", new).await.is(201);
        let slug = self.drafts(&admin, forum, body).await;
        admin.post(&format!("/consultations/{slug}/publish"), json!({})).await.is(200);
        slug
    }

    /// A draft: its slug.
    pub async fn drafts(&self, by: &Caller, forum: &str, body: Value) -> String {
        let made = by.post(&format!("/forums/{forum}/consultations"), body).await.is(201);
        assert_eq!(made["state"], "draft");
        made["slug"].as_str().unwrap().to_owned()
    }

    /// A draft of a vote that closes in a week.
    pub fn draft(&self) -> Value {
        let closes_at = self.world.now().plus(Duration::from_secs(7 * 86_400)).to_string();
        json!({
            "title": "Fermer la place ?", "text": "La place **devient** piétonne.",
            "method": {"kind": "vote"}, "closes_at": closes_at,
        })
    }

    /// That draft with one field otherwise.
    pub fn draft_with(&self, field: &str, value: Value) -> Value {
        let mut draft = self.draft();
        draft[field] = value;
        draft
    }
}

impl Caller {
    pub fn with_token(self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, String::new(), &[]).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, body.to_string(), &[]).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, path, body.to_string(), &[]).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PATCH, path, body.to_string(), &[]).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, String::new(), &[]).await
    }

    /// `/api/v1{path}`
    pub async fn call(&self, method: Method, path: &str, body: String, headers: &[(&str, &str)]) -> Answer {
        self.raw(method, &format!("/api/v1{path}"), body, headers).await
    }

    pub async fn raw(&self, method: Method, path: &str, body: String, headers: &[(&str, &str)]) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.sends(request.body(Body::from(body)).unwrap()).await
    }

    /// Any request, with the token.
    pub async fn sends(&self, mut request: Request<Body>) -> Answer {
        let asked = format!("{} {}", request.method(), request.uri());
        if let Some(token) = &self.token {
            request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = String::from_utf8_lossy(&body.collect().await.unwrap().to_bytes()).into_owned();
        Answer { asked, status: parts.status, headers: parts.headers, text }
    }
}

impl Answer {
    /// The document of an answer with this status; null if it has none.
    #[track_caller]
    pub fn is(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}: {}", self.asked, self.text);
        if self.text.is_empty() { Value::Null } else { serde_json::from_str(&self.text).unwrap() }
    }

    /// The problem of a refusal with this status and code.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        let media = self.headers.get("content-type").cloned();
        let asked = self.asked.clone();
        let problem = self.is(status);
        assert_eq!(media.unwrap(), MEDIA_TYPE, "{asked}");
        assert_eq!((&problem["code"], &problem["status"]), (&json!(code), &json!(status)), "{asked}: {problem}");
        assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{asked}: {problem}");
        problem
    }
}

/// The `items` of a list.
#[track_caller]
pub fn items(list: &Value) -> &[Value] {
    list["items"].as_array().unwrap_or_else(|| panic!("no list: {list}"))
}

/// Every item of a list, two by two.
pub async fn all(who: &Caller, path: &str) -> Vec<Value> {
    let join = if path.contains('?') { '&' } else { '?' };
    let (mut all, mut next) = (Vec::new(), String::new());
    loop {
        let page = who.get(&format!("{path}{join}limit=2{next}")).await.is(200);
        assert!((1..=2).contains(&items(&page).len()) || all.is_empty(), "{page}");
        all.extend_from_slice(items(&page));
        match page["next"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => return all,
        }
    }
}

/// The words that a list has in that field.
pub fn words<'a>(list: &'a [Value], field: &str) -> Vec<&'a str> {
    list.iter().map(|item| item[field].as_str().unwrap()).collect()
}

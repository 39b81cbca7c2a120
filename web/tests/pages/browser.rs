//! A browser that follows no link by itself: it sends forms, keeps cookies and reads pages.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use model::care::mail;
use model::testing::{PASSWORD, World};
use tower::ServiceExt as _;
use url::form_urlencoded::Serializer;
use web::{App, Settings};

/// What came back.
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub html: String,
}

impl Page {
    /// Where the answer leads.
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).expect("a redirect").to_str().expect("an address")
    }

    pub fn has(&self, words: &str) -> bool {
        self.html.contains(words)
    }

    pub fn title(&self) -> &str {
        self.html.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).expect("a title")
    }
}

/// A visitor with cookies and an address of their own.
pub struct Browser {
    router: Router,
    cookies: Vec<(String, String)>,
    from: [u8; 4],
    language: &'static str,
}

pub fn app(world: &World) -> App {
    App::new(world.store.clone(), world.clock.clone(), Settings::default())
}

impl Browser {
    /// A visitor of a site of its own process.
    pub fn of(world: &World) -> Self {
        Self::at(&app(world))
    }

    /// A visitor of this site.
    pub fn at(app: &App) -> Self {
        Self { router: web::router(app.clone()), cookies: Vec::new(), from: [203, 0, 113, 7], language: "en" }
    }

    pub fn from(mut self, from: [u8; 4]) -> Self {
        self.from = from;
        self
    }

    pub fn reading(mut self, language: &'static str) -> Self {
        self.language = language;
        self
    }

    /// Whoever has the password of the tests.
    pub async fn signed_in(world: &World, name: &str) -> Self {
        let mut browser = Self::of(world);
        let page = browser.post("/login", &[("who", name), ("password", PASSWORD)]).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.html);
        browser
    }

    pub async fn get(&mut self, path: &str) -> Page {
        self.send(Request::get(path).body(Body::empty()).expect("a request")).await
    }

    /// The status, headers and octets of something that is no page.
    pub async fn get_bytes(&mut self, path: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
        let mut request = Request::get(path).body(Body::empty()).expect("a request");
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((self.from, 4000))));
        let (parts, body) = self.router.clone().oneshot(request).await.expect("an answer").into_parts();
        (parts.status, parts.headers, body.collect().await.expect("a body").to_bytes().to_vec())
    }

    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Page {
        let body = Serializer::new(String::new()).extend_pairs(form).finish();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        self.send(request.body(Body::from(body)).expect("a request")).await
    }

    /// Sends a form with one file.
    pub async fn upload(&mut self, path: &str, form: &[(&str, &str)], (field, octets): (&str, &[u8])) -> Page {
        const BOUNDARY: &str = "a-boundary-that-nothing-holds";
        let mut body = Vec::new();
        for (name, value) in form {
            let part = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(part.into_bytes());
        }
        let head = format!("Content-Disposition: form-data; name=\"{field}\"; filename=\"a\"");
        body.extend(format!("--{BOUNDARY}\r\n{head}\r\nContent-Type: application/octet-stream\r\n\r\n").into_bytes());
        body.extend_from_slice(octets);
        body.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
            .header("sec-fetch-site", "same-origin");
        self.send(request.body(Body::from(body)).expect("a request")).await
    }

    pub async fn send(&mut self, mut request: Request<Body>) -> Page {
        let jar: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !jar.is_empty() {
            request.headers_mut().insert(header::COOKIE, jar.join("; ").parse().expect("cookies"));
        }
        request.headers_mut().entry(header::ACCEPT_LANGUAGE).or_insert(self.language.parse().expect("a language"));
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from((self.from, 4000))));
        let (parts, body) = self.router.clone().oneshot(request).await.expect("an answer").into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            self.keep(cookie.to_str().expect("a cookie"));
        }
        let html = String::from_utf8(body.collect().await.expect("a body").to_bytes().to_vec()).expect("text");
        Page { status: parts.status, headers: parts.headers, html }
    }

    fn keep(&mut self, cookie: &str) {
        let (name, rest) = cookie.split_once('=').expect("a cookie");
        let value = rest.split(';').next().unwrap_or_default();
        self.cookies.retain(|(held, _)| held != name);
        if !value.is_empty() && !cookie.contains("Max-Age=0") {
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
    }

    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.iter().find(|(held, _)| held == name).map(|(_, value)| value.as_str())
    }
}

/// The path and query of the link in the latest mail to an address.
pub async fn mailed(world: &World, to: &str) -> String {
    let mails = mail::latest(&mut world.store.conn().await.expect("a connection"), Some(to), 1).await.expect("mails");
    let mail = mails.first().expect("a mail");
    let link = mail.body.split_whitespace().find(|word| word.starts_with("https://")).expect("a link");
    link.trim_start_matches("https://a.test").to_owned()
}

/// A form field of the query of a path.
pub fn asked(path: &str, name: &str) -> String {
    let url = url::Url::parse(&format!("https://a.test{path}")).expect("a path");
    url.query_pairs().find(|(held, _)| held == name).expect("a field").1.into_owned()
}

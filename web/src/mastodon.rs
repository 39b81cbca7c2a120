//! Signing in with an account of another server, by the API that Mastodon brought and others speak: register, authorize, token,
//! `verify_credentials`. What the token says is only a name: whose it is, WebFinger and the actor say, both ways.
//!
//! The token is used once and given back; nothing of it is kept.

use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, Request, Response, StatusCode};
use model::address::Address;
use model::error::{Error, Refusal};
use model::id::Id;
use model::people::account::Account;
use model::people::actor::Remote;
use model::people::registration::{self, Registration};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use url::Url;
use url::form_urlencoded::Serializer;

use crate::app::App;
use crate::journey::{self, Returned};

/// Where a server sends people back to.
pub(crate) const RETURN: &str = "login/fediverse/return";
/// Enough for `verify_credentials`, and for nothing else.
const SCOPE: &str = "read:accounts";
/// How long what a server calls us, or gives us, may be. Octets.
const LONGEST: usize = 4_096;
/// How we call ourselves there, in characters.
const NAME_LONGEST: usize = 60;

/// What the session keeps of a journey.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Journey {
    /// The server.
    base: Url,
    host: String,
    #[serde(flatten)]
    pub(crate) way: journey::Journey,
}

#[derive(Deserialize)]
struct Called {
    client_id: String,
    client_secret: String,
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

/// Who the token belongs to, as its server says.
#[derive(Deserialize)]
struct Credentials {
    username: String,
    uri: Option<String>,
}

/// Begins a journey to the server of `handle`: where to send the person, and what to keep meanwhile.
///
/// # Errors
/// Those of the network; [`Refusal::NoSignIn`].
pub(crate) async fn set_out(
    app: &App,
    here: &Address,
    name: &str,
    handle: &str,
    next: String,
    link: Option<Id<Account>>,
) -> Result<(Url, Journey), Error> {
    let person = recognise(app, handle).await?;
    let base = Url::parse(&person.uri).and_then(|uri| uri.join("/")).map_err(|_| Refusal::NotReachable)?;
    let known = registered(app, here, name, &base, &person.host).await?;
    let (way, challenge) = journey::Journey::begin(app.now(), next, link);
    let mut to = base.join("/oauth/authorize").map_err(|_| Refusal::NotReachable)?;
    to.query_pairs_mut().extend_pairs([
        ("response_type", "code"),
        ("client_id", known.client_id.as_str()),
        ("redirect_uri", known.redirect.as_str()),
        ("scope", SCOPE),
        ("state", way.state()),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ]);
    Ok((to, Journey { base, host: person.host, way }))
}

async fn recognise(app: &App, handle: &str) -> Result<Remote, Error> {
    let recognise = app.recognise.as_ref().ok_or(Refusal::FederationOff)?;
    recognise(handle.to_owned()).await
}

/// What the server calls us; it is asked once.
async fn registered(app: &App, here: &Address, name: &str, base: &Url, host: &str) -> Result<Registration, Error> {
    let redirect = here.path(RETURN);
    if let Some(known) = registration::find(&mut app.store.conn().await?, host, &redirect).await? {
        return Ok(known);
    }
    let (name, website): (String, String) = (name.chars().take(NAME_LONGEST).collect(), here.node());
    let form = [
        ("client_name", name.as_str()),
        ("redirect_uris", redirect.as_str()),
        ("scopes", SCOPE),
        ("website", website.as_str()),
    ];
    let answer = app.post(base, "/api/v1/apps", &form).await?;
    let called: Called = read(&answer).ok_or(Refusal::NoSignIn)?;
    if called.client_id.len().max(called.client_secret.len()) > LONGEST {
        return Err(Refusal::NoSignIn.into());
    }
    let Called { client_id, client_secret } = called;
    let known = Registration { host: host.to_owned(), redirect, client_id, client_secret, created_at: app.now() };
    let mut tx = app.store.begin().await?;
    registration::keep(&mut tx, &known).await?;
    tx.commit().await?;
    Ok(known)
}

fn read<T: DeserializeOwned>(answer: &Response<Vec<u8>>) -> Option<T> {
    let fine = matches!(answer.status(), StatusCode::OK | StatusCode::CREATED);
    fine.then(|| serde_json::from_slice(answer.body()).ok()).flatten()
}

impl Journey {
    /// Ends it: who this is, as their own server describes them.
    ///
    /// # Errors
    /// [`Refusal::ProviderFailed`]; those of the network.
    pub(crate) async fn end(self, app: &App, here: &Address, with: Returned) -> Result<Remote, Error> {
        let issuer = self.base.as_str();
        let code = self.way.code(app.now(), issuer, with).map_err(|why| self.failed(&why.to_string()))?;
        let known = registration::find(&mut app.store.conn().await?, &self.host, &here.path(RETURN)).await?;
        let known = known.ok_or_else(|| self.failed("it does not know us any more"))?;
        let token = self.token(app, &known, &code).await?;
        let who = self.credentials(app, &token).await;
        self.give_back(app, &known, &token).await;
        let who = who?;
        let person = recognise(app, &format!("@{}@{}", who.username, self.host)).await?;
        let same = person.host == self.host
            && person.name.eq_ignore_ascii_case(&who.username)
            && who.uri.is_none_or(|uri| uri == person.uri);
        if same { Ok(person) } else { Err(self.failed("its actor is another, or lies elsewhere")) }
    }

    async fn token(&self, app: &App, known: &Registration, code: &str) -> Result<String, Error> {
        let verifier = self.way.verifier();
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("client_id", known.client_id.as_str()),
            ("client_secret", known.client_secret.as_str()),
            ("redirect_uri", known.redirect.as_str()),
            ("scope", SCOPE),
            ("code_verifier", verifier.secret().as_str()),
        ];
        let answer = app.post(&self.base, "/oauth/token", &form).await?;
        if answer.status() == StatusCode::UNAUTHORIZED {
            // it has forgotten us: the next journey registers anew
            let mut tx = app.store.begin().await?;
            registration::forget(&mut tx, &self.host).await?;
            tx.commit().await?;
        }
        let token: Token = read(&answer).ok_or_else(|| self.failed("it gives no token"))?;
        if token.access_token.len() <= LONGEST { Ok(token.access_token) } else { Err(self.failed("a token too long")) }
    }

    async fn credentials(&self, app: &App, token: &str) -> Result<Credentials, Error> {
        let url = self.base.join("/api/v1/accounts/verify_credentials").map_err(Error::store)?;
        let request = Request::get(url.as_str()).header(AUTHORIZATION, format!("Bearer {token}"));
        let request = request.body(Vec::new()).map_err(|_| self.failed("its token is none"))?;
        read(&app.ask(request).await?).ok_or_else(|| self.failed("it does not say who this is"))
    }

    /// The token has told what it was asked for. A server that will not take it back has it end by itself.
    async fn give_back(&self, app: &App, known: &Registration, token: &str) {
        let form = [
            ("client_id", known.client_id.as_str()),
            ("client_secret", known.client_secret.as_str()),
            ("token", token),
        ];
        if let Err(error) = app.post(&self.base, "/oauth/revoke", &form).await {
            tracing::info!(host = self.host, %error, "a token could not be given back");
        }
    }

    /// Notes in the log why a journey ends in vain; the person learns that it does.
    fn failed(&self, why: &str) -> Error {
        tracing::warn!(host = self.host, why, "no sign-in with an account elsewhere");
        Refusal::ProviderFailed.into()
    }
}

impl App {
    async fn ask(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, Error> {
        let exchange = self.exchange.as_ref().ok_or(Refusal::FederationOff)?;
        exchange(request).await
    }

    async fn post(&self, base: &Url, path: &str, form: &[(&str, &str)]) -> Result<Response<Vec<u8>>, Error> {
        let url = base.join(path).map_err(Error::store)?;
        let body = Serializer::new(String::new()).extend_pairs(form).finish();
        let request = Request::builder().method(Method::POST).uri(url.as_str());
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body.into_bytes());
        self.ask(request.map_err(Error::store)?).await
    }
}

//! OpenID Connect providers: the journey of a sign-in to one and back (OpenID Connect Core 1.0, section 3.1; PKCE, RFC
//! 7636). What a provider's word is worth here, `model` decides.
//!
//! Nothing of a provider is kept between two journeys: its addresses and keys are asked for each time, so that keys it
//! changes are known at once.

use std::fmt;

use model::address::Address;
use model::error::{Error, Refusal};
use model::id::Id;
use model::people::account::Account;
use model::people::identity::{Mapping, Vouched};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreClientAuthMethod, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreResponseType,
    CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AccessTokenHash, AdditionalClaims, AuthType, AuthenticationFlow, AuthorizationCode, Client, ClientId, ClientSecret,
    CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, IdTokenFields,
    IssuerUrl, JsonWebKey, JwsSigningAlgorithm, Nonce, OAuth2TokenResponse, RedirectUrl, Scope, StandardErrorResponse,
    StandardTokenResponse, SubjectIdentifier, TokenResponse, UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use crate::app::{App, Reply};
use crate::journey::{self, Returned};

/// Where a provider sends people back to.
pub(crate) const RETURN: &str = "login/oidc/return";

/// A provider with which people may sign in.
#[derive(Clone)]
pub struct Provider {
    /// Its address, as it writes it itself.
    pub issuer: String,
    /// What it calls us.
    pub client_id: String,
    /// What it knows us by.
    pub client_secret: String,
    /// What is asked for beside `openid`.
    pub scopes: Vec<String>,
    /// Its name, and what its claims lead to.
    pub mapping: Mapping,
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("issuer", &self.issuer).field("mapping", &self.mapping).finish_non_exhaustive()
    }
}

/// What the session keeps of a journey.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Journey {
    /// The provider's name.
    pub(crate) provider: String,
    nonce: String,
    #[serde(flatten)]
    pub(crate) way: journey::Journey,
}

/// Claims that the standard does not name.
#[derive(Debug, Serialize, Deserialize)]
struct Others(Map<String, Value>);

impl AdditionalClaims for Others {}

type Fields = IdTokenFields<
    Others,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
type Tokens = StandardTokenResponse<Fields, CoreTokenType>;
type Party = Client<
    Others,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// The provider of that name.
///
/// # Errors
/// [`Error::NotFound`].
pub(crate) fn named<'a>(app: &'a App, name: &str) -> Result<&'a Provider, Error> {
    app.settings.providers.iter().find(|provider| provider.mapping.provider == name).ok_or(Error::NotFound)
}

/// Begins a journey: where to send the person, and what to keep meanwhile.
///
/// # Errors
/// [`Refusal::ProviderFailed`].
pub(crate) async fn set_out(
    app: &App,
    here: &Address,
    provider: &Provider,
    next: String,
    link: Option<Id<Account>>,
) -> Result<(Url, Journey), Error> {
    let party = provider.party(app, here).await?;
    let (way, challenge) = journey::Journey::begin(app.now(), next, link);
    let state = way.state().to_owned();
    let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
    let request = party.authorize_url(flow, || CsrfToken::new(state), Nonce::new_random).set_pkce_challenge(challenge);
    let (to, _, nonce) = request.add_scopes(provider.scopes.iter().cloned().map(Scope::new)).url();
    let journey = Journey { provider: provider.mapping.provider.clone(), nonce: nonce.secret().clone(), way };
    Ok((to, journey))
}

impl Journey {
    /// Ends it: what the provider vouches for, once its signature and all that binds it to this browser is checked.
    ///
    /// # Errors
    /// [`Refusal::ProviderFailed`].
    pub(crate) async fn end(self, app: &App, here: &Address, with: Returned) -> Result<Vouched, Error> {
        let provider = named(app, &self.provider)?;
        let code = self.way.code(app.now(), &provider.issuer, with).map_err(|why| provider.failed(&why))?;
        let party = provider.party(app, here).await?;
        let http = app.http()?;
        let request = party.exchange_code(AuthorizationCode::new(code)).map_err(|why| provider.failed(&why))?;
        let request = request.set_pkce_verifier(self.way.verifier());
        let tokens = request.request_async(&http).await.map_err(|why| provider.failed(&why))?;
        let (subject, mut claims) =
            provider.checked(&party, &tokens, &Nonce::new(self.nonce)).map_err(|why| provider.failed(&why))?;
        if party.user_info_url().is_some() {
            let request = party.user_info(tokens.access_token().clone(), Some(subject.clone()));
            let request = request.map_err(|why| provider.failed(&why))?;
            let more: UserInfoClaims<Others, CoreGenderClaim> =
                request.request_async(&http).await.map_err(|why| provider.failed(&why))?;
            claims.extend(map(&more).map_err(|why| provider.failed(&why))?);
        }
        provider.mapping.read(&provider.issuer, &subject, &claims)
    }
}

/// Why a journey ends in vain, for the log.
#[derive(Debug, thiserror::Error)]
enum Why {
    #[error("it gives no ID token")]
    NoToken,
    #[error("the ID token belongs to another access token")]
    OtherToken,
    #[error(transparent)]
    Claims(#[from] openidconnect::ClaimsVerificationError),
    #[error(transparent)]
    Signing(#[from] openidconnect::SigningError),
    #[error(transparent)]
    Signature(#[from] openidconnect::SignatureVerificationError),
    #[error(transparent)]
    Shape(#[from] serde_json::Error),
}

fn map(claims: &impl Serialize) -> Result<Map<String, Value>, serde_json::Error> {
    serde_json::from_value(serde_json::to_value(claims)?)
}

impl Provider {
    /// Whom an ID token is about, and what it says: signed by this provider, for us, for this journey, and not over.
    fn checked(
        &self,
        party: &Party,
        tokens: &Tokens,
        nonce: &Nonce,
    ) -> Result<(SubjectIdentifier, Map<String, Value>), Why> {
        let token = tokens.id_token().ok_or(Why::NoToken)?;
        let verifier = party.id_token_verifier();
        let claims = token.claims(&verifier, nonce)?;
        if let Some(expected) = claims.access_token_hash() {
            let algorithm = token.signing_alg()?;
            let key = match algorithm.uses_shared_secret() {
                true => CoreJsonWebKey::new_symmetric(self.client_secret.clone().into_bytes()),
                false => token.signing_key(&verifier)?.clone(),
            };
            if AccessTokenHash::from_token(tokens.access_token(), algorithm, &key)? != *expected {
                return Err(Why::OtherToken);
            }
        }
        Ok((claims.subject().clone(), map(claims)?))
    }

    /// The provider as it describes itself now, and us to it.
    async fn party(&self, app: &App, here: &Address) -> Result<Party, Error> {
        let http = app.http()?;
        let issuer = IssuerUrl::new(self.issuer.clone()).map_err(|why| self.failed(&why))?;
        let described = CoreProviderMetadata::discover_async(issuer, &http).await.map_err(|why| self.failed(&why))?;
        let ways = described.token_endpoint_auth_methods_supported().cloned().unwrap_or_default();
        let in_body = ways.contains(&CoreClientAuthMethod::ClientSecretPost)
            && !ways.contains(&CoreClientAuthMethod::ClientSecretBasic);
        let (id, secret) = (ClientId::new(self.client_id.clone()), ClientSecret::new(self.client_secret.clone()));
        let back = RedirectUrl::new(here.path(RETURN)).map_err(|why| self.failed(&why))?;
        let party = Party::from_provider_metadata(described, id, Some(secret)).set_redirect_uri(back);
        Ok(party.set_auth_type(if in_body { AuthType::RequestBody } else { AuthType::BasicAuth }))
    }

    /// Notes in the log why a journey ends in vain; the person learns that it does.
    fn failed(&self, why: &dyn std::error::Error) -> Error {
        let mut said = why.to_string();
        let mut cause = why.source();
        while let Some(next) = cause {
            said = format!("{said}: {next}");
            cause = next.source();
        }
        tracing::warn!(provider = self.mapping.provider, why = said, "no sign-in with a provider");
        Refusal::ProviderFailed.into()
    }
}

impl App {
    /// The way to providers, in the shape that the library asks for.
    fn http(&self) -> Result<impl Fn(HttpRequest) -> Reply + use<>, Error> {
        let exchange = self.exchange.clone().ok_or_else(|| Error::store("this node was given no way to providers"))?;
        Ok(move |request: HttpRequest| exchange(request))
    }
}

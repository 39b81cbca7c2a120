//! What a provider's claims lead to here, as the configuration says.

use serde_json::{Map, Value};

use super::Vouched;
use crate::count::electorate::Tier;
use crate::error::{Refusal, Result};
use crate::people::account::is_email;
use crate::people::name;

/// The longest subject (OpenID Connect Core 1.0, section 2), in octets.
const SUBJECT_LONGEST: usize = 255;
/// What a configuration names a claim inside an object by: `realm_access.roles`.
const STEP: char = '.';

/// What the claims of one provider lead to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The provider's name in the configuration.
    pub provider: String,
    /// The tier of everybody for whom it vouches.
    pub tier: Tier,
    /// The claim that identifies a person on lists of identifiers.
    pub identifier: Option<String>,
    /// What single claims lead to besides.
    pub rules: Vec<Rule>,
}

/// What a claim leads to that holds a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The claim.
    pub claim: String,
    /// What it says, or one of the things that it says.
    pub value: String,
    /// The tier that this leads to, where it is better than the provider's.
    pub tier: Option<Tier>,
    /// The list, by name, on which this puts a person.
    pub list: Option<String>,
}

impl Mapping {
    /// Reads claims whose signature is checked. An address is believed only where the provider says that it has verified
    /// it.
    ///
    /// # Errors
    /// [`Refusal::ProviderFailed`] when `subject` is none.
    pub fn read(&self, issuer: &str, subject: &str, claims: &Map<String, Value>) -> Result<Vouched> {
        if subject.is_empty() || subject.len() > SUBJECT_LONGEST {
            return Err(Refusal::ProviderFailed.into());
        }
        let met: Vec<&Rule> = self.rules.iter().filter(|rule| rule.holds(claims)).collect();
        let raised = met.iter().any(|rule| rule.tier == Some(Tier::Member));
        let mut lists: Vec<String> = met.iter().filter_map(|rule| rule.list.clone()).collect();
        lists.sort_unstable();
        lists.dedup();
        Ok(Vouched {
            provider: self.provider.clone(),
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
            tier: if raised { Tier::Member } else { self.tier },
            lists,
            identifier: self.identifier.as_deref().and_then(|claim| said(claims, claim)).and_then(plain),
            email: address(claims),
            name: suggestion(claims),
        })
    }
}

impl Rule {
    fn holds(&self, claims: &Map<String, Value>) -> bool {
        let is = |said: &Value| plain(said).is_some_and(|said| said == self.value);
        match said(claims, &self.claim) {
            Some(Value::Array(all)) => all.iter().any(is),
            Some(one) => is(one),
            None => false,
        }
    }
}

/// What a claim says, by its name, or by the way to it through objects.
fn said<'a>(claims: &'a Map<String, Value>, claim: &str) -> Option<&'a Value> {
    claims.get(claim).or_else(|| {
        let (first, rest) = claim.split_once(STEP)?;
        said(claims.get(first)?.as_object()?, rest)
    })
}

/// A text, a number or a yes or no, as it is written in a configuration.
fn plain(said: &Value) -> Option<String> {
    match said {
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Number(_) | Value::Bool(_) => Some(said.to_string()),
        _ => None,
    }
}

fn address(claims: &Map<String, Value>) -> Option<String> {
    // Some providers write the word.
    let verified = claims.get("email_verified").and_then(plain).is_some_and(|said| said == "true");
    let email = claims.get("email").and_then(Value::as_str)?.trim().to_lowercase();
    (verified && is_email(&email)).then_some(email)
}

/// A name to begin with: what the person is called there, as far as a name here can hold it.
fn suggestion(claims: &Map<String, Value>) -> String {
    let called = ["preferred_username", "nickname"].iter().find_map(|claim| claims.get(*claim)?.as_str());
    let called = called.unwrap_or_default().split('@').next().unwrap_or_default().to_lowercase();
    let fine: String = called.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(name::LONGEST).collect();
    fine
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mapping() -> Mapping {
        let rule = |claim: &str, value: &str, tier, list: Option<&str>| Rule {
            claim: claim.into(),
            value: value.into(),
            tier,
            list: list.map(str::to_owned),
        };
        Mapping {
            provider: "Town".into(),
            tier: Tier::Open,
            identifier: Some("card".into()),
            rules: vec![
                rule("groups", "residents", Some(Tier::Member), None),
                rule("groups", "staff", None, Some("agents")),
                rule("realm.roles", "staff", None, Some("agents")),
                rule("resident", "true", Some(Tier::Member), Some("roll")),
                rule("groups", "guests", Some(Tier::Open), None),
            ],
        }
    }

    fn read(claims: Value) -> Vouched {
        mapping().read("https://id.test", "7", claims.as_object().expect("an object")).expect("fine")
    }

    #[test]
    fn claims_lead_to_tiers_and_lists() {
        for (claims, tier, lists) in [
            (json!({}), Tier::Open, vec![]),
            (json!({"groups": ["residents"]}), Tier::Member, vec![]),
            (json!({"groups": "residents"}), Tier::Member, vec![]),
            (json!({"groups": "non-residents"}), Tier::Open, vec![]),
            (json!({"groups": ["guests", "residents"]}), Tier::Member, vec![]),
            (json!({"groups": ["staff"], "realm": {"roles": ["staff"]}}), Tier::Open, vec!["agents"]),
            (json!({"realm": {"roles": ["staff"]}}), Tier::Open, vec!["agents"]),
            (json!({"realm.roles": "staff"}), Tier::Open, vec!["agents"]),
            (json!({"resident": true}), Tier::Member, vec!["roll"]),
            (json!({"groups": {"residents": true}}), Tier::Open, vec![]),
        ] {
            let vouched = read(claims.clone());
            assert_eq!(
                (vouched.tier, vouched.lists),
                (tier, lists.into_iter().map(str::to_owned).collect()),
                "{claims}"
            );
        }
    }

    #[test]
    fn an_address_counts_where_it_is_verified_and_a_name_is_suggested() {
        for (claims, email) in [
            (json!({"email": " Ana@Mail.example ", "email_verified": true}), Some("ana@mail.example")),
            (json!({"email": "ana@mail.example", "email_verified": "true"}), Some("ana@mail.example")),
            (json!({"email": "ana@mail.example", "email_verified": false}), None),
            (json!({"email": "ana@mail.example"}), None),
            (json!({"email": "nothing", "email_verified": true}), None),
        ] {
            assert_eq!(read(claims.clone()).email.as_deref(), email, "{claims}");
        }
        assert_eq!(read(json!({"card": 1001})).identifier.as_deref(), Some("1001"));
        assert_eq!(read(json!({"card": ["1001"]})).identifier, None);
        assert_eq!(read(json!({"preferred_username": "Ana.Lopez@town.example"})).name, "analopez");
        assert_eq!(read(json!({"nickname": "Ñandú"})).name, "and");
        assert_eq!(read(json!({})).name, "");
    }

    #[test]
    fn a_subject_is_bounded() {
        let none = Map::new();
        for subject in ["", &"x".repeat(256)] {
            assert!(mapping().read("https://id.test", subject, &none).is_err());
        }
    }
}

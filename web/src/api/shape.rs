//! Shapes that several calls share, and the words of the model as the description of the API lists them.

use std::borrow::Cow;

use model::address::Address;
use model::care::{notice, page, preference, report, settings};
use model::count::audit;
use model::count::electorate;
use model::count::method::{self, Method};
use model::count::tally;
use model::count::witness;
use model::data::search;
use model::debate::{attachment, attribute, change, comment, consultation, forum, membership};
use model::network::{copy, delivery, envoy, follow, mirror, peer, proposal, relay, relay_server};
use model::people::actor::Actor;
use model::people::{departure, role};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! words {
    ($($name:ident = $model:ty;)+) => {$(
        /// Words of the model.
        pub(super) enum $name {}
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let words = <$model>::ALL.iter().map(|word| word.as_str());
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).into()
            }
        }
        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }
        }
    )+};
}

words! {
    Visibility = forum::Visibility;
    Role = role::Role;
    State = consultation::Phase;
    ChangeKind = change::Kind;
    WhenResults = tally::Results;
    WhoseBallots = consultation::Ballots;
    Tier = electorate::Tier;
    Requires = electorate::Requires;
    ListKind = electorate::list::Kind;
    MemberState = membership::State;
    Stance = comment::Stance;
    CommentState = comment::State;
    CommentOrder = comment::order::Order;
    AttachmentKind = attachment::Kind;
    AttributeKind = attribute::Kind;
    Findable = search::Kind;
    CommentFilter = comment::order::Filter;
    Registration = settings::Registration;
    PageName = page::Name;
    Follow = follow::State;
    RelayRule = relay::Kind;
    WitnessRole = witness::Role;
    ProposalKind = proposal::Kind;
    RelayStyle = relay_server::Style;
    RelayDirection = relay_server::Direction;
    SentState = envoy::State;
    PeerPolicy = peer::Policy;
    PeerState = delivery::State;
    Erasure = copy::Erasure;
    Ended = mirror::How;
    Assurance = electorate::Assurance;
    ReportReason = report::Reason;
    Told = notice::Kind;
    Rhythm = preference::Rhythm;
    Fate = departure::Fate;
    ReportState = report::State;
    ReportDecision = report::Decision;
    AccountAge = audit::Age;
}

/// Somebody who publishes or comments.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Person {
    /// What people call it.
    name: String,
    /// `@name@host`; the bare name of a participant of an imported conversation.
    handle: String,
    /// The address of its actor; none for a participant of an imported conversation.
    uri: Option<String>,
    /// Its server, where that is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    /// Where its picture lies here, of somebody of another server.
    #[serde(skip_serializing_if = "Option::is_none")]
    picture: Option<String>,
}

impl Person {
    pub(super) fn of(actor: &Actor, here: &Address) -> Self {
        let named = !actor.display_name.trim().is_empty();
        let name = if named { &actor.display_name } else { &actor.name };
        let (handle, uri, host) = (actor.handle(here), actor.uri(here), actor.host.clone());
        Self { name: name.clone(), handle, uri, host, picture: None }
    }

    /// The same with the picture of that name.
    pub(super) fn pictured(self, name: Option<&String>, here: &Address) -> Self {
        Self { picture: name.map(|name| here.portrait(name)), ..self }
    }
}

/// Three lines that a citizen reads first.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Brief {
    /// What changes.
    what: String,
    /// Why.
    why: String,
    /// What your opinion becomes.
    outcome: String,
}

impl From<Brief> for consultation::Brief {
    fn from(brief: Brief) -> Self {
        Self { what: brief.what, why: brief.why, outcome: brief.outcome }
    }
}

impl From<&consultation::Brief> for Brief {
    fn from(brief: &consultation::Brief) -> Self {
        Self { what: brief.what.clone(), why: brief.why.clone(), outcome: brief.outcome.clone() }
    }
}

/// Who may vote, in tiers that are counted apart.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Electorate {
    /// The tiers that may vote.
    #[schema(value_type = Vec<Tier>)]
    tiers: Vec<electorate::Tier>,
    /// The one of them whose count is official.
    #[schema(value_type = Tier)]
    official: electorate::Tier,
    /// What it takes to vote as a member; a confirmed account where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Requires>)]
    requires: Option<electorate::Requires>,
    /// The list of the forum on which members stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    list: Option<String>,
    /// The one provider that must vouch for members, where not any may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    provider: Option<String>,
}

impl From<Electorate> for electorate::Electorate {
    fn from(given: Electorate) -> Self {
        let plain = Self::of(given.tiers, given.official);
        Self { requires: given.requires.unwrap_or(plain.requires), list: given.list, provider: given.provider, ..plain }
    }
}

impl From<&electorate::Electorate> for Electorate {
    fn from(kept: &electorate::Electorate) -> Self {
        Self {
            tiers: kept.tiers.clone(),
            official: kept.official,
            requires: Some(kept.requires).filter(|requires| *requires != electorate::Requires::Account),
            list: kept.list.clone(),
            provider: kept.provider.clone(),
        }
    }
}

/// Something that may be chosen.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Choice {
    /// Its id: `for`, `o1`…
    pub(super) id: String,
    /// What people read.
    pub(super) label: String,
}

impl From<method::Choice> for Choice {
    fn from(choice: method::Choice) -> Self {
        Self { id: choice.id, label: choice.label }
    }
}

/// The shapes of all methods: what is asked for, and what is given back with every field that has a default.
fn methods(given_back: bool) -> RefOr<Schema> {
    let shape = |(kind, fields): (&str, Value)| {
        let mut properties = json!({"kind": {"type": "string", "enum": [kind]}});
        let mut required = vec!["kind".to_owned()];
        for (name, mut schema) in fields.as_object().cloned().unwrap_or_default() {
            let default = schema.as_object_mut().and_then(|schema| schema.remove("default"));
            match default {
                None => required.push(name.clone()),
                Some(default) if !given_back => schema["default"] = default,
                Some(_) => {}
            }
            properties[name] = schema;
        }
        let mut shape = json!({"type": "object", "required": required, "properties": properties});
        if !given_back {
            shape["additionalProperties"] = false.into();
        }
        shape
    };
    let shapes: Vec<Value> = Method::fields().into_iter().map(shape).collect();
    let schema = serde_json::from_value(json!({ "oneOf": shapes }));
    schema.unwrap_or_else(|_| ObjectBuilder::new().into())
}

/// How a consultation asks, as it is given back.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(super) struct Asks(Value);

impl Asks {
    pub(super) fn of(method: &Method) -> model::error::Result<Self> {
        method.told().map(Self)
    }
}

impl PartialSchema for Asks {
    fn schema() -> RefOr<Schema> {
        methods(true)
    }
}

impl ToSchema for Asks {
    fn name() -> Cow<'static, str> {
        "Method".into()
    }
}

/// How a consultation is to ask.
#[derive(Debug)]
pub(super) struct NewMethod(pub(super) Method);

impl<'de> Deserialize<'de> for NewMethod {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Method::asked(Value::deserialize(d)?).map(Self).map_err(serde::de::Error::custom)
    }
}

impl PartialSchema for NewMethod {
    fn schema() -> RefOr<Schema> {
        methods(false)
    }
}

impl ToSchema for NewMethod {
    fn name() -> Cow<'static, str> {
        "NewMethod".into()
    }
}

/// For a field that may be left out, be null, or hold something: what is there, null included, is inside.
pub(super) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(d: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(d).map(Some)
}

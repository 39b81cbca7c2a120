//! Shapes that several calls share, and the words of the model as the description of the API lists them.

use std::borrow::Cow;

use model::address::Address;
use model::care::settings;
use model::count::electorate;
use model::count::method::{self, Method, poll, support, vote};
use model::count::tally;
use model::debate::{comment, consultation, forum};
use model::people::actor::Actor;
use model::people::role;
use serde::{Deserialize, Deserializer, Serialize};
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
    WhenResults = tally::Results;
    WhoseBallots = consultation::Ballots;
    Tier = electorate::Tier;
    Stance = comment::Stance;
    CommentState = comment::State;
    Registration = settings::Registration;
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
}

impl Person {
    pub(super) fn of(actor: &Actor, here: &Address) -> Self {
        let named = !actor.display_name.trim().is_empty();
        let name = if named { &actor.display_name } else { &actor.name };
        Self { name: name.clone(), handle: actor.handle(here), uri: actor.uri(here) }
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
}

impl From<Electorate> for electorate::Electorate {
    fn from(given: Electorate) -> Self {
        Self { tiers: given.tiers, official: given.official }
    }
}

impl From<&electorate::Electorate> for Electorate {
    fn from(kept: &electorate::Electorate) -> Self {
        Self { tiers: kept.tiers.clone(), official: kept.official }
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

/// How a consultation asks, as it is given back.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[schema(as = Method)]
pub(super) enum Asks {
    /// For, neutral or against.
    Vote {},
    /// One or several of the options.
    Poll {
        /// The options with their ids.
        options: Vec<Choice>,
        /// Whether several may be chosen.
        multiple: bool,
        /// How many may be chosen at once.
        max: usize,
    },
    /// Support.
    Support {
        /// How many are hoped for.
        #[serde(skip_serializing_if = "Option::is_none")]
        goal: Option<u64>,
    },
    /// A debate without ballots.
    None {},
}

impl From<&Method> for Asks {
    fn from(method: &Method) -> Self {
        match method {
            Method::Vote(_) => Self::Vote {},
            Method::Poll(poll) => Self::Poll {
                options: poll.options.iter().cloned().map(Choice::from).collect(),
                multiple: poll.multiple,
                max: poll.most(),
            },
            Method::Support(support) => Self::Support { goal: support.goal },
            Method::None => Self::None {},
        }
    }
}

/// How a consultation is to ask.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub(super) enum NewMethod {
    /// For, neutral or against.
    Vote {},
    /// One or several of the options.
    Poll {
        /// Labels; or, to keep the ids of options that are there, options with both.
        options: Vec<NewOption>,
        /// Whether several may be chosen.
        #[serde(default)]
        multiple: bool,
        /// How many, if several; all by default.
        max: Option<usize>,
    },
    /// Support.
    Support {
        /// How many are hoped for.
        goal: Option<u64>,
    },
    /// A debate without ballots.
    None {},
}

/// An option of a poll.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(untagged)]
pub(super) enum NewOption {
    /// Its label; an id is given.
    Label(String),
    /// One that has an id.
    Choice(Choice),
}

impl From<NewMethod> for Method {
    fn from(given: NewMethod) -> Self {
        match given {
            NewMethod::Vote {} => Self::Vote(vote::Vote::default()),
            NewMethod::Poll { options, multiple, max } => {
                let options = options.into_iter().map(method::Choice::from).collect();
                Self::Poll(poll::Poll { options, multiple, max })
            }
            NewMethod::Support { goal } => Self::Support(support::Support { goal }),
            NewMethod::None {} => Self::None,
        }
    }
}

impl From<NewOption> for method::Choice {
    fn from(option: NewOption) -> Self {
        match option {
            NewOption::Label(label) => Self { id: String::new(), label },
            NewOption::Choice(Choice { id, label }) => Self { id, label },
        }
    }
}

/// For a field that may be left out, be null, or hold something: what is there, null included, is inside.
pub(super) fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(d: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(d).map(Some)
}

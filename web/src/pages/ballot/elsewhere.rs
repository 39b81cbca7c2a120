//! The ballot of a consultation of another node, sent there from here.

use model::count::method::{Entry, Method};
use model::error::Error;
use model::network::elsewhere::Elsewhere;
use model::network::envoy::{self, Standpoint};
use model::people::role::Act;

use super::{BallotView, ReceiptView, button, is_folded, options, picked, slots};
use crate::form::Form;
use crate::pages::elsewhere::Asked;
use crate::pages::results::kind;
use crate::pages::thread_elsewhere::refusal;
use crate::visitor::Visitor;

/// The ballot of a consultation of another node; none for a debate.
pub(in crate::pages) fn of(
    visitor: &Visitor,
    on: &Elsewhere,
    own: Option<&Standpoint>,
    asked: &Asked,
    form: &Form,
) -> Option<BallotView> {
    if !on.method.takes_ballots() {
        return None;
    }
    let t = &visitor.words;
    let host = &on.page.host;
    let notice = match (on.takes_ballots(visitor.now), visitor.standing().may(Act::Vote, None)) {
        (Err(Error::Refused(refusal)), _) => Some(t.say(&format!("refusal-{}", refusal.code()))),
        (_, Err(Error::Refused(refusal))) if visitor.account.is_some() => {
            Some(t.say(&format!("refusal-{}", refusal.code())))
        }
        _ => visitor.guest.as_ref().map(|_| t.with("elsewhere-guest", "host", host)),
    };
    let stands = own.filter(|it| it.state != envoy::State::Refused && it.sent.takes_back.is_none());
    let error = form.problem("choice").map(str::to_owned);
    let given = picked(form);
    let chosen = match stands {
        _ if !given.is_empty() => given,
        _ if !asked.choice.is_empty() => asked.choice.clone(),
        Some(it) => it.sent.choice.0.clone(),
        None => given,
    };
    let address = format!("/remote/{host}/c/{}", on.slug());
    let hint = match (visitor.voter().is_some(), on.changeable) {
        (false, _) => t.say("ballot-hint-visitor"),
        (true, true) => t.with("elsewhere-hint-changeable", "host", host),
        (true, false) => t.with("elsewhere-hint-fixed", "host", host),
    };
    Some(BallotView {
        heading: t.say(&format!("ballot-{}", on.method.kind())),
        status: own.and_then(|it| told(visitor, on, it)),
        receipt: stands.map(|it| receipt_elsewhere(visitor, on, it)),
        open: notice.is_none(),
        changing: asked.change || !asked.choice.is_empty() || error.is_some(),
        changeable: on.changeable,
        page: address.clone(),
        text: 0,
        action: format!("{address}/ballot"),
        error,
        language: on.language.clone(),
        question: on.page.title.clone(),
        limit: on.method.is_multiple().then(|| t.count("ballot-limit", on.method.most(0))),
        slots: slots(visitor, &on.method, &on.language, &chosen),
        options: options(&on.method, &on.language, &chosen),
        ranked: None,
        grouped: on.method.entry() == Entry::OneOfEach,
        folded: is_folded(&on.method, &on.language),
        compact: matches!(on.method, Method::Scale(_)),
        from: None,
        ended: None,
        input: if on.method.is_multiple() { "checkbox" } else { "radio" },
        button: t.say(button(visitor, &on.method)),
        hint,
        notice,
        once: None,
    })
}

/// What is to be told of a ballot that does not stand: that it does not count, or is being withdrawn.
fn told(visitor: &Visitor, on: &Elsewhere, own: &Standpoint) -> Option<String> {
    let (t, host) = (&visitor.words, &on.page.host);
    match (own.state, own.sent.takes_back) {
        (envoy::State::Refused, _) => {
            let why = refusal(t, own.sent.code.as_deref().unwrap_or_default());
            Some(t.with2("elsewhere-refused", "host", host, "why", why))
        }
        (envoy::State::Waiting, Some(_)) => Some(t.with("elsewhere-withdrawing", "host", host)),
        (_, Some(_)) => Some(t.with("elsewhere-withdrawal-sent", "host", host)),
        _ => None,
    }
}

/// The ballot that was sent, and how far it has come.
fn receipt_elsewhere(visitor: &Visitor, on: &Elsewhere, own: &Standpoint) -> ReceiptView {
    let (t, host, sent) = (&visitor.words, &on.page.host, &own.sent);
    let choices = on.method.choices(&on.language);
    let label = |id: &String| choices.iter().find(|choice| choice.id == *id).map(|choice| choice.label.clone());
    let labels: Vec<String> = sent.choice.0.iter().filter_map(label).collect();
    let at = match own.state {
        envoy::State::Waiting => t.with("elsewhere-waiting", "host", host),
        envoy::State::Sent | envoy::State::Refused => t.with("elsewhere-sent", "host", host),
        envoy::State::Accepted if sent.fault.is_some() => t.with("elsewhere-receipt-broken", "host", host),
        envoy::State::Accepted => match sent.entry {
            Some(entry) => t.with2("elsewhere-in-log", "host", host, "n", t.number(entry)),
            None if sent.signed_at.is_some() => t.with("elsewhere-signed", "host", host),
            None => t.with("elsewhere-accepted", "host", host),
        },
    };
    ReceiptView {
        said: t.say("ballot-said"),
        choice: labels.join(", "),
        kind: sent.choice.0.first().map_or("", |id| kind(id)),
        at,
    }
}

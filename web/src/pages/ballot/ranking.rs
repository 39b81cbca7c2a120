//! The ballot of a ranking: options are put in, taken out and moved by buttons, one at a time. Each press leads to the same
//! page with the order in its address; nothing is cast before the button that casts.

use model::count::method::{Choice, Entry};
use model::debate::consultation::View;
use url::form_urlencoded::Serializer;

use super::picked;
use crate::form::Form;
use crate::visitor::Visitor;

/// A ranking as it stands in the form.
pub(crate) struct Ranked {
    /// What is ranked, first choice first.
    pub(crate) placed: Vec<Placed>,
    /// What is not.
    pub(crate) left: Vec<Placed>,
    /// What the last press did.
    pub(crate) said: Option<String>,
}

/// An option, ranked or not.
pub(crate) struct Placed {
    pub(crate) id: String,
    pub(crate) label: String,
    /// Whether it cannot go higher, or lower.
    pub(crate) first: bool,
    pub(crate) last: bool,
    /// Whether it is the one just moved: the keyboard goes on from there.
    pub(crate) moved: bool,
}

/// The ranking of a form; `None` for any other method.
pub(super) fn of(visitor: &Visitor, view: &View, chosen: &[String], moved: Option<&str>) -> Option<Ranked> {
    let on = &view.consultation;
    if on.method.0.entry() != Entry::InOrder {
        return None;
    }
    let choices = on.method.0.choices(&on.language);
    let label = |id: &str| choices.iter().find(|choice| choice.id == id).map(|choice| choice.label.clone());
    let order: Vec<&String> = chosen.iter().filter(|id| label(id).is_some()).collect();
    let place = |at: usize, id: &str| Placed {
        id: id.to_owned(),
        label: label(id).unwrap_or_default(),
        first: at == 0,
        last: at + 1 == order.len(),
        moved: moved == Some(id),
    };
    let left = choices.iter().filter(|choice| !order.contains(&&choice.id));
    let t = &visitor.words;
    let said = moved.and_then(|id| {
        let label = label(id)?;
        Some(match order.iter().position(|held| *held == id) {
            Some(at) => t.with2("ranking-placed", "label", label, "place", t.number(at as u64 + 1)),
            None => t.with("ranking-left", "label", label),
        })
    });
    Some(Ranked {
        placed: order.iter().enumerate().map(|(at, id)| place(at, id)).collect(),
        left: left.map(|choice: &Choice| place(usize::MAX - 1, &choice.id)).collect(),
        said,
    })
}

/// Where a press of one of these buttons leads; `None` if it was another.
pub(super) fn moved(view: &View, form: &Form) -> Option<String> {
    let (act, id) = form.value("act").split_once(':')?;
    let mut order = picked(form);
    let at = order.iter().position(|held| held == id);
    match (act, at) {
        ("add", None) => order.push(id.to_owned()),
        ("drop", Some(at)) => drop(order.remove(at)),
        ("up", Some(at)) if at > 0 => order.swap(at, at - 1),
        ("down", Some(at)) if at + 1 < order.len() => order.swap(at, at + 1),
        _ => {}
    }
    let mut query = Serializer::new(String::new());
    query.append_pair("change", "1").append_pair("moved", id);
    query.extend_pairs(order.iter().map(|choice| ("choice", choice)));
    let page = if form.is("from", "ballot") { "/ballot" } else { "" };
    Some(format!("/c/{}{page}?{}#vote", view.consultation.slug, query.finish()))
}

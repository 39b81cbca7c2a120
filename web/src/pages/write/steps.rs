//! The five steps as a visitor sees them at the top of each.

use model::debate::consultation::Step;

use super::Work;
use crate::visitor::Visitor;

/// The name of the last step, which asks nothing.
pub(super) const REVIEW: &str = "review";

/// A step of the list.
pub(super) struct Entry {
    pub(super) label: String,
    /// Where it leads, once there is a draft.
    pub(super) href: Option<String>,
    pub(super) current: bool,
    pub(super) done: bool,
}

/// The steps, of which `current` is shown. What is published is no longer reviewed.
pub(super) fn of(visitor: &Visitor, work: Option<&Work>, current: &str) -> Vec<Entry> {
    let names = Step::ALL.iter().map(|step| step.as_str()).chain([REVIEW]);
    let shown = names.filter(|name| *name != REVIEW || work.is_none_or(Work::is_draft));
    let mut passed = true;
    let entry = |name: &str| {
        passed &= name != current;
        Entry {
            label: visitor.say(&format!("write-step-{name}")),
            href: work.map(|work| format!("/c/{}/edit/{name}", work.on().slug)),
            current: name == current,
            done: passed,
        }
    };
    shown.map(entry).collect()
}

//! The columns of each table.

use super::sheet::Kind::{Boolean, Integer, Text, Time};
use super::sheet::Sheet;

pub(super) const COMMENTS: Sheet = Sheet {
    name: "comments",
    about: "The comments of a consultation that are shown, oldest first.",
    columns: &[
        ("id", Text, "The comment's key; an import keeps it."),
        ("uri", Text, "Its address; of comments from elsewhere, at their origin."),
        ("parent", Text, "The key of the comment that it replies to."),
        ("author", Text, "Who wrote it: a handle, or the pseudonym of an imported participant."),
        ("official", Boolean, "Whether it is an answer of the institution."),
        ("stance", Text, "What it argues: for, against or question."),
        ("text", Text, "Its words, in Markdown."),
        ("agrees", Integer, "How many agree."),
        ("disagrees", Integer, "How many disagree."),
        ("passes", Integer, "How many pass."),
        ("published", Time, "When it was written."),
        ("updated", Time, "When it was last edited."),
    ],
    key: &["id"],
};

pub(super) const POLIS_COMMENTS: Sheet = Sheet {
    name: "comments",
    about: "The comments of a consultation in the columns of a Polis export; hidden ones too, without their words.",
    columns: &[
        ("timestamp", Integer, "When it was written, in milliseconds since 1970."),
        ("datetime", Text, "The same, for people."),
        ("comment-id", Text, "The number that it was imported with, else its key on this node."),
        ("author-id", Text, "The number that the author was imported with, else a pseudonym of this consultation."),
        ("agrees", Integer, "How many agree."),
        ("disagrees", Integer, "How many disagree."),
        ("moderated", Integer, "-1 rejected, 0 not looked at, 1 accepted."),
        ("comment-body", Text, "Its words; of a hidden one, to moderators only."),
    ],
    key: &["comment-id"],
};

pub(super) const VOTES: Sheet = Sheet {
    name: "votes",
    about: "What people think of the comments that are shown, by pseudonyms of this consultation.",
    columns: &[
        ("comment", Text, "The comment's key."),
        ("voter", Text, "A pseudonym that only this consultation uses."),
        ("vote", Integer, "1 agree, 0 pass, -1 disagree."),
        ("at", Time, "When, cut to the hour."),
    ],
    key: &["comment", "voter"],
};

pub(super) const POLIS_VOTES: Sheet = Sheet {
    name: "votes",
    about: "What people think of the comments, in the columns of a Polis export; of hidden comments too.",
    columns: &[
        ("timestamp", Integer, "When, in milliseconds since 1970; cut to the hour unless imported."),
        ("datetime", Text, "The same, for people."),
        ("comment-id", Text, "The number that the comment was imported with, else its key on this node."),
        ("voter-id", Text, "The number that the voter was imported with, else a pseudonym of this consultation."),
        ("vote", Integer, "1 agree, 0 pass, -1 disagree."),
    ],
    key: &["comment-id", "voter-id"],
};

pub(super) const BALLOTS: Sheet = Sheet {
    name: "ballots",
    about: "The ballots that stand, by pseudonyms of this consultation, or by handles where its ballots are public.",
    columns: &[
        ("voter", Text, "A pseudonym that only this consultation uses, or a handle where its ballots are public."),
        ("tier", Text, "In which tier it counts: member, partner or open."),
        ("choice", Text, "The ids of what was chosen, apart by spaces."),
        ("cast", Time, "When it was first cast, cut to the hour."),
        ("changed", Time, "When it last changed, cut to the hour."),
    ],
    key: &["voter"],
};

pub(super) const RESULTS: Sheet = Sheet {
    name: "results",
    about: "The totals of each admitted tier; tiers are counted apart and never summed.",
    columns: &[
        ("tier", Text, "member, partner or open."),
        ("official", Boolean, "Whether this tier's count is the official one."),
        ("choice", Text, "The choice's id."),
        ("label", Text, "What people read."),
        ("count", Integer, "How many chose it."),
        ("voters", Integer, "How many ballots of this tier count."),
    ],
    key: &["tier", "choice"],
};

pub(super) const DEMOCRACYOS_COMMENTS: Sheet = Sheet {
    name: "comments",
    about: "The comments of a consultation in the columns of DemocracyOS: a row for each reply, or for a comment without any.",
    columns: &[
        ("Topic ID", Text, "The id that it was imported with, else its slug."),
        ("Topic Title", Text, "The question."),
        ("Topic URL", Text, "Its page, where it was imported from if it was."),
        ("Comment ID", Text, "The id that it was imported with, else its key."),
        ("Comment Date", Text, "The day on which it was written, in UTC."),
        ("Comment Time", Text, "The minute, in UTC."),
        ("Comment Date-time", Text, "Both, RFC 3339."),
        ("Comment Text", Text, "Its words, in Markdown."),
        ("Comment Author Fullname", Text, "Who wrote it."),
        ("Reply ID", Text, "As of the comment; replies to replies are replies to the comment."),
        ("Reply Date", Text, "As of the comment."),
        ("Reply Time", Text, "As of the comment."),
        ("Reply Date-time", Text, "As of the comment."),
        ("Reply Text", Text, "As of the comment."),
        ("Reply Author Fullname", Text, "As of the comment."),
    ],
    key: &["Comment ID", "Reply ID"],
};

pub(super) const CONSULTATIONS: Sheet = Sheet {
    name: "consultations",
    about: "The published consultations of a forum, the latest first.",
    columns: &[
        ("slug", Text, "Its name in addresses."),
        ("url", Text, "Its page."),
        ("title", Text, "The question."),
        ("summary", Text, "Summary."),
        ("method", Text, "How it asks."),
        ("state", Text, "Where it stands."),
        ("language", Text, "Its language (BCP 47)."),
        ("tags", Text, "Its tags, apart by spaces."),
        ("published", Time, "When it was published."),
        ("opens", Time, "When it opens or opened."),
        ("closes", Time, "When it closes or closed."),
        ("answer_by", Time, "When an answer is promised."),
        ("comments", Integer, "How many comments are shown."),
    ],
    key: &["slug"],
};

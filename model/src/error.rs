//! What can go wrong: nothing there, refused by a rule, or the database failed.

use std::fmt;

use crate::store::types::words;

/// What a use case or query answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a use case or query gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing is there, or the visitor may not know that something is.
    #[error("not found")]
    NotFound,
    /// A rule says no; nothing was written.
    #[error("{0}")]
    Refused(Refusal),
    /// The database failed.
    #[error("{}", causes(.0))]
    Store(StoreError),
}

/// An error with its causes in one line: whoever prints it need not ask for them.
fn causes(error: &StoreError) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        let next_line = next.to_string();
        if !line.contains(&next_line) {
            line = format!("{line}: {next_line}");
        }
        cause = next.source();
    }
    line
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// A failure of the database or of the way to it.
pub type StoreError = Box<dyn std::error::Error + Send + Sync + 'static>;

impl Error {
    /// A failure that is no refusal, from any error.
    pub fn store(cause: impl Into<StoreError>) -> Self {
        Self::Store(cause.into())
    }

    /// The refusal of one field of a form or body.
    #[must_use]
    pub fn field(field: &str, code: &'static str, detail: impl Into<String>) -> Self {
        Self::Refused(Refusal::invalid(field, code, detail))
    }
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        match error {
            diesel::result::Error::NotFound => Self::NotFound,
            other => Self::Store(Box::new(other)),
        }
    }
}

/// How a refusal reads to a program: its class decides the HTTP status, which the doors map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Who asks is not known: 401.
    Unknown,
    /// Who asks may not: 403.
    Forbidden,
    /// A rule of the matter says no: 422.
    Rule,
    /// Too much in too short a time: 429.
    TooMany,
}

macro_rules! refusals {
    ($($(#[$meta:meta])* $variant:ident = $code:literal, $class:ident, $detail:literal;)+) => {
        /// Why a rule said no. The codes are public and stable.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Refusal {
            $($(#[$meta])* #[doc = $detail] $variant,)+
            /// One or more fields are not as they should be.
            Invalid(Vec<FieldError>),
            /// After the first ballot, or once published: names what to use instead.
            Locked(Instead),
        }
        impl Refusal {
            /// Every code without details, for tables of messages and their tests.
            pub const CODES: &'static [&'static str] = &[$($code,)+ "invalid", "locked"];
            /// The public, stable code.
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self { $(Self::$variant => $code,)+ Self::Invalid(_) => "invalid", Self::Locked(_) => "locked" }
            }
            /// The class, from which the HTTP status follows.
            #[must_use]
            pub fn class(&self) -> Class {
                match self { $(Self::$variant => Class::$class,)+ Self::Invalid(_) | Self::Locked(_) => Class::Rule }
            }
            /// One plain English sentence for programs; people read the catalogues.
            #[must_use]
            pub fn detail(&self) -> String {
                match self {
                    $(Self::$variant => $detail.to_owned(),)+
                    Self::Invalid(fields) => fields.iter().map(|f| format!("{}: {}", f.field, f.detail)).collect::<Vec<_>>().join("; "),
                    Self::Locked(instead) => format!("This can no longer be changed: {}.", instead.advice()),
                }
            }
        }
    };
}

words! {
    /// What to use instead of an edit that is locked: calls of the API, and what people are led to.
    pub enum Instead {
        /// Extending it.
        Extend = "extend",
        /// Cancelling it, and publishing another.
        Cancel = "cancel",
        /// Correcting its words.
        Correct = "correct",
        /// Publishing what became of it.
        Outcome = "outcome",
    }
}

impl Instead {
    fn advice(self) -> &'static str {
        match self {
            Self::Extend => "use `extend` with a reason, or `close` to close early",
            Self::Cancel => "use `cancel` with a reason, and publish another",
            Self::Correct => "use `correct` with a reason",
            Self::Outcome => "it is over, use `outcome`, or publish another",
        }
    }
}

refusals! {
    NotSignedIn = "not-signed-in", Unknown, "Sign in first, or send a valid token.";
    WrongCredentials = "wrong-credentials", Unknown, "The name or e-mail address and the password do not belong together.";
    NotConfirmed = "not-confirmed", Forbidden, "The e-mail address of this account is not confirmed yet.";
    Disabled = "account-disabled", Forbidden, "This account is disabled.";
    NotAllowed = "not-allowed", Forbidden, "The role of this account does not allow this.";
    NotEligible = "not-eligible", Rule, "The electorate of this consultation does not include this voter.";
    NotOpenYet = "not-open-yet", Rule, "The consultation has not opened yet.";
    Closed = "closed", Rule, "The consultation is closed.";
    NotOpen = "not-open", Rule, "The consultation is not open.";
    NotPublished = "not-published", Rule, "The consultation is a draft: publish it first.";
    AlreadyPublished = "already-published", Rule, "The consultation is already published.";
    NotClosed = "not-closed", Rule, "The consultation is not closed yet.";
    Cancelled = "cancelled", Rule, "The consultation was cancelled, for the reason that stands beside it.";
    Archived = "archived", Rule, "The consultation is archived: nothing of it changes any more.";
    MinimumDuration = "minimum-duration", Rule, "The consultations of this forum stay open for longer than that.";
    TextChanged = "text-changed", Rule, "The text has changed since this voter read it: read the new version first.";
    TooManyChanges = "too-many-changes", Rule, "This consultation was changed too often to be changed again.";
    AlreadyClosed = "already-closed", Rule, "The consultation is already closed.";
    WrongMethod = "wrong-method", Rule, "The method of this consultation takes no such ballot.";
    UnknownChoice = "unknown-choice", Rule, "The choice is none of those offered.";
    NothingChosen = "nothing-chosen", Rule, "Choose something first.";
    TooManyChoices = "too-many-choices", Rule, "More is chosen than may be.";
    RepeatedChoice = "repeated-choice", Rule, "A choice is named twice.";
    AmbiguousOption = "ambiguous-option", Rule, "An option may not be labelled like the id of an option.";
    AlreadyVoted = "already-voted", Rule, "This voter has voted, and this consultation takes no changes.";
    BallotRemoved = "ballot-removed", Rule, "A moderator removed this voter's ballot, for the reason that stands in the log.";
    TooManyFromHost = "too-many-from-host", Rule, "This consultation takes no more voters from this server.";
    CommentsClosed = "comments-closed", Rule, "A moderator closed this debate: it takes no more comments.";
    Banned = "banned", Forbidden, "The moderators of this forum excluded this account from its debates.";
    TooManyPins = "too-many-pins", Rule, "As many consultations are pinned as a forum can pin: unpin one first.";
    TooManyFollows = "too-many-follows", Rule, "This account follows as much as one can: stop following something first.";
    AlreadyReported = "already-reported", Rule, "This account has reported this already.";
    AlreadyDecided = "already-decided", Rule, "This report is decided already.";
    Superseded = "superseded", Rule, "A later ballot of this voter is already counted.";
    Outdated = "outdated", Rule, "A later version of this is kept already.";
    ResultsHidden = "results-hidden", Forbidden, "The results are hidden until closing, or until the visitor has voted.";
    TooLong = "too-long", Rule, "The text is too long.";
    ParentElsewhere = "parent-elsewhere", Rule, "The comment replied to belongs to another consultation or is gone.";
    UnknownArticle = "unknown-article", Rule, "The text has no article with this anchor.";
    NameTaken = "name-taken", Rule, "This name is taken, reserved, or was given before.";
    RegistrationClosed = "registration-closed", Forbidden, "This node takes no new accounts.";
    LinkInvalid = "link-invalid", Rule, "The link is not valid: it is wrong, used or too old.";
    AlreadySetUp = "already-set-up", Rule, "This node is already set up.";
    DomainPermanent = "domain-permanent", Rule, "The domain can no longer change: other servers know this node by it.";
    FederationOff = "federation-off", Rule, "Federation is off on this node.";
    PeerBlocked = "peer-blocked", Forbidden, "This server is blocked here.";
    NotReachable = "not-reachable", Rule, "The address could not be resolved or fetched.";
    NotAForum = "not-a-forum", Rule, "The address leads to something that is no forum.";
    NotFederated = "not-federated", Rule, "Nothing of this forum leaves the node.";
    TooManyRelays = "too-many-relays", Rule, "This forum carries as many others as it can: stop carrying one first.";
    NotCarried = "not-carried", Rule, "This is no debate of the forum that is carried.";
    AlreadyCarried = "already-carried", Rule, "This was passed on before, or is gone where it came from.";
    AlreadyProposed = "already-proposed", Rule, "This is proposed already, and not answered yet.";
    TooManyProposals = "too-many-proposals", Rule, "Too many proposals wait for an answer.";
    AlreadyAnswered = "already-answered", Rule, "This is answered already.";
    AlreadySubscribed = "already-subscribed", Rule, "This node has subscribed to this relay server already.";
    NotANode = "not-a-node", Rule, "This address leads to no node of this kind.";
    NotAHandle = "not-a-handle", Rule, "This is no address of an account: write it as @name@server.";
    OwnAccount = "own-account", Rule, "This account is of this node: sign in here.";
    NoIntent = "no-intent", Rule, "This server offers no way to take part from another site: search for the address there.";
    NoSignIn = "no-sign-in", Rule, "This server offers no sign-in to other sites.";
    TooMany = "too-many-requests", TooMany, "Too many requests in a short time: wait a moment.";
    LastAdministrator = "last-administrator", Rule, "A node needs an administrator.";
    SecondAccount = "already-signed-in", Rule, "Sign out first: this session belongs to an account.";
    IdempotencyMismatch = "idempotency-mismatch", Rule, "This Idempotency-Key was used for another request.";
    NotApproved = "not-approved", Forbidden, "An administrator has not approved this account yet.";
    WrongElectorate = "wrong-electorate", Rule, "The electorate of this consultation is not one of codes.";
    CodeInvalid = "code-invalid", Rule, "This code is none of this consultation's.";
    NotOnList = "not-on-list", Rule, "The list does not hold this, or somebody else has claimed it.";
    ListInUse = "list-in-use", Rule, "A consultation uses this list.";
    AlreadyMember = "already-member", Rule, "This account is a member already.";
    RequestRefused = "request-refused", Rule, "This request was refused; who manages the forum can still invite.";
    ProviderFailed = "provider-failed", Rule, "The provider did not confirm the sign-in.";
    IdentityTaken = "identity-taken", Rule, "This identity belongs to another account.";
    AddressUnproven = "address-unproven", Rule, "An account has this address and has not confirmed it: confirm it first, or sign in and link the two.";
    UnsupportedMedia = "unsupported-media", Rule, "The file is no JPEG, PNG, WebP or GIF picture and no PDF document, or not of the kind asked for.";
    PictureTooLarge = "picture-too-large", Rule, "The picture has too many pixels.";
    TooManyAttachments = "too-many-attachments", Rule, "The consultation shows as much as it can: remove something first.";
    EmptyImport = "empty-import", Rule, "There is nothing to import.";
    ImportCollides = "import-collides", Rule, "Something else has a key of this import: it was changed, or made up.";
    ImportDiffers = "import-differs", Rule, "What came in does not add up to the results that came with it.";
    ArchiveBroken = "archive-broken", Rule, "The ballot log of this archive does not hold.";
    BackupDamaged = "backup-damaged", Rule, "This is no backup, or it was cut short or changed.";
    BackupNewer = "backup-newer", Rule, "A later version of the program made this backup: install that version first.";
    AlreadySuspended = "already-suspended", Rule, "This person is suspended already.";
    NotUndoable = "not-undoable", Rule, "This decision cannot be taken back: nothing is left to show again.";
    AlreadyUndone = "already-undone", Rule, "This decision was taken back already.";
    UndoTooLate = "undo-too-late", Rule, "A decision can be taken back within 30 days.";
    AlreadyAppealed = "already-appealed", Rule, "There is an appeal against this decision already.";
    OwnDecision = "own-decision", Forbidden, "Somebody else answers an appeal against your own decision.";
    NotEmpty = "not-empty", Rule, "A backup is restored into an empty database: name another, or remove this one first.";
}

/// One field that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Its name, as in the API and the forms.
    pub field: String,
    /// A stable code: `required`, `too-long`, `too-short`, `format`, `range`, `past`, `taken`, `weak`…
    pub code: &'static str,
    /// A sentence that says how to mend it.
    pub detail: String,
}

impl Refusal {
    /// A refusal that names one field.
    #[must_use]
    pub fn invalid(field: &str, code: &'static str, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError { field: field.to_owned(), code, detail: detail.into() }])
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.detail(), self.code())
    }
}

impl std::error::Error for Refusal {}

/// Gathers what is wrong with each field, so that a form is told everything at once.
#[derive(Debug, Default)]
pub struct Check(Vec<FieldError>);

impl Check {
    /// Notes an error of `field` unless `fine`.
    pub fn that(&mut self, fine: bool, field: &str, code: &'static str, detail: impl Into<String>) -> &mut Self {
        if !fine {
            self.0.push(FieldError { field: field.to_owned(), code, detail: detail.into() });
        }
        self
    }

    /// `field` must hold between 1 and `most` characters once trimmed.
    pub fn text(&mut self, field: &str, value: &str, most: usize) -> &mut Self {
        let length = value.trim().chars().count();
        self.that(length > 0, field, "required", "Fill this in.");
        self.most(field, value, most)
    }

    /// As [`Self::text`], on one line: what stands in headings, lists and subjects of mails.
    pub fn line(&mut self, field: &str, value: &str, most: usize) -> &mut Self {
        self.that(!value.trim().contains(char::is_control), field, "one-line", "Write it on one line.");
        self.text(field, value, most)
    }

    /// Notes what `outcome` found wrong with fields, beside the rest; any other error stays for whoever unwraps it.
    pub fn note<T>(&mut self, outcome: &Result<T>) -> &mut Self {
        if let Err(Error::Refused(Refusal::Invalid(fields))) = outcome {
            self.0.extend(fields.iter().cloned());
        }
        self
    }

    /// `field` must hold at most `most` characters.
    pub fn most(&mut self, field: &str, value: &str, most: usize) -> &mut Self {
        self.that(value.chars().count() <= most, field, "too-long", format!("Use at most {most} characters."))
    }

    /// # Errors
    /// All that was noted, if anything.
    pub fn done(&mut self) -> Result<()> {
        let noted = std::mem::take(&mut self.0);
        if noted.is_empty() { Ok(()) } else { Err(Refusal::Invalid(noted).into()) }
    }
}

## What went wrong

error-prefix = Error:
errors-title = { $count ->
    [one] One thing to correct
   *[other] { $n } things to correct
}
error-back = Back to the home page
error-not-found = Page not found
error-not-found-text = Nothing is at this address. It may have changed, or it is not public.
error-refused = This is not possible
error-failed = The site has a difficulty
error-failed-text = Nothing was recorded. Try again in a moment.
error-cross-site = This form comes from another site: it was not accepted. Open the page here and try again.
error-malformed = What was sent is not a readable form. Load the page again and retry.
error-too-large = What was sent is too large. Shorten the text.
error-method = This address is not used in this way.

refusal-not-signed-in = Sign in first.
refusal-wrong-credentials = The name or address and the password do not belong together. Check both.
refusal-not-confirmed = The address of this account is not confirmed yet. Open the link you received by e-mail, or ask for a new one.
refusal-account-disabled = This account is disabled. Write to the institution.
refusal-not-allowed = Your role does not allow this. Ask somebody who administers the site.
refusal-not-eligible = This consultation does not count the votes of this account.
refusal-not-open-yet = The consultation has not opened yet. Come back on the opening date.
refusal-closed = The consultation is closed: it takes nothing more.
refusal-not-open = The consultation is not open.
refusal-not-published = The consultation is a draft. Publish it first.
refusal-already-published = The consultation is already published.
refusal-not-closed = The consultation is not closed yet.
refusal-cancelled = The consultation is cancelled; the reason stands on its page.
refusal-archived = The consultation is archived: nothing of it changes any more.
refusal-minimum-duration = In this forum a consultation stays open for longer than that.
refusal-text-changed = The text has changed since you read it. Read it again, then vote.
refusal-too-many-changes = This consultation has changed too often to change again.
refusal-already-closed = The consultation is already closed.
refusal-wrong-method = This consultation takes no vote of this form.
refusal-unknown-choice = This choice is not in the list. Choose among those offered.
refusal-nothing-chosen = Choose an answer, then press the button.
refusal-too-many-choices = You chose too many answers. Untick some.
refusal-repeated-choice = An answer is chosen twice. Keep it once.
refusal-ambiguous-option = An answer is named like “o1”, which the site uses itself. Write it differently.
refusal-already-voted = Your vote is recorded already, and this consultation takes no changes.
refusal-ballot-removed = A moderator removed this account’s vote here; the reason stands in the public log.
refusal-superseded = A later vote of this account is counted already.
refusal-results-hidden = The results are still secret.
refusal-too-long = The text is too long. Shorten it.
refusal-parent-elsewhere = The message you reply to is gone, or belongs to another discussion.
refusal-unknown-article = The text has no such article. Choose one in the text.
refusal-name-taken = This name is taken or reserved. Choose another.
refusal-registration-closed = This site takes no new accounts.
refusal-link-invalid = This link no longer works: it is incomplete, used or too old. Ask for a new one.
refusal-already-set-up = This site is set up already.
refusal-domain-permanent = The domain can no longer change: other servers know this site by it.
refusal-federation-off = Exchange with other servers is off on this site.
refusal-peer-blocked = This server is blocked here.
refusal-not-reachable = This address does not answer. Check it, then try again.
refusal-not-a-forum = This address is not that of a forum.
refusal-too-many-requests = Too many attempts in a short time. Wait a minute, then try again.
refusal-last-administrator = This is the last administrator of the site. Give the role to somebody else first.
refusal-already-signed-in = You are signed in with an account. Sign out first.
refusal-idempotency-mismatch = This request bears the mark of another.
refusal-empty-import = There is nothing to import.
refusal-import-collides = Something else has a key of this import: it was changed, or made up.
refusal-import-differs = What came in does not add up to the results that came with it.
refusal-archive-broken = The ballot log of this archive does not hold.
refusal-backup-damaged = This is no backup, or it was cut short or changed.
refusal-backup-newer = A later version of the program made this backup: install that version first.
refusal-not-empty = A backup is restored into an empty database: name another, or remove this one first.
refusal-invalid = A field is not filled in as it should be.
refusal-locked = This no longer changes: the consultation is published, or a vote is recorded. It can be extended, corrected or cancelled, for a reason that everybody reads.

field-required = Fill in “{ $field }”.
field-too-long = “{ $field }” is too long. Shorten it.
field-too-short = “{ $field }” is too short. Write at least ten characters.
field-length = “{ $field }” has 2 to 60 characters.
field-format = “{ $field }” does not have the expected form. Follow the example.
field-articles = “{ $field }” has no articles, or too many. Give it headings, one for each article.
field-same = “{ $field }” has not changed. Correct something.
field-one-line = “{ $field }” must stand on one line.
field-range = “{ $field }” is out of bounds.
field-past = “{ $field }” is already past. Choose a date to come.
field-taken = “{ $field }” is taken or reserved. Choose another.
field-unknown = “{ $field }” does not exist here. Check it.
field-repeated = “{ $field }” holds the same thing twice.

field-permanent = “{ $field }” no longer changes in this way: what has left the site cannot be called back. Make another forum.
home-not-set-up = This site is not set up yet. Open the link that the program wrote in its terminal, or use the command “palabre setup”.

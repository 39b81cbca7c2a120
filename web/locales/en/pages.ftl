## What the institution commits itself to

accessibility-title = Accessibility
accessibility-full = fully compliant
accessibility-partial = partially compliant
accessibility-none = not compliant
footer-accessibility-full = Accessibility: fully compliant
footer-accessibility-partial = Accessibility: partially compliant
footer-accessibility-none = Accessibility: not compliant
accessibility-is-full = Fully compliant: all criteria are met.
accessibility-is-partial = Partially compliant: at least half of the criteria are met.
accessibility-is-none = Not compliant.
accessibility-no-audit = No audit by a third party has been made yet.
accessibility-audit = Audit of { $date }.
accessibility-audit-by = Audit of { $date }, by { $name }.
settings-registration = Who can sign up
settings-registration-configured = As in the configuration: { $mode }
settings-hours-hint = Reports, held comments and appeals: within how many hours you answer. Everybody reads it.
settings-level-hint = What an audit found. Without one, the law wants “not compliant”. The foot of every page says it.
rules-delay = How soon moderators answer
rules-delay-text = A report, a comment that waits to be read, or an appeal is answered within { $hours } hours.
label-audited-on = Date of the audit
label-auditor = Who made the audit
label-moderation-hours = Promised delay of moderation, in hours
field-future = “{ $field }” is still to come. Give a day that has passed.

## Work that takes long

works-title = Work in progress
works-lead = What lasts: mails to many people, threads and ballot logs brought from other sites, and what is imported, exported and backed up on the command line. The list keeps for a week what is done.
works-none = Nothing that lasts is being done now.
works-what = Work
works-far = Progress
works-reached = { $done } of { $total }
works-since = In progress since { $moment }
works-ended = Done { $moment }
works-mailing = Mails to followers
works-thread = Thread brought here
works-count = Ballot log counted again
works-import = File imported
works-export = Consultation exported
works-backup = Backup, in tables
works-written = { $size } kB written
works-failed = Failed { $moment }
works-silent = Nothing heard since { $moment }

## A forum, and the last days

forum-tab = { $name } ({ $n })
lately-title = The last thirty days
lately-about = Votes that came each day, in consultations whose results can be seen
lately-here = took part here
lately-elsewhere = from other servers
lately-arrivals = new accounts

## The words of each side

sides-title = The words of each side
sides-about = The words that arguments use most, by the side that uses them
sides-word = Word
sides-rather-for = rather for
sides-shared = shared
sides-rather-against = rather against
sides-finding = Rather for: { $for }. Rather against: { $against }.

## Writing, concluding and answering

method-title-scale = Scale
method-hint-scale = A number between two others, such as a budget.
method-title-ranking = Ranking
method-hint-ranking = Answers in order of preference.
method-title-articles = Vote on articles
method-hint-articles = For, abstention or against each article of the text.
done-attached = It is added.
done-detached = It is removed.
done-extended = The closing date is extended. Everybody reads why.
done-cancelled = The consultation is cancelled. Everybody reads why.
done-concluded = The conclusion is published.
done-answered = Your answers are published.
done-deleted = The draft is deleted.
write-steps = Steps
write-step-question = Question
write-step-text = Text
write-step-participation = Participation
write-step-calendar = Calendar
write-step-review = Review
write-next = Save and continue
write-stay = Save the draft
write-leave = Continue later
write-post-caption = As a post in Mastodon
write-tags = Tags
write-tags-hint = Separated by commas, ten at most: mobility, square
write-markdown = Or a file
write-markdown-hint = Markdown or plain text, in UTF-8. It takes the place of the text above.
write-preview = Save and preview
write-brief = In short
write-brief-hint = Three lines that a citizen reads first.
write-asked = What the forum asks
write-asked-required = (required)
write-yes = Yes
write-no = No
write-none = None
write-beside = Beside the text
write-beside-hint = A cover picture, pictures, documents and links.
write-beside-cover = Cover picture
write-beside-picture = Picture
write-beside-document = Document (PDF)
write-beside-link = Link
write-beside-kind = What it is
write-beside-title = Title
write-beside-title-hint = Of a picture: what is to be seen on it, in words.
write-beside-file = File
write-beside-file-hint = Ten megabytes at most. A picture is written anew, without where and by whom it was taken.
write-beside-url = Address of the link
write-beside-url-hint = For example https://example.org/. For a link only.
write-attach-open = Add a picture, a document or a link
write-attach = Add
write-detach = Remove
write-shown = As it will be read
write-articles-none = No heading: the text is one piece, without articles to vote on.
write-articles = 
    { $count ->
        [one] One article:
       *[other] { $n } articles:
    }
write-fixed = Somebody has voted: the form, the answers and who votes no longer change. To ask otherwise, cancel this consultation and publish another.
write-how = How people answer
write-options = The answers
write-options-hint = Two to twenty; ten at most for a ranking. The order can change until the first vote.
write-option = Answer { $n }
write-option-up = Move answer { $n } up
write-option-down = Move answer { $n } down
write-option-remove = Remove answer { $n }
write-option-add = Add an answer
write-of-poll = The poll
write-of-support = The support
write-of-scale = The scale
write-scale-min = Lowest number
write-scale-max = Highest number
write-scale-step = Step
write-scale-step-hint = From one number to the next. Empty: 1.
write-of-articles = Each heading of the text begins an article; one votes on each. The text step shows how it is split.
write-tiers = Admitted
write-tier-member = The accounts of this site
write-tier-partner = The accounts of partner sites
write-tier-open = Everybody else, from the fediverse
write-official = Official result
write-official-hint = Whose count is the headline. The others stand apart, each with its own total.
write-requires = Who counts as an account of this site
write-requires-hint = Who does not meet it is counted with everybody else, where those are admitted.
write-requires-account = Every confirmed account
write-requires-members = The members of the forum
write-requires-list = Who stands on a list
write-requires-oidc = Who a provider of identities vouches for
write-requires-codes = Who holds a code, without an account
write-list = List
write-list-hint = One of the forum’s lists of electors.
write-provider = Provider
write-provider-hint = None: any of those with which people sign in here.
write-codes-hint = The codes are made once the consultation is published, on a page to print or in a file.
write-results = Results
write-named = The ballots name their voters
write-named-hint = For a council that votes in public. The page says so before anybody votes.
write-zone = Dates and times: { $zone }, summer time included.
write-extend = Close later
write-extend-text = A promised answer that would come too early moves by as much. The reason is published on the page and in the fediverse.
write-extend-act = Extend
write-cancel = Cancel the consultation
write-cancel-text = It takes no more votes or comments. What was cast stays readable, as cancelled.
write-cancel-act = Cancel the consultation
write-reason = Public reason
write-reason-hint = Everybody reads it.
write-missing = Before publishing
write-locks = What then no longer changes
write-elsewhere = What others will see
write-stays-here = This consultation stays on this site: nothing goes to the fediverse.
write-mail-caption = As an e-mail to those who follow the forum
write-delete = Delete the draft
write-delete-text = Nothing of it stays.
write-delete-act = Delete
answers-title = Answers to the arguments
answers-none = No argument yet.
answers-lead = These arguments lead on each side. Your answers go out in the name of { $name }; leave empty what you answer later.
answers-see = In the debate
answers-agrees = 
    { $count ->
        [one] One person agrees
       *[other] { $n } people agree
    }
answers-reply = Official answer to { $name }
answers-given = Official answer
answers-waits = No official answer yet.
answers-act = Publish the answers
conclude-title = Conclude the consultation
conclude-figures = Figures
conclude-choice = { $label }: { $count }
conclude-voters = 
    { $count ->
        [one] One vote.
       *[other] { $n } votes.
    }
conclude-tier = { $tier }: { $told }
conclude-csv = All results as CSV
conclude-overdue = An answer was expected by { $date }. Everybody sees that it is missing.
conclude-say = What becomes of it
conclude-hint = Published on the page, by e-mail to those who took part, and in the fediverse.
conclude-decision = Decision
conclude-decision-hint = One sentence: what is decided, by whom.
conclude-text = Why, and how the answers weighed
conclude-text-hint = In Markdown. The figures stand there already.
conclude-arguments = Answers to the leading arguments
conclude-arguments-hint = Of each side. What you write becomes an official reply in the debate.
conclude-next = What comes next
conclude-next-step = Next step
conclude-next-step-hint = One sentence, for example: the works begin.
conclude-next-at = Date of the next step
conclude-act = Publish the conclusion
conclude-again = Change the conclusion
label-markdown = File
label-file = File
label-next-at = Date of the next step
label-next-step = Next step

done-kept = Saved.
done-test-mailed = A test mail is on its way to you.
done-held = Your comment waits: a moderator reads it before it is shown.
done-decided = The decision is taken and written to whom it concerns.
done-undone = The decision is taken back.
done-shown = The comment is shown.
done-rejected = The comment is not shown, and its author knows why.
done-appeal-answered = The appeal is answered.

## The administration

today = Today
moderation = Moderation
today-title = Today, { $date }
today-todo = To do
today-nothing = Nothing waits for you.
today-urgent = late
today-no-consultation = No consultation yet.
today-of-title = Title
today-of-state = State
today-of-end = End
today-of-comments = Comments
today-no-end = not set
today-finish = Finish the draft
today-look = Look
today-write = Fill in
today-read = Read
today-moderate = Moderate
today-conclude = “{ $title }” is closed: its conclusion is to be written
today-conclude-act = Conclude
today-overdue = Answer expected since { $date }. Everybody sees it.
today-promised = Answer promised by { $date }.
today-unpromised = No date was promised.
today-closing = “{ $title }” closes { $moment }
today-since = The oldest waits since { $moment }. Promised: { $hours } hours.
today-reports = 
    { $count ->
        [one] One report waits for a decision
       *[other] { $n } reports wait for a decision
    }
today-held = 
    { $count ->
        [one] One comment waits to be read
       *[other] { $n } comments wait to be read
    }
today-appeals = 
    { $count ->
        [one] One appeal waits for an answer
       *[other] { $n } appeals wait for an answer
    }
today-newcomers = 
    { $count ->
        [one] One newcomer waits for approval
       *[other] { $n } newcomers wait for approval
    }
today-pages = Pages that the law asks for are not finished
today-mails = 
    { $count ->
        [one] One mail is kept here instead of going out
       *[other] { $n } mails are kept here instead of going out
    }
today-mails-hint = No mail server is set: enter one in the configuration.
today-domain = No domain name is set
today-domain-hint = Without one, nothing is exchanged with other sites.
health = The server
health-watch = (to watch)
health-backup = Backup
health-backup-none = none yet
health-version = Version
health-mails = 
    { $count ->
        [0] all gone out
       *[other] { $n } kept here
    }
health-sending = Sending to other sites
health-silent = 
    { $count ->
        [0] every site answers
        [one] one site does not answer
       *[other] { $n } sites do not answer
    }
health-jobs = Work in the background
health-buried = 
    { $count ->
        [0] none given up
       *[other] { $n } given up
    }
lately-delay = median delay of moderation in 90 days; promised: { $promised }
lately-decisions = decisions of moderation in 90 days, too few for a median delay; promised: { $promised }
delay-minutes = { $count ->
    [one] 1 minute
   *[other] { $n } minutes
}
delay-hours = { $count ->
    [one] 1 hour
   *[other] { $n } hours
}
health-doctor = The same on the command line, and more:
texts-title = Pages
texts-lead = What the law and fairness ask you to say. Each begins with a model; visitors are told of what is not filled in.
texts-page = Page
texts-languages = Languages
texts-unwritten = not written
texts-unfinished = unfinished
texts-written = written
texts-one = { $page }, { $language }
texts-blanks = What stands between { $blank } is yours to fill in. The page counts as finished when none is left.
prose-unwritten = { $site } has not written this page yet. What follows comes with the software.
prose-unfinished = { $site } has not finished this page: what stands in double brackets is missing.
faq-who = Who can answer?
faq-who-text = Each consultation says so beside the ballot.
faq-change = Can I change my mind?
faq-change-text = Yes until the closing, unless the consultation says otherwise.
faq-elsewhere = Can I take part from Mastodon?
faq-elsewhere-text = Yes: search for the address of the consultation on your server, or follow the forum.
look-title = Appearance
look-name = The name of the institution is changed elsewhere:
look-colours = Colours
look-colours-hint = Words must be readable: a contrast below 4.5 to 1 is refused, and a nearer colour offered.
look-brand = The head of each page
look-on-brand = The words on it
look-link = Links and the main button
look-soft = The ground of notes
look-pairs = How well they are read
look-pair-on-brand = Words on the head
look-pair-link = Links
look-pair-brand-soft = Words in notes
look-contrast = { $n } to 1
look-correct = Use the nearest readable colours
look-logo = Logo
look-logo-file = Picture file
look-logo-hint = JPEG, PNG, WebP or GIF. It is written anew and made small.
look-logo-remove = Remove the logo
look-words = Words
look-font = Fonts
look-font-system = The machine’s own
look-font-humanist = Rounder letters
look-font-serif = With serifs
look-tagline = Line under the name
look-tagline-hint = Empty: the usual one.
look-sharing = Text proposed for sharing
look-sharing-hint = Empty: the title of the page alone.
settings-title = Settings
settings-domain-permanent = The domain name { $host } is permanent: other servers know this site by it.
settings-registration-open = Everybody can sign up.
settings-registration-approval = Everybody can ask to sign up; you approve.
settings-registration-invite = Only those invited can sign up.
settings-registration-closed = Nobody can sign up.
admin-forums-lead = Comments can be read before they are shown, those of other servers too.
admin-forums-held = Comments are read first.
admin-forums-shown = Comments are shown at once.
admin-forums-hold = Read comments first
admin-forums-show = Show comments at once
mails-test = Send me a test mail
mail-test-subject = Test mail of { $site }
mail-test-body = This site can write to you. If this mail reached your mailbox, everybody’s will.
setup-lead = One page, five minutes. All but the domain name can change later.
setup-domain-warning = The domain name becomes permanent with the first publication: the other servers of the fediverse know this site by it for ever.
setup-mail = Mail
setup-mail-hint = Without a mail server in the configuration, mails are kept and shown under Mails.
setup-mail-test = Send me a test mail
setup-look-hint = One colour is enough: the others follow, each readable.
setup-forum = The first forum
setup-forum-hint = A forum gathers consultations on a subject, and can be followed from elsewhere.
setup-forum-title-hint = For example Getting about. Empty: later.
setup-forum-slug-hint = In addresses, for ever. Empty: made from the title.
setup-example = With an example
setup-example-hint = The draft of a consultation, seen by you alone: change it, publish it or delete it.
example-question = Example: shall the square be closed to cars?
example-summary = An example to try the site with.
example-text = The square would be for people on foot, for one year, as a trial.
example-what = Forty parking places go.
example-why = Noise and heat.
example-outcome = The council decides in spring and answers here.

## Moderating

mod-promise = Promised: a decision within { $hours } hours. The oldest stands first.
mod-reports = Reports
mod-held = Comments to read
mod-appeals = Appeals
mod-none = Nothing waits.
mod-look = Decide
mod-log = Decisions taken
mod-log-lead = A decision can be taken back for thirty days.
mod-waits = 
    { $count ->
        [0] less than an hour
        [one] { $n } hour
       *[other] { $n } hours
    }
mod-approve = Show
mod-reject = Do not show
mod-rule = Rule
mod-rule-hint = From the published rules. It is sent to the author and stands in the public log.
mod-why = In your words
mod-why-hint = Optional, and public like the rule.
mod-answer = Your answer
mod-answer-hint = It is sent to whoever appeals.
mod-uphold = The decision stands
mod-undo = Take it back
mod-report = A report
mod-reporter = Reported by { $name }
mod-somebody = an account that is gone
mod-thread = The message in its thread
mod-this = reported
mod-decide = Decide
mod-decide-act = Take the decision
mod-author = Written by { $name }
mod-what = What you decide
mod-decided = { $what }: { $reason }
mod-keep = Leave it
mod-keep-hint = Nothing is wrong. Whoever reported it is told.
mod-hide = Hide the message
mod-hide-hint = Nobody reads it any more, here and where it was copied as far as those servers agree.
mod-suspend = Suspend the person
mod-suspend-hint = No sign-in, no comment, no vote from now on. Votes cast stay counted.
mod-block = Refuse the whole server
mod-block-hint = Nothing of it is taken in any more. For a server that does not moderate.
mod-reason-spam = Advertising
mod-reason-abuse = Insult or threat
mod-reason-illegal = Against the law
mod-reason-off-topic = Beside the matter
mod-reason-other = Something else
mod-state-open = Open
mod-state-removed = Message hidden
mod-state-resolved = Dealt with
mod-state-dismissed = Left in place
mod-whom = Whom it concerns
mod-by = by { $name }
decided-keep = Message left in place
decided-hide = Message hidden
decided-reject = Message not shown
decided-ban = Person excluded from a forum
decided-suspend = Person suspended
decided-block = Server refused
modlog-title = Moderation log
modlog-lead = What the moderators decided, and why. Nobody is named.
modlog-none = No decision yet.
modlog-date = Date
modlog-everywhere = The whole site
modlog-undone = Taken back on { $date }
modlog-upheld = Upheld after an appeal on { $date }
modlog-appealed = Appealed on { $date }
appeal-title = Ask for another reading
appeal-of = { $what }, { $date }
appeal-lead = Somebody else than who decided reads this decision again. You get the answer by e-mail.
appeal-text = Why the decision is wrong
appeal-text-hint = { $most } characters at most.
appeal-act = Send
appeal-done = Your appeal is with the moderators. The answer comes by e-mail.
rule-respect = Respect people
rule-law = Stay within the law
rule-matter = Keep to the matter
rule-advertising = No advertising

## Refusals

refusal-already-suspended = This person is suspended already.
refusal-not-undoable = This decision cannot be taken back: nothing is left to show again.
refusal-already-undone = This decision was taken back already.
refusal-undo-too-late = A decision can be taken back for thirty days. They are over.
refusal-already-appealed = There is an appeal against this decision already.
refusal-own-decision = You took this decision: somebody else answers the appeal.
label-brand = The head of each page

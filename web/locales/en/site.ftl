## The frame of every page

tagline = Residents have their say
skip = Skip to the content
nav-main = Main navigation
nav-crumb = Breadcrumb
nav-page = On this page
nav-states = Consultations by state
home = Home
consultations = Consultations
consultation = Consultation
forums = Forums
forum = Forum
federation = Federation
admin = Administration
sign-in = Sign in
sign-out = Sign out
cancel = Cancel
save = Save
list-more = See more
banner-no-domain = No domain name is set: this site exchanges nothing with other servers.
banner-example = Example: this consultation is here to try the site. People and places are made up.

## Footer

footer-legal = Legal notice
footer-privacy = Privacy
footer-rules = Moderation rules
footer-data = Open data
footer-source = Source code
footer-languages = Language
footer-theme = Colours
theme-light = Light
theme-dark = Dark
theme-system = As on my device
footer-node-alone = { $host }. Free software.
footer-node = { $host }, linked to the fediverse. Free software.

## Home and lists

home-lead = Read, discuss, vote. Each consultation says what becomes of your opinion.
home-open = You can take part now
home-none-open = No consultation is open at the moment.
home-soon = Closing soon
home-closed = Closed
forums-none = There is no forum yet.
forum-handle = In Mastodon:
forum-empty = No consultation here for now.
forum-tagged = Tagged #{ $tag }
forum-open = Open
forum-soon = To come
forum-closed = Closed
forum-drafts = Drafts
forum-part = { $part }: { $title }
forum-new = Create a consultation
forum-edit = Edit the forum
forum-create = Create a forum

## What a consultation is

state-draft = Draft
state-scheduled = Scheduled
state-open = Open
state-closed = Closed
state-concluded = Concluded
state-cancelled = Cancelled
state-archived = Archived
method-vote = vote for or against
method-poll = poll
method-support = support
method-scale = scale
method-ranking = ranking
method-articles = vote on each article
method-none = discussion without a vote
comments-count = { $count ->
    [one] { $n } comment
   *[other] { $n } comments
}
voters = { $count ->
    [one] { $n } voter
   *[other] { $n } voters
}
closed-on = Closed on { $date }
opens-on = Opens on { $date }
open-until = Open until
opens-at = Opens on
closed-at = Closed on
proposed-by = Proposed by { $name }
published-on = Text of { $date }
edited-on = edited on { $date }
change-extended = Extended on { $date }: { $reason }
change-cancelled = Cancelled on { $date }: { $reason }
change-corrected = Corrected on { $date }: { $reason }
answer-by = Answer promised by { $date }
moved-from = From { $host }
moved-on = From { $host }, taken in here on { $date }
brief = In short
brief-what = What changes
brief-why = Why
brief-outcome = What your opinion becomes
jump-read = Read
jump-vote = Vote
jump-results = Results
jump-debate = Discuss ({ $n })
text-title = The text under discussion
fediverse-title = From Mastodon
fediverse-how = How to
fediverse-vote = Search for this address in your app and follow it, then answer the poll or comment. Mastodon cannot change a vote: to change it, vote here.
fediverse-support = Search for this address in your app and follow it. A favourite on the consultation counts as support.
fediverse-talk = Search for this address in your app and follow it, then comment.

## Dates and numbers

date = 
    { $day } { $month } { $year }
moment = { $weekday } { $day } { $month } { $year } at { $hour2 }:{ $minute } ({ $zone })
zone-consonant = { $city } time
zone-vowel = { $city } time
percent = { $n }%
left-days = { $count ->
    [one] { $n } day left
   *[other] { $n } days left
}
left-hours = { $count ->
    [one] { $n } hour left
   *[other] { $n } hours left
}
left-less-than-an-hour = Less than an hour left
weekday-1 = Monday
weekday-2 = Tuesday
weekday-3 = Wednesday
weekday-4 = Thursday
weekday-5 = Friday
weekday-6 = Saturday
weekday-7 = Sunday
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December
nav-new = Create

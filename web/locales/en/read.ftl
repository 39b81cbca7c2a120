## Pictures

chart-csv = Download as CSV

## The frame

nav-menu = Menu
nav-search = Search
nav-help = Help
footer-modlog = Moderation log
footer-faq = Questions and answers
field-contrast = { $field }: this text and this ground are hard to tell apart. Choose a contrast of at least 4.5 to 1.
label-on-brand = Words in the header
label-link = Links and buttons
label-brand-soft = Ground of notes

day = { $day } { $month }

## Results and pictures

results-heading = Results:
results-of = Results: { $title }
results-choice = Choice
results-votes = Votes
results-table-choices = Votes for each choice
results-more = All the results
results-no-vote = This is a discussion without a vote: there is no result to show.
pictures = In pictures
picture-none = There is nothing to show for now.
picture-scale = How are the ratings spread?
picture-tiers = Who voted what, by origin of the account?
picture-days = Taking part, day by day
picture-days-about = Votes received each day
picture-weeks-about = Votes received each week
picture-days-finding = The highest: { $most }, on { $day }.
picture-day = Day
picture-months = Votes month by month
picture-months-about = Votes received each month, twelve months at most
picture-months-finding = The highest: { $most }, in { $month }.
picture-month = Month
picture-here = This site and its partners
agreement-heading = What is shared
agreement-title = Which arguments do people agree with?
agreement-about = One mark for each argument, placed by the share of readers who agree.
agreement-share = { $percent } agree
agreement-finding = First: “{ $quote }”, { $percent } agree.
agreement-argument = Argument
agreement-for = Argument for
agreement-against = Argument against
agreement-other = Question or remark
unites-title = What unites
unites-said = Agree: { $for } of those who vote for and { $against } of those who vote against, among those who said what they think of it.

## What becomes of it

answer-awaited = Answer promised by { $date }.
answer-overdue = Answer expected since { $date }.
answer-given = Answer published on { $date }.
answer-read = Read the answer
decision = Decision:
home-changed = What your opinions changed

## The ballot alone

ballot-none = Discussion without a vote
ballot-none-text = Here one gives arguments; there is no vote.
ballot-none-go = Go to the discussion
ballot-number = Your rating
ranking-empty = Add your options one by one, the one you prefer first. You may leave some out.
ranking-rest = Not ranked yet
ranking-add = Add
ranking-up = Move { $label } up
ranking-down = Move { $label } down
ranking-drop = Take { $label } out of the ranking
ranking-placed = { $label }: place { $place }. Nothing is recorded yet.
ranking-left = { $label } is not in the ranking. Nothing is recorded yet.

## Links out

more-title = Print, reuse, embed
more-print = Print
more-data = Data
more-embed = Embed in a site
more-embed-code = Code to copy
more-embed-hint = Without cookie or script. It shows what everybody may see.
embed-from = Consultation of { $name }
embed-go = Give my opinion
new-window = (new window)
print-of = To print: { $title }
print-hint = Print this page with your browser: it stands without menu or button.
print-at = As it stands on { $moment }.
back-consultation = Back to the consultation
data-json = Results (JSON)
data-ballots = Ballots without names (CSV)

## A forum

list-newest = Most recent
list-closing = Closing soonest
stats-link = The forum in figures
stats-title = In figures
stats-of = { $title }: the forum in figures
stats-about = Counted over the consultations whose results everybody may see.
stats-none = No result is visible to everybody for now.
stats-participants = participants
stats-closed = consultations closed
stats-answered = median time to an answer
stats-open = of the votes come from the fediverse
stats-days = { $count ->
    [one] { $n } day
   *[other] { $n } days
}

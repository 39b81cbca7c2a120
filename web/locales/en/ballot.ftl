## The ballot

ballot-vote = Your vote
ballot-poll = Your answer
ballot-support = Your support
ballot-scale = Your rating
ballot-ranking = Your ranking
ballot-articles = Your vote, article by article
ballot-place = Choice { $n }
ballot-nothing = — no opinion —
ballot-cast = Vote
ballot-answer = Answer
ballot-do-support = Support
ballot-continue = Continue
ballot-change = Change my mind
ballot-withdraw = Withdraw my vote
ballot-why = Say why:
ballot-why-link = give an argument
ballot-limit = { $count ->
    [one] { $n } choice at most.
   *[other] { $n } choices at most.
}
ballot-said = Your choice:
ballot-recorded = Recorded on { $moment }.
ballot-hint-visitor = Next step: sign in or create an account. Your choice is kept.
ballot-hint-changeable = You can change your mind until closing.
ballot-hint-fixed = A vote once cast cannot be changed.
ballot-hint-unnamed = Your name does not appear beside your vote.
ballot-hint-named = Your name will stand beside your vote, for everybody to read.
ballot-integrity = Anybody can count again from the public log. That proves the count; it does not hide your vote from whoever runs this site.
ballot-kept = Your choice was kept. Read it again, then press the button to record it.
ballot-withdrawn = Your vote is withdrawn. It no longer counts.
ballot-not-open = The consultation opens on { $moment }.
ballot-draft = This draft is not published yet. Nobody can vote.
ballot-closed = The consultation closed on { $moment }.

## Results

results-live = Provisional results
results-final = Final results
results-counting = Results, still being counted
results-hidden-until-close = The results stay secret until closing, on { $moment }.
results-hidden-until-vote = The results show once you have voted, and to everybody at closing.
results-others = The other votes
results-others-hint = They are counted apart and are not added to the result above.
results-figures = See the figures
results-table = Votes by origin of the account
results-tier = Origin
results-voters = Voters
results-question = Results of the question: { $title }
results-goal = { $n } of a goal of { $goal }.
tier-member = Accounts of this site
tier-partner = Partner sites
tier-open = Fediverse accounts
tier-official = This is the official result of this consultation.
votes = { $count ->
    [one] { $n } vote
   *[other] { $n } votes
}
finding-part = { $label } { $percent }
finding-none = No vote yet
results-mean = Mean { $mean }, median { $median }.
results-winner = { $label } wins.
results-tied = A tie between { $labels }: nobody wins.
results-round = Round { $n }: { $counts }.
results-csv = Download the results (CSV)

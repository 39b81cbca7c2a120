## Taking part in consultations of other sites

assurance-none = nothing is known of this account
assurance-email = its e-mail address is confirmed
assurance-list = it stands on a list of electors
assurance-oidc = a sign-in service vouches for it
assurance-code = it holds a single-use code
elsewhere-assured = With your vote, { $host } learns this of your account: { $how }.
elsewhere-waiting = Waiting for { $host }. Your vote leaves as soon as that site answers.
elsewhere-sent = Sent to { $host }, which has not answered yet.
elsewhere-accepted = { $host } counts this vote. Its receipt is being checked.
elsewhere-signed = { $host } counts this vote. Its receipt is signed by that site.
elsewhere-in-log = { $host } counts this vote. It is entry { $n } of its public log: we have checked it.
elsewhere-receipt-broken = { $host } says that this vote counts, but its receipt does not hold. Tell the site.
elsewhere-refused = { $host } does not count your last vote: { $why }
elsewhere-withdrawing = Waiting for { $host }. Your vote is withdrawn as soon as that site answers.
elsewhere-withdrawal-sent = The withdrawal is sent to { $host }, which has not answered yet.
elsewhere-hint-changeable = { $host } counts your vote. You can change your mind until closing.
elsewhere-hint-fixed = { $host } counts your vote. A vote once cast cannot be changed.
elsewhere-guest = You are here with an account of another server: vote on { $host }, or from your own server.
elsewhere-verified = We counted these results again from the public log of { $host } on { $moment }.
elsewhere-fault = What { $host } published on { $moment } does not follow from its own log. It is not shown.
elsewhere-hidden = { $host } keeps the results of this consultation secret for now.
elsewhere-uncounted = The results of { $host } have not been counted again here yet, so none are shown.
elsewhere-locked = The moderators of { $host } closed this discussion.
elsewhere-comment-hint = One idea per message, { $most } characters at most. It is public and goes to { $host }.
elsewhere-note-waiting = Waiting for { $host }
elsewhere-note-sent = Sent to { $host }, not shown there yet
elsewhere-note-failed = { $host } did not take this comment
elsewhere-reply = Reply
elsewhere-edit = Edit my comment
elsewhere-delete = Delete my comment
elsewhere-before = Earlier versions of the text
elsewhere-version = Version { $n },
elsewhere-until = until { $date }

## Finding forums elsewhere

follow-find = Look for a forum or a debate of another site
follow-look = Look
follow-languages = Languages: { $list }
follow-rules = Rules of the site of { $name }
follow-latest = Latest debates
follow-latest-none = None to be seen yet.
follow-found = What we know
follow-found-none = Nothing known here holds these words.
follow-not = not followed

## Other sites, for administrators

sites = Other sites
sites-lead = Say how this site treats each of the others, and why.
sites-network = See the network and the forums that are followed
sites-saved = It is saved.
sites-faults = What does not hold
sites-known = Sites of which something is said
sites-none = Nothing is said of any site: all are treated alike.
sites-change = Change
sites-believed = Believed about its people when it says: { $list }
sites-believed-never = never
sites-treat = How to treat a site
sites-host = Name of the site
sites-host-hint = For example consultations.valmont.example
sites-policy = This site is
sites-admits = A partner is believed about its people when it says
sites-admits-hint = Votes of people of whom it says nothing of this count with those of any other server.
sites-public = Reason, for everybody
sites-public-hint = It stands in the public list.
sites-private = Notes, among administrators
sites-save = Save
sites-forget = Treat it as any other again
policy-allow = allowed
policy-allow-hint = It is treated as any other, and heard even where only named sites are.
policy-silence = silenced
policy-silence-hint = What it sends is taken in, and shown to nobody who does not ask for it.
policy-block = refused
policy-block-hint = Nothing is taken from it, and nothing sent there.
policy-partner = a partner
policy-partner-hint = Its word about its people is believed: they vote as those of a partner site, where a consultation admits it.

## What is gone, refused or altered

elsewhere-note-refused = Refused by { $host }: { $why }
elsewhere-gone = A consultation of { $host } that is gone
elsewhere-gone-deleted = { $host } has deleted this consultation.
elsewhere-gone-removed = The moderators of { $host } have removed this consultation.
elsewhere-gone-why = The moderators of { $host } have removed this consultation: { $reason }
elsewhere-gone-hint = Its text is no longer kept here.
elsewhere-gone-others = See other consultations received
elsewhere-altered = On { $moment }, what is kept here was not what { $host } has signed. Read the original.
elsewhere-restored = On { $moment }, what was kept here was not what { $host } has signed. The signed text stands here again.

## Pages of text

legal-who = Who publishes this site
legal-who-text = { $site } publishes this site. Its full legal notice has not been entered yet.
privacy-what = What this site keeps
privacy-what-text = Your e-mail address, your public name, your votes and your comments. The password is kept only as a hash. No outside service measures your visit.
privacy-votes = Your votes
privacy-votes-text = Your name appears beside a vote only where the ballots of a consultation are public, and its page says so. Elsewhere the public log names voters by pseudonyms that only that consultation uses. Whoever runs this site can tell who voted what: the log proves that the count is right, it does not keep a vote secret from them.
privacy-comments = Your comments
privacy-comments-text = A comment is public. It is copied to other servers under your public name and may stay there.
privacy-cookies = Cookies
privacy-cookies-text = One to stay signed in, one for the language and one for the colours. No other.
rules-talk = Discussing
rules-talk-text = Criticise ideas, not people. Insults, threats, hatred and advertising are hidden.
rules-vote = Voting
rules-vote-text = One person, one vote. The time that counts is when the vote arrives at this site.
accessibility-level = Level
accessibility-done = What is done
accessibility-done-text = The pages work by keyboard, without script, on a narrow screen and enlarged twice. An automatic tool checks them at each change.
accessibility-tell = A difficulty
accessibility-tell-text = Write to { $site }: say which page and what is wrong.
source-what = Free software
source-what-text = This site runs Palabre { $version }, under the AGPL-3.0-or-later licence. Everybody who uses it has a right to the source code of the version in use: ask { $site } for it.
data-what = What is open
data-what-text = Each consultation gives its comments, opinions and, once visible, its ballots and results as CSV, all of it as JSON, and as an archive that hosts and counts again without this node. The catalogue for harvesters (DCAT) is at /data/catalog.jsonld and /data/catalog.ttl.
archive-debate = Debate
archive-files = Files
archive-count = To count the ballots again: palabre verify, with this archive.

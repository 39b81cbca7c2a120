## Pages of text

legal-who = Who publishes this site
legal-who-text = { $site } publishes this site. Its full legal notice has not been entered yet.
privacy-what = What this site keeps
privacy-what-text = Your e-mail address, your public name, your votes and your comments. The password is kept only as a hash. No outside service measures your visit.
privacy-votes = Your votes
privacy-votes-text = Your name never appears beside a vote. Only totals are published.
privacy-comments = Your comments
privacy-comments-text = A comment is public. It is copied to other servers under your public name and may stay there.
privacy-cookies = Cookies
privacy-cookies-text = One to stay signed in, one for the language and one for the colours. No other.
rules-talk = Discussing
rules-talk-text = Criticise ideas, not people. Insults, threats, hatred and advertising are hidden.
rules-vote = Voting
rules-vote-text = One person, one vote. The time that counts is when the vote arrives at this site.
accessibility-level = Level
accessibility-level-text = Not compliant: no audit by a third party has been made yet.
accessibility-done = What is done
accessibility-done-text = The pages work by keyboard, without script, on a narrow screen and enlarged twice. An automatic tool checks them at each change.
accessibility-tell = A difficulty
accessibility-tell-text = Write to { $site }: say which page and what is wrong.
source-what = Free software
source-what-text = This site runs Palabre { $version }, under the AGPL-3.0-or-later licence. Everybody who uses it has a right to the source code of the version in use: ask { $site } for it.
data-what = What is open
data-what-text = Each public consultation gives its comments and, once visible, its results as CSV and JSON. The files are offered on the consultation's page.

## The debate

debate-title = The discussion
debate-sort = Sort by
debate-sort-button = Sort
debate-say = Write a comment
debate-questions = Questions and remarks
debate-more = See the next comments
sort-newest = Most recent
sort-oldest = Oldest
sort-agreement = Most agreed with
sort-divided = Most divided
sort-unanswered = Without an answer
stance-legend = Your comment is rather
stance-for = for
stance-against = against
stance-question = a question
side-for = For
side-against = Against
comment-title = Write a comment
comment-text = Your text
comment-hint = One idea per message, { $most } characters at most. It is public and visible in the fediverse.
comment-hint-here = One idea per message, { $most } characters at most. It stays on this site.
comment-publish = Publish the comment
comment-first = Your comment is copied to other servers under the name { $handle } and may stay there, even if you delete it here.
comment-official = official answer
comment-hidden = Hidden by the moderators.
comment-hidden-why = Hidden by the moderators: { $reason }
comment-deleted = Deleted by the person who wrote it.
comment-someone = Somebody
comment-published = Your comment is published.
comment-closed = The consultation is closed: the discussion takes no more comments.
comment-not-open = The discussion opens with the consultation.
comment-members = Only the members of this forum comment.
reply = Reply
reply-to = to { $name }
reply-title = Reply to { $name }
reply-cancel = Do not reply, write a comment instead
replies = { $count ->
    [one] { $n } reply
   *[other] { $n } replies
}
replies-to = to { $name }
answers-to = In reply to { $name }
thread-on = See how this thread goes on
opinion-agree = Agree
opinion-disagree = Disagree
opinion-pass = Pass
opinion-of = on the message of { $name }
comment-sign-in = Sign in or create an account to comment.
comment-elsewhere = You write from your own server: answer there, and your words stand here.
comment-official-tick = Official answer, in the name of { $name }
debate-all = See the whole discussion
debate-csv = Download the comments (CSV)

-- Who of this node is told of what happens in a forum or a consultation.
CREATE TABLE subscriptions (
    account_id UUID NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    subject_id UUID NOT NULL,
    kind TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (account_id, subject_id)
);
CREATE INDEX subscriptions_by_subject ON subscriptions (subject_id, account_id);

-- What somebody is told by mail, and the secret with which the mails stop without signing in.
CREATE TABLE mail_preferences (
    account_id UUID PRIMARY KEY NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    rhythm TEXT NOT NULL,
    replies BOOLEAN NOT NULL,
    receipts BOOLEAN NOT NULL,
    secret TEXT NOT NULL UNIQUE,
    digest_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX mail_preferences_by_digest ON mail_preferences (rhythm, digest_at);

-- What somebody is told. The mark makes it once.
CREATE TABLE notices (
    id UUID PRIMARY KEY NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    mark TEXT NOT NULL,
    consultation_id UUID NOT NULL REFERENCES consultations (id) ON DELETE CASCADE,
    comment_id UUID REFERENCES comments (id) ON DELETE CASCADE,
    created_at TIMESTAMPTZ NOT NULL,
    read_at TIMESTAMPTZ,
    mailed_at TIMESTAMPTZ,
    UNIQUE (account_id, mark)
);
CREATE INDEX notices_by_account ON notices (account_id, created_at, id);
CREATE INDEX notices_unmailed ON notices (account_id, id) WHERE mailed_at IS NULL;

-- Which closing dates were announced as near.
CREATE TABLE closing_calls (
    consultation_id UUID NOT NULL REFERENCES consultations (id) ON DELETE CASCADE,
    closes_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (consultation_id, closes_at)
);

-- The address at which a mail's recipient says that no more like it are wanted.
ALTER TABLE mails ADD COLUMN unsubscribe TEXT;

-- The top of a debate by time, and by what it argues.
CREATE INDEX comments_by_stance ON comments (consultation_id, parent_id, state, stance);

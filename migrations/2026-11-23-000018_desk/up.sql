-- What the institution writes on the pages that the law, or fairness, asks for: one text for each language.
CREATE TABLE pages (
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    markdown TEXT NOT NULL,
    html TEXT NOT NULL,
    account_id UUID REFERENCES accounts (id),
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (name, language)
);

-- What moderators decided, for the public log, with what became of it.
CREATE TABLE decisions (
    id UUID PRIMARY KEY NOT NULL,
    act TEXT NOT NULL,
    forum_id UUID REFERENCES forums (id),
    comment_id UUID REFERENCES comments (id),
    report_id UUID REFERENCES reports (id),
    actor_id UUID REFERENCES actors (id),
    host TEXT,
    reason TEXT NOT NULL,
    account_id UUID REFERENCES accounts (id),
    at TIMESTAMPTZ NOT NULL,
    undone_at TIMESTAMPTZ,
    appeal TEXT,
    appealed_at TIMESTAMPTZ,
    answer TEXT,
    answered_by UUID REFERENCES accounts (id),
    answered_at TIMESTAMPTZ
);
CREATE INDEX decisions_by_forum ON decisions (forum_id, id);

-- Forums whose comments are read before they are shown, and the comments that wait: no other surface knows of these.
CREATE TABLE premoderated (
    forum_id UUID PRIMARY KEY NOT NULL REFERENCES forums (id),
    since TIMESTAMPTZ NOT NULL
);
CREATE TABLE held_comments (
    id UUID PRIMARY KEY NOT NULL,
    forum_id UUID NOT NULL REFERENCES forums (id),
    consultation_id UUID NOT NULL REFERENCES consultations (id),
    actor_id UUID NOT NULL REFERENCES actors (id),
    parent_id UUID REFERENCES comments (id),
    uri TEXT UNIQUE,
    url TEXT,
    markdown TEXT NOT NULL,
    html TEXT NOT NULL,
    language TEXT,
    stance TEXT,
    article TEXT,
    activity TEXT,
    published_at TIMESTAMPTZ NOT NULL,
    received_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX held_comments_by_forum ON held_comments (forum_id, id);

-- One text for both databases. SQLite gives the names UUID, TIMESTAMPTZ and JSONB a numeric affinity,
-- which leaves a blob a blob, microseconds an integer, and an object or array a text.

CREATE TABLE settings (
    key TEXT PRIMARY KEY NOT NULL,
    value JSONB NOT NULL
);

CREATE TABLE actors (
    id UUID PRIMARY KEY NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    host TEXT,
    uri TEXT UNIQUE,
    display_name TEXT NOT NULL,
    summary TEXT NOT NULL,
    url TEXT,
    inbox TEXT,
    shared_inbox TEXT,
    document JSONB,
    published_at TIMESTAMPTZ,
    fetched_at TIMESTAMPTZ,
    suspended_at TIMESTAMPTZ,
    deleted_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX actors_by_host ON actors (host, name);

-- People and forums share one namespace, and a name once given is never given again.
CREATE TABLE names (
    name TEXT PRIMARY KEY NOT NULL,
    actor_id UUID NOT NULL REFERENCES actors (id)
);

CREATE TABLE keys (
    id UUID PRIMARY KEY NOT NULL,
    actor_id UUID NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    algorithm TEXT NOT NULL,
    uri TEXT UNIQUE,
    public_key TEXT NOT NULL,
    private_key BYTEA,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX keys_by_actor ON keys (actor_id, algorithm);

CREATE TABLE accounts (
    id UUID PRIMARY KEY NOT NULL,
    actor_id UUID NOT NULL UNIQUE REFERENCES actors (id),
    name TEXT NOT NULL UNIQUE,
    email TEXT UNIQUE,
    password_hash TEXT,
    role TEXT NOT NULL,
    official BOOLEAN NOT NULL,
    language TEXT NOT NULL,
    confirmed_at TIMESTAMPTZ,
    disabled_at TIMESTAMPTZ,
    federation_notice_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE sessions (
    hash TEXT PRIMARY KEY NOT NULL,
    account_id UUID REFERENCES accounts (id) ON DELETE CASCADE,
    data JSONB NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX sessions_by_account ON sessions (account_id);

CREATE TABLE tokens (
    id UUID PRIMARY KEY NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    hash TEXT NOT NULL UNIQUE,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ
);

-- Links that work once: confirmation, reset, invitation, set-up.
CREATE TABLE links (
    hash TEXT PRIMARY KEY NOT NULL,
    purpose TEXT NOT NULL,
    account_id UUID REFERENCES accounts (id) ON DELETE CASCADE,
    detail JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ
);

CREATE TABLE forums (
    id UUID PRIMARY KEY NOT NULL,
    actor_id UUID NOT NULL UNIQUE REFERENCES actors (id),
    official_id UUID REFERENCES actors (id),
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    visibility TEXT NOT NULL,
    language TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ
);

CREATE TABLE memberships (
    forum_id UUID NOT NULL REFERENCES forums (id) ON DELETE CASCADE,
    account_id UUID NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (forum_id, account_id)
);
CREATE INDEX memberships_by_account ON memberships (account_id);

CREATE TABLE consultations (
    id UUID PRIMARY KEY NOT NULL,
    forum_id UUID NOT NULL REFERENCES forums (id),
    author_id UUID NOT NULL REFERENCES actors (id),
    created_by UUID REFERENCES accounts (id),
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    brief JSONB NOT NULL,
    method JSONB NOT NULL,
    electorate JSONB NOT NULL,
    results TEXT NOT NULL,
    changeable BOOLEAN NOT NULL,
    language TEXT NOT NULL,
    tags JSONB NOT NULL,
    text_version INTEGER NOT NULL,
    state TEXT NOT NULL,
    opens_at TIMESTAMPTZ,
    closes_at TIMESTAMPTZ,
    answer_by TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    published_at TIMESTAMPTZ,
    opened_at TIMESTAMPTZ,
    closed_at TIMESTAMPTZ,
    edited_at TIMESTAMPTZ,
    locked_at TIMESTAMPTZ,
    example BOOLEAN NOT NULL,
    source JSONB,
    comment_count INTEGER NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX consultations_by_forum ON consultations (forum_id, state, published_at);
CREATE INDEX consultations_by_state ON consultations (state, closes_at);

CREATE TABLE texts (
    consultation_id UUID NOT NULL REFERENCES consultations (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    markdown TEXT NOT NULL,
    html TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (consultation_id, version)
);

CREATE TABLE ballots (
    id UUID PRIMARY KEY NOT NULL,
    consultation_id UUID NOT NULL REFERENCES consultations (id),
    actor_id UUID NOT NULL REFERENCES actors (id),
    tier TEXT NOT NULL,
    choice JSONB NOT NULL,
    revision INTEGER NOT NULL,
    text_version INTEGER NOT NULL,
    withdrawn BOOLEAN NOT NULL,
    published_at TIMESTAMPTZ,
    cast_at TIMESTAMPTZ NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL,
    UNIQUE (consultation_id, actor_id)
);
CREATE INDEX ballots_by_actor ON ballots (actor_id);

-- Which activities of other servers made a ballot: kept for ever, so that none counts twice.
CREATE TABLE ballot_sources (
    uri TEXT PRIMARY KEY NOT NULL,
    ballot_id UUID NOT NULL REFERENCES ballots (id),
    choice JSONB NOT NULL,
    at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ballot_sources_by_ballot ON ballot_sources (ballot_id);

-- What happened to ballots. A row without seq is a promise that the sequencer has yet to number.
CREATE TABLE ballot_events (
    id UUID PRIMARY KEY NOT NULL,
    consultation_id UUID NOT NULL REFERENCES consultations (id),
    ballot_id UUID NOT NULL REFERENCES ballots (id),
    revision INTEGER NOT NULL,
    kind TEXT NOT NULL,
    tier TEXT NOT NULL,
    choice JSONB NOT NULL,
    text_version INTEGER NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    seq BIGINT,
    UNIQUE (consultation_id, seq),
    UNIQUE (ballot_id, revision)
);
CREATE INDEX ballot_events_waiting ON ballot_events (consultation_id, ballot_id, revision) WHERE seq IS NULL;

CREATE TABLE tallies (
    consultation_id UUID PRIMARY KEY NOT NULL REFERENCES consultations (id) ON DELETE CASCADE,
    size BIGINT NOT NULL,
    counts JSONB NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    sent_at TIMESTAMPTZ
);

CREATE TABLE refused_ballots (
    id UUID PRIMARY KEY NOT NULL,
    consultation_id UUID NOT NULL REFERENCES consultations (id) ON DELETE CASCADE,
    actor_id UUID NOT NULL REFERENCES actors (id),
    uri TEXT NOT NULL UNIQUE,
    code TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL
);
CREATE INDEX refused_ballots_by_voter ON refused_ballots (consultation_id, actor_id);

CREATE TABLE comments (
    id UUID PRIMARY KEY NOT NULL,
    consultation_id UUID NOT NULL REFERENCES consultations (id),
    actor_id UUID NOT NULL REFERENCES actors (id),
    parent_id UUID REFERENCES comments (id),
    uri TEXT UNIQUE,
    url TEXT,
    markdown TEXT NOT NULL,
    html TEXT NOT NULL,
    language TEXT,
    stance TEXT,
    state TEXT NOT NULL,
    reason TEXT,
    official BOOLEAN NOT NULL,
    agrees INTEGER NOT NULL,
    disagrees INTEGER NOT NULL,
    passes INTEGER NOT NULL,
    source JSONB,
    published_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ,
    received_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX comments_by_consultation ON comments (consultation_id, published_at, id);
CREATE INDEX comments_by_parent ON comments (parent_id);
CREATE INDEX comments_by_actor ON comments (actor_id, received_at);

CREATE TABLE reactions (
    comment_id UUID NOT NULL REFERENCES comments (id) ON DELETE CASCADE,
    actor_id UUID NOT NULL REFERENCES actors (id),
    value INTEGER NOT NULL,
    uri TEXT,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (comment_id, actor_id)
);
CREATE INDEX reactions_by_actor ON reactions (actor_id);

-- Likes and shares of a consultation that are no ballots.
CREATE TABLE interests (
    consultation_id UUID NOT NULL REFERENCES consultations (id) ON DELETE CASCADE,
    actor_id UUID NOT NULL REFERENCES actors (id),
    kind TEXT NOT NULL,
    uri TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (consultation_id, actor_id, kind)
);

CREATE TABLE follows (
    id UUID PRIMARY KEY NOT NULL,
    follower_id UUID NOT NULL REFERENCES actors (id),
    target_id UUID NOT NULL REFERENCES actors (id),
    uri TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    answered_at TIMESTAMPTZ,
    UNIQUE (follower_id, target_id)
);
CREATE INDEX follows_by_target ON follows (target_id, state);

CREATE TABLE peers (
    host TEXT PRIMARY KEY NOT NULL,
    policy TEXT NOT NULL,
    failures INTEGER NOT NULL,
    last_success_at TIMESTAMPTZ,
    last_failure_at TIMESTAMPTZ,
    last_error TEXT,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE seen_activities (
    uri TEXT PRIMARY KEY NOT NULL,
    code TEXT,
    at TIMESTAMPTZ NOT NULL
);
CREATE INDEX seen_activities_by_time ON seen_activities (at);

-- What this node sends, serialised and digested once, whoever it goes to.
CREATE TABLE activities (
    id UUID PRIMARY KEY NOT NULL,
    actor_id UUID NOT NULL REFERENCES actors (id),
    uri TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL,
    digest TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

-- What other nodes and servers published and this node keeps a copy of.
CREATE TABLE mirrors (
    id UUID PRIMARY KEY NOT NULL,
    uri TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    host TEXT NOT NULL,
    slug TEXT,
    group_id UUID REFERENCES actors (id),
    author_id UUID REFERENCES actors (id),
    root_uri TEXT,
    parent_uri TEXT,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    html TEXT NOT NULL,
    language TEXT,
    document JSONB NOT NULL,
    published_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ,
    received_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX mirrors_by_root ON mirrors (root_uri, published_at);
CREATE INDEX mirrors_by_slug ON mirrors (host, slug);
CREATE INDEX mirrors_by_group ON mirrors (group_id, kind, published_at);

CREATE TABLE jobs (
    id UUID PRIMARY KEY NOT NULL,
    payload JSONB NOT NULL,
    lane TEXT,
    dedup TEXT UNIQUE,
    run_at TIMESTAMPTZ NOT NULL,
    attempts INTEGER NOT NULL,
    lease UUID,
    leased_until TIMESTAMPTZ,
    buried_at TIMESTAMPTZ,
    last_error TEXT,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX jobs_due ON jobs (run_at) WHERE buried_at IS NULL;
CREATE INDEX jobs_by_lane ON jobs (lane, id) WHERE buried_at IS NULL;

CREATE TABLE mails (
    id UUID PRIMARY KEY NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    html TEXT,
    state TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    sent_at TIMESTAMPTZ
);
CREATE INDEX mails_by_recipient ON mails (recipient, created_at);

CREATE TABLE audit (
    id UUID PRIMARY KEY NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    account_id UUID REFERENCES accounts (id),
    act TEXT NOT NULL,
    subject TEXT NOT NULL,
    on_behalf_of UUID REFERENCES actors (id)
);
CREATE INDEX audit_by_time ON audit (at);

-- Answers already given to requests that carried an Idempotency-Key.
CREATE TABLE answers (
    account_id UUID NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    key TEXT NOT NULL,
    request TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (account_id, key)
);

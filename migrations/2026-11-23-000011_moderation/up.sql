-- What the voter's own server says of how it knows the voter.
ALTER TABLE ballot_sources ADD COLUMN assurance TEXT;

-- How many open ballots from elsewhere a consultation holds, by host and by registrable domain.
CREATE TABLE open_votes (
    consultation_id UUID NOT NULL REFERENCES consultations (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    voters INTEGER NOT NULL,
    PRIMARY KEY (consultation_id, source)
);

-- Debates that take no more comments, and consultations that stand first in their forum.
CREATE TABLE locks (
    consultation_id UUID PRIMARY KEY NOT NULL REFERENCES consultations (id) ON DELETE CASCADE,
    account_id UUID REFERENCES accounts (id) ON DELETE SET NULL,
    reason TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL
);
CREATE TABLE pins (
    consultation_id UUID PRIMARY KEY NOT NULL REFERENCES consultations (id) ON DELETE CASCADE,
    forum_id UUID NOT NULL REFERENCES forums (id) ON DELETE CASCADE,
    at TIMESTAMPTZ NOT NULL
);
CREATE INDEX pins_by_forum ON pins (forum_id, at);

-- Who takes no part in the debates of a forum, until when and why.
CREATE TABLE bans (
    id UUID PRIMARY KEY NOT NULL,
    forum_id UUID NOT NULL REFERENCES forums (id) ON DELETE CASCADE,
    actor_id UUID NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    account_id UUID REFERENCES accounts (id) ON DELETE SET NULL,
    reason TEXT NOT NULL,
    removes BOOLEAN NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    until TIMESTAMPTZ,
    UNIQUE (forum_id, actor_id)
);

-- What people here and elsewhere report to the moderators.
CREATE TABLE reports (
    id UUID PRIMARY KEY NOT NULL,
    uri TEXT,
    target TEXT NOT NULL,
    forum_id UUID REFERENCES forums (id) ON DELETE CASCADE,
    consultation_id UUID REFERENCES consultations (id) ON DELETE CASCADE,
    comment_id UUID REFERENCES comments (id) ON DELETE CASCADE,
    reporter_id UUID REFERENCES actors (id) ON DELETE SET NULL,
    reason TEXT NOT NULL,
    text TEXT NOT NULL,
    state TEXT NOT NULL,
    verdict TEXT,
    decided_by UUID REFERENCES accounts (id) ON DELETE SET NULL,
    decided_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (uri, target)
);
CREATE INDEX reports_by_state ON reports (state, id);
CREATE INDEX reports_by_reporter ON reports (reporter_id, id);

-- Quotes of what is published here that were authorised (FEP-044f).
CREATE TABLE quotes (
    id UUID PRIMARY KEY NOT NULL,
    target TEXT NOT NULL,
    instrument TEXT NOT NULL UNIQUE,
    actor_id UUID NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    at TIMESTAMPTZ NOT NULL
);

-- Accounts of other servers that moved: one person, one ballot.
CREATE TABLE actor_moves (
    from_id UUID PRIMARY KEY NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    to_id UUID NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    at TIMESTAMPTZ NOT NULL
);
CREATE INDEX actor_moves_by_target ON actor_moves (to_id);

-- People of other servers who want to hear nothing from somebody here.
CREATE TABLE blocks (
    actor_id UUID NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    target_id UUID NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    uri TEXT NOT NULL,
    PRIMARY KEY (actor_id, target_id)
);

-- What the moderators of a followed forum say of a copy.
CREATE TABLE mirror_marks (
    uri TEXT PRIMARY KEY NOT NULL,
    locked BOOLEAN NOT NULL,
    pinned BOOLEAN NOT NULL
);

-- Under which id a forum announced something, so that the announcement can be taken back.
CREATE TABLE announces (
    object TEXT PRIMARY KEY NOT NULL,
    uri TEXT NOT NULL
);

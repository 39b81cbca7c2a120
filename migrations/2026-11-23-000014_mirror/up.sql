-- Ballots that people of this node sent to consultations of other nodes, and what those answered. One that takes an earlier one
-- back has no choice.
CREATE TABLE home_ballots (
    id UUID PRIMARY KEY NOT NULL,
    actor_id UUID NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    page TEXT NOT NULL,
    host TEXT NOT NULL,
    choice JSONB NOT NULL,
    takes_back UUID,
    assurance TEXT NOT NULL,
    text_hash TEXT,
    answer TEXT NOT NULL,
    code TEXT,
    receipt TEXT,
    signed_at TIMESTAMPTZ,
    entry BIGINT,
    path JSONB NOT NULL,
    checkpoint TEXT,
    fault TEXT,
    sent_at TIMESTAMPTZ NOT NULL,
    answered_at TIMESTAMPTZ
);
CREATE INDEX home_ballots_by_voter ON home_ballots (actor_id, page, sent_at);
CREATE INDEX home_ballots_by_page ON home_ballots (page);

-- Comments that people of this node wrote on consultations of other nodes. What is shown of each stands among the mirrors, under
-- the same key.
CREATE TABLE home_notes (
    id UUID PRIMARY KEY NOT NULL,
    actor_id UUID NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    page TEXT NOT NULL,
    host TEXT NOT NULL,
    answered TEXT NOT NULL,
    markdown TEXT NOT NULL,
    html TEXT NOT NULL,
    language TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    published_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ,
    shown_at TIMESTAMPTZ
);
CREATE INDEX home_notes_by_page ON home_notes (page);
CREATE INDEX home_notes_by_author ON home_notes (actor_id);

-- What people of this node think of comments on consultations of other nodes.
CREATE TABLE home_opinions (
    actor_id UUID NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    object TEXT NOT NULL,
    value INTEGER NOT NULL,
    activity TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (actor_id, object)
);

-- The last results of a consultation elsewhere that were counted again from its log, with the key that signed them and the
-- checkpoint that they were held against; and what last did not hold.
CREATE TABLE mirror_tallies (
    page TEXT PRIMARY KEY NOT NULL,
    document TEXT NOT NULL,
    key TEXT NOT NULL,
    checkpoint TEXT NOT NULL,
    size BIGINT NOT NULL,
    verified_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE mirror_faults (
    page TEXT PRIMARY KEY NOT NULL,
    failed TEXT NOT NULL,
    detail TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL
);

-- Texts of consultations elsewhere as they were before their origin changed them.
CREATE TABLE mirror_versions (
    page TEXT NOT NULL,
    version INTEGER NOT NULL,
    title TEXT NOT NULL,
    html TEXT NOT NULL,
    replaced_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (page, version)
);

-- By which assurances this node believes a partner about its people; by any, where nothing is said.
CREATE TABLE partner_terms (
    host TEXT PRIMARY KEY NOT NULL REFERENCES peers (host) ON DELETE CASCADE,
    admits JSONB NOT NULL
);

-- Forums here that carry forums elsewhere (FEP-d36d): what of them, and how much so far.
CREATE TABLE relays (
    id UUID PRIMARY KEY NOT NULL,
    forum_id UUID NOT NULL REFERENCES forums (id) ON DELETE CASCADE,
    source_id UUID NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    rule TEXT NOT NULL,
    tags JSONB NOT NULL,
    comments BOOLEAN NOT NULL,
    roots INTEGER NOT NULL,
    answers INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    last_at TIMESTAMPTZ,
    UNIQUE (forum_id, source_id)
);
CREATE INDEX relays_by_source ON relays (source_id);

-- What a forum passed on, so that it never does so twice, and can take it back.
CREATE TABLE carried (
    forum_id UUID NOT NULL REFERENCES forums (id) ON DELETE CASCADE,
    object TEXT NOT NULL,
    relay_id UUID REFERENCES relays (id) ON DELETE SET NULL,
    announce TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    gone_at TIMESTAMPTZ,
    PRIMARY KEY (forum_id, object)
);
CREATE INDEX carried_by_object ON carried (object);

-- What origins have deleted: nobody passes it on any more, however late an announcement comes.
CREATE TABLE departed (
    uri TEXT PRIMARY KEY NOT NULL,
    at TIMESTAMPTZ NOT NULL
);

-- Forums that want to be asked before other forums carry them.
CREATE TABLE consents (
    forum_id UUID PRIMARY KEY NOT NULL REFERENCES forums (id) ON DELETE CASCADE,
    asks BOOLEAN NOT NULL
);

-- What one side proposes to the other: to carry something, to witness a node's logs.
CREATE TABLE proposals (
    id UUID PRIMARY KEY NOT NULL,
    uri TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    ours BOOLEAN NOT NULL,
    actor_id UUID NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    peer_id UUID NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    object TEXT NOT NULL,
    title TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    answered_at TIMESTAMPTZ
);
CREATE INDEX proposals_by_actor ON proposals (actor_id, id);
CREATE INDEX proposals_by_object ON proposals (object);

-- Relay servers (FEP-ae0c): those that this node subscribed to, and those that subscribed to this node.
CREATE TABLE relay_servers (
    id UUID PRIMARY KEY NOT NULL,
    direction TEXT NOT NULL,
    style TEXT NOT NULL,
    state TEXT NOT NULL,
    host TEXT NOT NULL,
    uri TEXT NOT NULL,
    inbox TEXT NOT NULL,
    follow TEXT NOT NULL,
    actor_id UUID REFERENCES actors (id) ON DELETE CASCADE,
    handed INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    answered_at TIMESTAMPTZ,
    UNIQUE (direction, inbox)
);
CREATE INDEX relay_servers_by_follow ON relay_servers (follow);
-- What went through relay servers, so that nothing does twice.
CREATE TABLE relayed (
    object TEXT PRIMARY KEY NOT NULL,
    at TIMESTAMPTZ NOT NULL
);

-- Nodes that witness this one, and nodes that this one witnesses.
CREATE TABLE witnesses (
    id UUID PRIMARY KEY NOT NULL,
    role TEXT NOT NULL,
    actor_id UUID NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    host TEXT NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    last_at TIMESTAMPTZ,
    failure TEXT,
    UNIQUE (role, host)
);
-- The head of each log elsewhere as it was last seen and cosigned here.
CREATE TABLE witnessed (
    origin TEXT PRIMARY KEY NOT NULL,
    host TEXT NOT NULL,
    size BIGINT NOT NULL,
    root TEXT NOT NULL,
    checkpoint TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL
);
CREATE INDEX witnessed_by_host ON witnessed (host, origin);
-- What witnesses said of the logs of this node.
CREATE TABLE cosignatures (
    consultation_id UUID NOT NULL REFERENCES consultations (id) ON DELETE CASCADE,
    size BIGINT NOT NULL,
    name TEXT NOT NULL,
    checkpoint TEXT NOT NULL,
    line TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (consultation_id, size, name)
);
-- Two heads of one log that cannot both be true, each with the signature under it.
CREATE TABLE forks (
    id UUID PRIMARY KEY NOT NULL,
    origin TEXT NOT NULL,
    host TEXT NOT NULL,
    earlier TEXT NOT NULL,
    later TEXT NOT NULL,
    brought_by TEXT NOT NULL,
    found_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX forks_by_origin ON forks (origin);

-- Until when copies may be kept, and under which licence, as their origins say.
CREATE TABLE mirror_terms (
    uri TEXT PRIMARY KEY NOT NULL,
    retain_until TIMESTAMPTZ,
    license TEXT
);
CREATE INDEX mirror_terms_by_date ON mirror_terms (retain_until);

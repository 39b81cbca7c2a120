-- Copies of what is gone at its origin: their place in the thread stays, without words and without author.
CREATE TABLE mirror_ends (
    mirror_id UUID PRIMARY KEY NOT NULL REFERENCES mirrors (id) ON DELETE CASCADE,
    how TEXT NOT NULL,
    reason TEXT,
    at TIMESTAMPTZ NOT NULL
);

-- When the origin of a consultation elsewhere is asked again; and when what is kept of it was last found to be other than what
-- was signed there, whether that could be put right, and what it was.
CREATE TABLE mirror_checks (
    page TEXT PRIMARY KEY NOT NULL,
    next_at TIMESTAMPTZ NOT NULL,
    failed_at TIMESTAMPTZ,
    restored BOOLEAN NOT NULL,
    detail TEXT NOT NULL
);

-- Objects of other nodes that were erased here because their origin wished so, and where that is acknowledged.
CREATE TABLE erasures (
    object TEXT PRIMARY KEY NOT NULL,
    inbox TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    told INTEGER NOT NULL
);

-- Hosts that had an object of this node from others than this one, and what became of it there: by their own word, or by that
-- of whoever handed it to them.
CREATE TABLE onward_copies (
    object TEXT NOT NULL,
    host TEXT NOT NULL,
    via TEXT,
    erasure TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (object, host)
);

-- Forums elsewhere that said they passed a consultation of this node on, and how many objects of it.
CREATE TABLE announcers (
    consultation_id UUID NOT NULL REFERENCES consultations (id) ON DELETE CASCADE,
    actor_id UUID NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    objects INTEGER NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (consultation_id, actor_id)
);

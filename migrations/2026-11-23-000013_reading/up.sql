-- Pictures of people of other servers, fetched once, made small and written anew. Without octets: asked for, or not to be had.
CREATE TABLE portraits (
    actor_id UUID PRIMARY KEY NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    hash TEXT,
    format TEXT,
    octets BYTEA,
    asked_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX portraits_by_hash ON portraits (hash);

-- What the servers with which people sign in call this node (the API of Mastodon).
CREATE TABLE registrations (
    host TEXT PRIMARY KEY NOT NULL,
    redirect TEXT NOT NULL,
    client_id TEXT NOT NULL,
    client_secret TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

-- The actor here in whose name the ballots of one elsewhere count, once both were shown to be one person.
ALTER TABLE actors ADD COLUMN votes_as UUID;

-- The dialect of HTTP signatures that a server was found to understand, other than the one that is tried first.
CREATE TABLE dialects (
    host TEXT PRIMARY KEY NOT NULL,
    dialect TEXT NOT NULL,
    learned_at TIMESTAMPTZ NOT NULL
);

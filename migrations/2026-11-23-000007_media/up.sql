-- Files that people gave, as they are served: pictures written anew, documents as they came. Named by the SHA-256 of their
-- octets, so that one given twice is kept once.
CREATE TABLE media (
    hash TEXT PRIMARY KEY NOT NULL,
    format TEXT NOT NULL,
    width INTEGER,
    height INTEGER,
    size INTEGER NOT NULL,
    octets BYTEA NOT NULL
);

-- What a consultation shows beside its text: a cover, pictures, documents, links.
CREATE TABLE attachments (
    id UUID PRIMARY KEY NOT NULL,
    consultation_id UUID NOT NULL REFERENCES consultations (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    hash TEXT REFERENCES media (hash),
    url TEXT,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX attachments_by_consultation ON attachments (consultation_id, id);
CREATE INDEX attachments_by_hash ON attachments (hash);

-- What a forum asks to be told of each of its consultations.
CREATE TABLE forum_attributes (
    forum_id UUID NOT NULL REFERENCES forums (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    position INTEGER NOT NULL,
    label TEXT NOT NULL,
    kind TEXT NOT NULL,
    options JSONB NOT NULL,
    required BOOLEAN NOT NULL,
    PRIMARY KEY (forum_id, name)
);

-- And what it was told, by the name of the attribute.
CREATE TABLE consultation_attributes (
    consultation_id UUID PRIMARY KEY NOT NULL REFERENCES consultations (id) ON DELETE CASCADE,
    given JSONB NOT NULL
);

-- Work that takes long, and how far it has come, for who administers the node.
CREATE TABLE works (
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    done BIGINT NOT NULL,
    total BIGINT NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX works_by_time ON works (updated_at);

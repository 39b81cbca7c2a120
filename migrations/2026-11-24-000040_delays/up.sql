-- Whether work that takes long came to nothing.
ALTER TABLE works ADD COLUMN failed BOOLEAN NOT NULL DEFAULT FALSE;

-- How long comments waited to be read before they were shown, or not; what waited itself is gone then.
CREATE TABLE readings (
    id UUID PRIMARY KEY NOT NULL,
    forum_id UUID NOT NULL REFERENCES forums (id) ON DELETE CASCADE,
    received_at TIMESTAMPTZ NOT NULL,
    decided_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX readings_by_time ON readings (decided_at);
CREATE INDEX reports_by_decision ON reports (decided_at);

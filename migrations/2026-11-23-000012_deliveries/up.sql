-- What of an activity is told: the id of its object, and whether it tells that the object is gone.
ALTER TABLE activities ADD COLUMN object TEXT;
ALTER TABLE activities ADD COLUMN erases BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX activities_by_object ON activities (object);

-- What is on its way to other servers: a row for each inbox. tried: whether the other side may have it already.
CREATE TABLE deliveries (
    id UUID PRIMARY KEY NOT NULL,
    host TEXT NOT NULL,
    activity_id UUID NOT NULL REFERENCES activities (id) ON DELETE CASCADE,
    inbox TEXT NOT NULL,
    tried BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX deliveries_by_host ON deliveries (host, id);
CREATE INDEX deliveries_by_activity ON deliveries (activity_id);

-- The lane of each host: when it is due, who holds it, and how the host fares. due_at is null while nothing waits.
CREATE TABLE lanes (
    host TEXT PRIMARY KEY NOT NULL,
    due_at TIMESTAMPTZ,
    attempts INTEGER NOT NULL,
    failing_since TIMESTAMPTZ,
    last_success_at TIMESTAMPTZ,
    last_failure_at TIMESTAMPTZ,
    errors JSONB NOT NULL,
    lease UUID,
    leased_until TIMESTAMPTZ
);
CREATE INDEX lanes_due ON lanes (due_at) WHERE due_at IS NOT NULL;

-- Which host was given which object, and what became of the wish to erase it there.
CREATE TABLE copies (
    object TEXT NOT NULL,
    host TEXT NOT NULL,
    inbox TEXT NOT NULL,
    delivered_at TIMESTAMPTZ,
    erasure TEXT,
    erasure_at TIMESTAMPTZ,
    PRIMARY KEY (object, host)
);
CREATE INDEX copies_by_host ON copies (host);

-- How a host fares is known of its lane.
ALTER TABLE peers DROP COLUMN failures;
ALTER TABLE peers DROP COLUMN last_success_at;
ALTER TABLE peers DROP COLUMN last_failure_at;
ALTER TABLE peers DROP COLUMN last_error;
DELETE FROM jobs WHERE lane LIKE 'host:%';

-- What else is refused of a host, and why it is treated so: in public, and among administrators.
ALTER TABLE peers ADD COLUMN reject_media BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE peers ADD COLUMN reject_reports BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE peers ADD COLUMN obfuscate BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE peers ADD COLUMN public_comment TEXT NOT NULL DEFAULT '';
ALTER TABLE peers ADD COLUMN private_comment TEXT NOT NULL DEFAULT '';

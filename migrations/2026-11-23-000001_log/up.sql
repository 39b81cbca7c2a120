-- The public log of a consultation's ballots: its head, and what of it is not yet a full tile.
CREATE TABLE ballot_logs (
    consultation_id UUID PRIMARY KEY NOT NULL REFERENCES consultations (id) ON DELETE CASCADE,
    size BIGINT NOT NULL,
    root TEXT NOT NULL,
    checkpoint TEXT NOT NULL,
    entries BYTEA NOT NULL,
    hashes BYTEA NOT NULL,
    at TIMESTAMPTZ NOT NULL
);

-- Full tiles and bundles of 256, written once; level -1 are the bundles of entries.
CREATE TABLE log_tiles (
    consultation_id UUID NOT NULL REFERENCES consultations (id) ON DELETE CASCADE,
    level INTEGER NOT NULL,
    n BIGINT NOT NULL,
    data BYTEA NOT NULL,
    PRIMARY KEY (consultation_id, level, n)
);

-- The signed result of a closed consultation.
CREATE TABLE final_results (
    consultation_id UUID PRIMARY KEY NOT NULL REFERENCES consultations (id) ON DELETE CASCADE,
    size BIGINT NOT NULL,
    document TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL
);

-- The last time that a tally was held against its log.
CREATE TABLE count_checks (
    consultation_id UUID PRIMARY KEY NOT NULL REFERENCES consultations (id) ON DELETE CASCADE,
    at TIMESTAMPTZ NOT NULL,
    size BIGINT NOT NULL,
    holds BOOLEAN NOT NULL,
    detail TEXT NOT NULL
);

-- Why a moderator took a ballot out.
CREATE TABLE ballot_removals (
    event_id UUID PRIMARY KEY NOT NULL REFERENCES ballot_events (id) ON DELETE CASCADE,
    account_id UUID REFERENCES accounts (id),
    reason TEXT NOT NULL
);

ALTER TABLE consultations ADD COLUMN ballots TEXT NOT NULL DEFAULT 'secret';

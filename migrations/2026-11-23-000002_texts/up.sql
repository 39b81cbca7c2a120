-- The articles of each version: anchor, heading, level.
ALTER TABLE texts ADD COLUMN articles JSONB NOT NULL DEFAULT '[]';

-- The fewest days that a consultation of this forum stays open.
ALTER TABLE forums ADD COLUMN minimum_days INTEGER NOT NULL DEFAULT 0;

-- What was changed once published, each with its public reason.
CREATE TABLE changes (
    id UUID PRIMARY KEY NOT NULL,
    consultation_id UUID NOT NULL REFERENCES consultations (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail JSONB NOT NULL,
    at TIMESTAMPTZ NOT NULL
);
CREATE INDEX changes_by_consultation ON changes (consultation_id, at);

-- What became of a consultation.
CREATE TABLE outcomes (
    consultation_id UUID PRIMARY KEY NOT NULL REFERENCES consultations (id) ON DELETE CASCADE,
    decision TEXT NOT NULL,
    markdown TEXT NOT NULL,
    html TEXT NOT NULL,
    answers JSONB NOT NULL,
    next_at TIMESTAMPTZ,
    next_step TEXT NOT NULL,
    comment_id UUID REFERENCES comments (id),
    published_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ
);

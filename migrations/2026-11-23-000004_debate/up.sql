-- The article that a comment refers to, how many visible replies it has, and its two scores in millionths.
ALTER TABLE comments ADD COLUMN article TEXT;
ALTER TABLE comments ADD COLUMN replies INTEGER NOT NULL DEFAULT 0;
ALTER TABLE comments ADD COLUMN agreement INTEGER NOT NULL DEFAULT 0;
ALTER TABLE comments ADD COLUMN division INTEGER NOT NULL DEFAULT 0;
UPDATE comments SET replies =
    (SELECT count(*) FROM comments AS reply WHERE reply.parent_id = comments.id AND reply.state = 'visible');
-- Scores need a square root: those of earlier comments are worked out by the program, right after this.
UPDATE comments SET agreement = -1 WHERE agrees + disagrees > 0;
CREATE INDEX comments_unscored ON comments (id) WHERE agreement < 0;
CREATE INDEX comments_by_agreement ON comments (consultation_id, agreement, id);
CREATE INDEX comments_by_division ON comments (consultation_id, division, id);

-- What a comment said before each edit.
CREATE TABLE comment_versions (
    comment_id UUID NOT NULL REFERENCES comments (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    markdown TEXT NOT NULL,
    html TEXT NOT NULL,
    written_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (comment_id, version)
);

-- People of this node whom a forum elsewhere excludes from its debates, as its moderators say.
CREATE TABLE expulsions (
    group_id UUID NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    actor_id UUID NOT NULL REFERENCES actors (id) ON DELETE CASCADE,
    reason TEXT NOT NULL,
    until TIMESTAMPTZ,
    PRIMARY KEY (group_id, actor_id)
);

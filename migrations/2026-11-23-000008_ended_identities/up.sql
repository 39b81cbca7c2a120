-- A link that was ended is kept: what a provider vouches for once belongs to one account, so that nobody votes with it twice.
ALTER TABLE identities ADD COLUMN ended_at TIMESTAMPTZ;

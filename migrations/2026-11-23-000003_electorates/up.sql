-- Since when somebody waits for an administrator's approval.
ALTER TABLE accounts ADD COLUMN waiting_since TIMESTAMPTZ;
-- The best tier in which the account can vote: `open` where a provider that vouches for no more made it.
ALTER TABLE accounts ADD COLUMN tier TEXT NOT NULL DEFAULT 'member';

-- Who asked to join a forum, who is invited, who was refused.
CREATE TABLE admissions (
    id UUID PRIMARY KEY NOT NULL,
    forum_id UUID NOT NULL REFERENCES forums (id) ON DELETE CASCADE,
    account_id UUID REFERENCES accounts (id) ON DELETE CASCADE,
    email TEXT,
    state TEXT NOT NULL,
    role TEXT NOT NULL,
    secret TEXT UNIQUE,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ,
    UNIQUE (forum_id, account_id),
    UNIQUE (forum_id, email)
);
CREATE INDEX admissions_by_account ON admissions (account_id);

-- Lists of electors: keyed hashes alone, so that nobody reads a list out of the database.
CREATE TABLE elector_lists (
    id UUID PRIMARY KEY NOT NULL,
    forum_id UUID NOT NULL REFERENCES forums (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    size INTEGER NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    UNIQUE (forum_id, name)
);

-- account_id: who has claimed the entry of an identifier. No reference: a claim outlives its account, or one person
-- could claim twice.
CREATE TABLE electors (
    list_id UUID NOT NULL REFERENCES elector_lists (id) ON DELETE CASCADE,
    hash TEXT NOT NULL,
    account_id UUID,
    PRIMARY KEY (list_id, hash),
    UNIQUE (list_id, account_id)
);

-- Codes with which somebody takes part once, without an account. The voter of a code bears its id.
CREATE TABLE codes (
    id UUID PRIMARY KEY NOT NULL,
    consultation_id UUID NOT NULL REFERENCES consultations (id) ON DELETE CASCADE,
    hash TEXT NOT NULL UNIQUE,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX codes_by_consultation ON codes (consultation_id);

-- Accounts as OpenID Connect providers know them.
CREATE TABLE identities (
    id UUID PRIMARY KEY NOT NULL,
    account_id UUID NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    provider TEXT NOT NULL,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    tier TEXT NOT NULL,
    lists JSONB NOT NULL,
    identifier TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    UNIQUE (issuer, subject)
);
CREATE INDEX identities_by_account ON identities (account_id, provider);

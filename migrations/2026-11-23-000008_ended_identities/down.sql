ALTER TABLE identities DROP COLUMN ended_at;

-- What waits to be read may be edited meanwhile, where it was written.
ALTER TABLE held_comments ADD COLUMN updated_at TIMESTAMPTZ;

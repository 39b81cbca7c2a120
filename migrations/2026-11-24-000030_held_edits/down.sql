ALTER TABLE held_comments DROP COLUMN updated_at;

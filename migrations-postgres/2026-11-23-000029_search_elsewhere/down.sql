DELETE FROM search_documents WHERE forum_id IS NULL;
ALTER TABLE search_documents DROP COLUMN mirror_id;
ALTER TABLE search_documents ALTER COLUMN forum_id SET NOT NULL;

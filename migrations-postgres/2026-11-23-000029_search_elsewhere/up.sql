-- Copies of what other nodes published are found too: they belong to no forum here, and go with the copy.
ALTER TABLE search_documents ALTER COLUMN forum_id DROP NOT NULL;
ALTER TABLE search_documents ADD COLUMN mirror_id UUID REFERENCES mirrors (id) ON DELETE CASCADE;
CREATE INDEX search_documents_by_mirror ON search_documents (mirror_id);

DELETE FROM search_documents WHERE forum_id IS NULL;
CREATE TABLE search_documents_narrower (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    subject_id UUID NOT NULL UNIQUE,
    forum_id UUID NOT NULL REFERENCES forums (id) ON DELETE CASCADE,
    stems TEXT NOT NULL
);
INSERT INTO search_documents_narrower (number, kind, subject_id, forum_id, stems)
    SELECT number, kind, subject_id, forum_id, stems FROM search_documents;
DROP TABLE search_documents;
ALTER TABLE search_documents_narrower RENAME TO search_documents;
CREATE TRIGGER search_documents_added AFTER INSERT ON search_documents BEGIN
    INSERT INTO search_index (rowid, stems) VALUES (new.number, new.stems);
END;
CREATE TRIGGER search_documents_removed AFTER DELETE ON search_documents BEGIN
    INSERT INTO search_index (search_index, rowid, stems) VALUES ('delete', old.number, old.stems);
END;
CREATE TRIGGER search_documents_changed AFTER UPDATE ON search_documents BEGIN
    INSERT INTO search_index (search_index, rowid, stems) VALUES ('delete', old.number, old.stems);
    INSERT INTO search_index (rowid, stems) VALUES (new.number, new.stems);
END;

-- Copies of what other nodes published are found too: they belong to no forum here, and go with the copy.
CREATE TABLE search_documents_wider (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    subject_id UUID NOT NULL UNIQUE,
    forum_id UUID REFERENCES forums (id) ON DELETE CASCADE,
    stems TEXT NOT NULL,
    mirror_id UUID REFERENCES mirrors (id) ON DELETE CASCADE
);
INSERT INTO search_documents_wider (number, kind, subject_id, forum_id, stems)
    SELECT number, kind, subject_id, forum_id, stems FROM search_documents;
DROP TABLE search_documents;
ALTER TABLE search_documents_wider RENAME TO search_documents;
CREATE INDEX search_documents_by_mirror ON search_documents (mirror_id);

-- They went with the table.
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

-- What can be found: the stems of forums, published consultations and visible comments, each with what it belongs to. The
-- program writes this table alone; the index follows it by triggers. A later number is a later document.
CREATE TABLE search_documents (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    subject_id UUID NOT NULL UNIQUE,
    forum_id UUID NOT NULL REFERENCES forums (id) ON DELETE CASCADE,
    stems TEXT NOT NULL
);

-- Split at spaces and found as they are: the program has folded and stemmed them.
CREATE VIRTUAL TABLE search_index USING fts5(
    stems, content='search_documents', content_rowid='number', tokenize='ascii', detail=none, columnsize=0
);
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

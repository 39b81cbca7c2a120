-- The institution's mark, written anew from what it gave. One row at most.
CREATE TABLE logos (
    hash TEXT PRIMARY KEY NOT NULL,
    format TEXT NOT NULL,
    octets BYTEA NOT NULL
);

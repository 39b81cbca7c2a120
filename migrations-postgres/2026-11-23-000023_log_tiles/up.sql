-- Hashes do not shrink, and the entries of a log are read far more often than kept: to compress them costs the sequencer more
-- than to write them.
ALTER TABLE log_tiles ALTER COLUMN data SET STORAGE EXTERNAL;
ALTER TABLE ballot_logs ALTER COLUMN entries SET STORAGE EXTERNAL;
ALTER TABLE ballot_logs ALTER COLUMN hashes SET STORAGE EXTERNAL;

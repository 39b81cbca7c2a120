-- An event is written in the statement that writes its ballot, which nothing deletes: to look each up again costs a rush of
-- voters a third of its time.
ALTER TABLE ballot_events
    DROP CONSTRAINT ballot_events_ballot_id_fkey,
    DROP CONSTRAINT ballot_events_consultation_id_fkey,
    DROP CONSTRAINT ballot_events_consultation_id_seq_key;
-- What has no number yet stands in ballot_events_waiting alone.
CREATE UNIQUE INDEX ballot_events_by_seq ON ballot_events (consultation_id, seq) WHERE seq IS NOT NULL;
-- Hashes do not get smaller, and the sequencer has no time to try.
ALTER TABLE log_tiles ALTER COLUMN data SET STORAGE EXTERNAL;
ALTER TABLE ballot_logs ALTER COLUMN entries SET STORAGE EXTERNAL;

ALTER TABLE ballot_logs ALTER COLUMN entries SET STORAGE EXTENDED;
ALTER TABLE log_tiles ALTER COLUMN data SET STORAGE EXTENDED;
DROP INDEX ballot_events_by_seq;
ALTER TABLE ballot_events
    ADD CONSTRAINT ballot_events_consultation_id_seq_key UNIQUE (consultation_id, seq),
    ADD CONSTRAINT ballot_events_consultation_id_fkey FOREIGN KEY (consultation_id) REFERENCES consultations (id),
    ADD CONSTRAINT ballot_events_ballot_id_fkey FOREIGN KEY (ballot_id) REFERENCES ballots (id);

ALTER TABLE ballots
    ADD CONSTRAINT ballots_consultation_id_fkey FOREIGN KEY (consultation_id) REFERENCES consultations (id);

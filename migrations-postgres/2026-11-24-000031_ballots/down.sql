ALTER TABLE ballots ADD CONSTRAINT ballots_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES actors (id);

ALTER TABLE consultations DROP COLUMN ballots;
DROP TABLE ballot_removals;
DROP TABLE count_checks;
DROP TABLE final_results;
DROP TABLE log_tiles;
DROP TABLE ballot_logs;

ALTER TABLE log_tiles DROP COLUMN octets;

-- How many octets a tile is made of, where it is kept packed.
ALTER TABLE log_tiles ADD COLUMN octets INTEGER;

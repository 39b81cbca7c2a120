ALTER TABLE actors DROP COLUMN votes_as;
DROP TABLE registrations;
DROP TABLE portraits;

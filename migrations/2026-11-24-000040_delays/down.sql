DROP INDEX reports_by_decision;
DROP TABLE readings;
ALTER TABLE works DROP COLUMN failed;

DROP TABLE outcomes;
DROP TABLE changes;
ALTER TABLE forums DROP COLUMN minimum_days;
ALTER TABLE texts DROP COLUMN articles;

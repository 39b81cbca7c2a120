DROP TABLE comment_versions;
DROP INDEX comments_by_division;
DROP INDEX comments_by_agreement;
DROP INDEX comments_unscored;
ALTER TABLE comments DROP COLUMN division;
ALTER TABLE comments DROP COLUMN agreement;
ALTER TABLE comments DROP COLUMN replies;
ALTER TABLE comments DROP COLUMN article;

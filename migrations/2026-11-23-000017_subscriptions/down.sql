DROP INDEX comments_by_stance;
ALTER TABLE mails DROP COLUMN unsubscribe;
DROP TABLE closing_calls;
DROP TABLE notices;
DROP TABLE mail_preferences;
DROP TABLE subscriptions;

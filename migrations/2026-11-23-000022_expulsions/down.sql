DROP TABLE expulsions;

DROP TABLE identities;
DROP TABLE codes;
DROP TABLE electors;
DROP TABLE elector_lists;
DROP TABLE admissions;
ALTER TABLE accounts DROP COLUMN tier;
ALTER TABLE accounts DROP COLUMN waiting_since;

DROP TABLE announcers;
DROP TABLE onward_copies;
DROP TABLE erasures;
DROP TABLE mirror_checks;
DROP TABLE mirror_ends;

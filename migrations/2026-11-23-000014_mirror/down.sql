DROP TABLE partner_terms;
DROP TABLE mirror_versions;
DROP TABLE mirror_faults;
DROP TABLE mirror_tallies;
DROP TABLE home_opinions;
DROP TABLE home_notes;
DROP TABLE home_ballots;

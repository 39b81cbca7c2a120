DROP TABLE held_comments;
DROP TABLE premoderated;
DROP TABLE decisions;
DROP TABLE pages;

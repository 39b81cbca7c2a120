DROP TABLE consultation_attributes;
DROP TABLE forum_attributes;
DROP TABLE attachments;
DROP TABLE media;

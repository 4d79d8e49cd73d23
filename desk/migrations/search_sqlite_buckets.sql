-- In place of one table of words come many (search_sqlite_bucket.sql). An empty index is filled at the start.
DROP TABLE entry;
DELETE FROM document;

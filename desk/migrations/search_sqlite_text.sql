-- The words of each request, each with a space before and after it, so that the newest requests can be looked through
-- one by one (search/find.rs). public: what the customer can read. internal: what only agents can.
CREATE TABLE text (
    place INTEGER PRIMARY KEY,
    public BLOB NOT NULL,
    internal BLOB NOT NULL
);
-- How many of the tables by word are in use (search/buckets.rs).
CREATE TABLE size (buckets INTEGER NOT NULL);
INSERT INTO size (buckets) VALUES (1);

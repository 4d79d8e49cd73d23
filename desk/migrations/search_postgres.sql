-- UNLOGGED: it reaches neither the write-ahead log nor a base backup. Only words without
-- the text that they stand in are kept.
-- Of several nodes that open for the first time, one makes the table and the others wait.
SELECT pg_advisory_xact_lock(8389187293517472);
CREATE UNLOGGED TABLE IF NOT EXISTS search_entry (
    request_id UUID NOT NULL PRIMARY KEY,
    person_id UUID NOT NULL,
    public TSVECTOR NOT NULL,
    everything TSVECTOR NOT NULL
);
CREATE INDEX IF NOT EXISTS search_person ON search_entry (person_id);
CREATE INDEX IF NOT EXISTS search_public ON search_entry USING GIN (public);
CREATE INDEX IF NOT EXISTS search_everything ON search_entry USING GIN (everything);

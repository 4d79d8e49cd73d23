-- UNLOGGED: it reaches neither the write-ahead log nor a base backup. Only words without
-- their order-giving text are kept.
CREATE UNLOGGED TABLE IF NOT EXISTS search_entry (
    request_id UUID NOT NULL PRIMARY KEY,
    person_id UUID NOT NULL,
    public TSVECTOR NOT NULL,
    everything TSVECTOR NOT NULL
);
CREATE INDEX IF NOT EXISTS search_person ON search_entry (person_id);
CREATE INDEX IF NOT EXISTS search_public ON search_entry USING GIN (public);
CREATE INDEX IF NOT EXISTS search_everything ON search_entry USING GIN (everything);

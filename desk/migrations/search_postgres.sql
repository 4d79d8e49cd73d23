-- UNLOGGED: it reaches neither the write-ahead log nor a base backup. Only words without
-- the text that they stand in are kept. Why there are many tables stands in search/buckets.rs.
-- Of several nodes that open for the first time, one makes the tables and the others wait.
SELECT pg_advisory_xact_lock(8389187293517472);
-- One row for as long as nothing was lost: a crash empties this table together with those below (search/epoch.rs).
CREATE UNLOGGED TABLE IF NOT EXISTS search_epoch (
    single BOOLEAN NOT NULL PRIMARY KEY DEFAULT TRUE CHECK (single),
    epoch UUID NOT NULL,
    -- Requests from here on were marked for the indexer; NULL when all were.
    marked_from UUID,
    -- How many of the tables below are in use (search/buckets.rs).
    buckets BIGINT NOT NULL
);
ALTER TABLE search_epoch ADD COLUMN IF NOT EXISTS buckets BIGINT NOT NULL DEFAULT BUCKETS;
DO $$
BEGIN
    -- How it was before there were many.
    DROP TABLE IF EXISTS search_entry;
    FOR bucket IN 0..BUCKETS - 1 LOOP
        CONTINUE WHEN to_regclass(format('search_entry_%s', to_char(bucket, 'FM00'))) IS NOT NULL;
        EXECUTE format('CREATE UNLOGGED TABLE search_entry_%1$s (
            request_id UUID NOT NULL PRIMARY KEY,
            person_id UUID NOT NULL,
            public TSVECTOR NOT NULL,
            everything TSVECTOR NOT NULL
        );
        CREATE INDEX search_person_%1$s ON search_entry_%1$s (person_id);
        CREATE INDEX search_everything_%1$s ON search_entry_%1$s USING GIN (everything);
        -- ANALYZE would copy frequent words into the catalogue, which is logged and backed up.
        ALTER TABLE search_entry_%1$s ALTER public SET STATISTICS 0, ALTER everything SET STATISTICS 0;
        ', to_char(bucket, 'FM00'));
    END LOOP;
    -- Words that were made in another form (search/words.rs) go, and the epoch with them.
    IF obj_description('search_entry_00'::regclass) IS DISTINCT FROM 'form FORM' THEN
        FOR bucket IN 0..BUCKETS - 1 LOOP
            EXECUTE format('TRUNCATE search_entry_%s', to_char(bucket, 'FM00'));
        END LOOP;
        DELETE FROM search_epoch;
        COMMENT ON TABLE search_entry_00 IS 'form FORM';
    END IF;
END $$;

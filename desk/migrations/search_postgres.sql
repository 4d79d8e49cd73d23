-- UNLOGGED: it reaches neither the write-ahead log nor a base backup. Only words without
-- the text that they stand in are kept. Why there are many tables stands in search/buckets.rs.
-- Of several nodes that open for the first time, one makes the tables and the others wait.
SELECT pg_advisory_xact_lock(8389187293517472);
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
    -- Words that were made in another form (search/words.rs) go: an empty index is filled at the start.
    IF obj_description('search_entry_00'::regclass) IS DISTINCT FROM 'form FORM' THEN
        FOR bucket IN 0..BUCKETS - 1 LOOP
            EXECUTE format('TRUNCATE search_entry_%s', to_char(bucket, 'FM00'));
        END LOOP;
        COMMENT ON TABLE search_entry_00 IS 'form FORM';
    END IF;
END $$;

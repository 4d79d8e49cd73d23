-- How often something was tried, for the limits that hold over several nodes (abuse/counts.rs).
-- UNLOGGED: it reaches neither the write-ahead log nor a base backup. The keys are keyed hashes
-- with the salt of a day; both are gone soon after that day.
-- Of several nodes that open for the first time, one makes the tables and the others wait.
SELECT pg_advisory_xact_lock(8389187293517473);
CREATE UNLOGGED TABLE IF NOT EXISTS abuse_salt (
    day BIGINT NOT NULL PRIMARY KEY,
    salt BYTEA NOT NULL
);
CREATE UNLOGGED TABLE IF NOT EXISTS abuse_count (
    key BYTEA NOT NULL PRIMARY KEY,
    first BIGINT NOT NULL DEFAULT 0,
    second BIGINT NOT NULL DEFAULT 0,
    last BIGINT NOT NULL
);
-- ANALYZE would copy frequent values into the catalogue, which is logged and backed up.
ALTER TABLE abuse_salt ALTER salt SET STATISTICS 0;
ALTER TABLE abuse_count ALTER key SET STATISTICS 0;

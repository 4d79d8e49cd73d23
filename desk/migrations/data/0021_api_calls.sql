-- Calls of the API that carry an idempotency key: what was answered, for 24 hours. Keyed hashes and public ids, nothing
-- of what anybody wrote.
CREATE TABLE api_call (
    token_hash BYTEA NOT NULL,
    key_hash BYTEA NOT NULL,
    call_hash BYTEA NOT NULL,
    started_at BIGINT NOT NULL,
    -- NULL while it runs.
    answer TEXT,
    PRIMARY KEY (token_hash, key_hash)
);
CREATE INDEX api_call_started ON api_call (started_at);
-- The audit log is read in this order.
CREATE INDEX audit_at ON audit (at, id);

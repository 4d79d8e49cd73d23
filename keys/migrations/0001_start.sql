-- The key store: its rows are all that can name or open a person. Deleting one is what
-- makes an erasure reach every backup.
CREATE TABLE person_key (
    person_id UUID NOT NULL PRIMARY KEY,
    address_index BYTEA NOT NULL UNIQUE,
    wrapped_key BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

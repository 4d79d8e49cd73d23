-- Keyed hashes of messages of persons who were erased. Here too, since an older copy of the
-- data that is restored knows nothing of them: no mailbox brings anybody back.
CREATE TABLE erased_message (
    fingerprint BYTEA NOT NULL PRIMARY KEY
);
-- Keys of messages that were set aside and belong to nobody that we know.
CREATE TABLE aside_key (
    id UUID NOT NULL PRIMARY KEY,
    wrapped_key BYTEA NOT NULL
);

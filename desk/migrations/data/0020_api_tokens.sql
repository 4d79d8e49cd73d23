-- One table for the tokens of persons and of services.

-- A service acts at the desk by a token. Its row is an agent who can neither sign in nor be given requests.
ALTER TABLE person ADD COLUMN service BOOLEAN NOT NULL DEFAULT FALSE;

ALTER TABLE api_token RENAME TO api_token_before;
CREATE TABLE api_token (
    secret_hash BYTEA NOT NULL PRIMARY KEY,
    -- Who acts by it. NULL for a service that only hands over mail.
    person_id UUID REFERENCES person (id),
    -- The operator's name for a service. A person's names are sealed.
    name TEXT UNIQUE,
    name_sealed BYTEA,
    -- Words, separated by spaces.
    scopes TEXT NOT NULL,
    -- Whether its owner was an agent or an admin when it was made. It ends with that.
    staff BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT,
    CHECK ((name IS NULL) <> (name_sealed IS NULL))
);
INSERT INTO api_token (secret_hash, name, scopes, staff, created_at, expires_at, last_used_at)
    SELECT secret_hash, name, scope, TRUE, created_at, expires_at, last_used_at FROM api_token_before;
DROP TABLE api_token_before;
CREATE INDEX api_token_person ON api_token (person_id);

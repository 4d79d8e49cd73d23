-- Tokens for programs. Only a keyed hash of the token is stored; its name is the operator's.
CREATE TABLE api_token (
    name TEXT NOT NULL PRIMARY KEY,
    secret_hash BYTEA NOT NULL UNIQUE,
    scope TEXT NOT NULL CHECK (scope IN ('mail')),
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT
);

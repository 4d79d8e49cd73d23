-- Signing in with a provider (OpenID Connect): who somebody is there.
CREATE TABLE identity (
    id UUID NOT NULL PRIMARY KEY,
    person_id UUID NOT NULL REFERENCES person (id),
    -- The provider, as it stands in the operator's settings.
    issuer TEXT NOT NULL,
    -- A keyed hash of issuer and subject: what a sign-in is found by.
    subject_hash BYTEA NOT NULL UNIQUE,
    -- The subject itself, for the person's copy of their data.
    subject_sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    -- At each provider one account: who gets somebody's old mail address is somebody else.
    UNIQUE (person_id, issuer)
);

-- A sign-in that a browser has begun and a provider is asked about. Holds nothing of a person:
-- what belongs to it follows from a secret that the browser keeps.
CREATE TABLE sign_in_attempt (
    secret_hash BYTEA NOT NULL PRIMARY KEY,
    provider TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- A session that a provider has vouched for ends then, used or not, so that the provider is asked again.
ALTER TABLE session ADD COLUMN ends_at BIGINT;

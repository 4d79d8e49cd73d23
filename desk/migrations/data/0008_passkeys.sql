-- Passkeys (WebAuthn): a public key, how often it was used, and what its owner calls it, all sealed.
CREATE TABLE passkey (
    id UUID NOT NULL PRIMARY KEY,
    person_id UUID NOT NULL REFERENCES person (id),
    -- A keyed hash of the credential's id: what a passkey is found by that names nobody.
    credential_hash BYTEA NOT NULL UNIQUE,
    credential_sealed BYTEA NOT NULL,
    name_sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT
);
CREATE INDEX passkey_person ON passkey (person_id);

-- What an authenticator was asked to sign, each good once. With a person the state is sealed; without
-- one nobody is known yet, and it holds nothing but the question.
CREATE TABLE challenge (
    id UUID NOT NULL PRIMARY KEY,
    challenge_hash BYTEA NOT NULL UNIQUE,
    purpose TEXT NOT NULL CHECK (purpose IN ('register', 'sign-in', 'second-step', 'confirm')),
    person_id UUID REFERENCES person (id),
    state BYTEA NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX challenge_person ON challenge (person_id);
CREATE INDEX challenge_expires ON challenge (expires_at);

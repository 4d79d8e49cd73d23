-- A session knows when its person last proved who they are, and with which second factor it began.
ALTER TABLE session ADD COLUMN proved_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE session ADD COLUMN factor TEXT;

-- Authenticator apps (RFC 6238). Without `confirmed_at` one is being set up, and good for nothing yet.
-- `last_step` is the last step of which a code was used: each is good once.
CREATE TABLE totp (
    id UUID NOT NULL PRIMARY KEY,
    person_id UUID NOT NULL REFERENCES person (id),
    secret_sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    last_step BIGINT NOT NULL
);
CREATE INDEX totp_person ON totp (person_id);

-- Recovery codes that were not used yet. A used one goes.
CREATE TABLE recovery_code (
    person_id UUID NOT NULL REFERENCES person (id),
    code_hash BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, code_hash)
);

-- Wrong codes of late: those from devices that are known, and those from others, are counted apart.
CREATE TABLE factor_guess (
    person_id UUID NOT NULL REFERENCES person (id),
    known BOOLEAN NOT NULL,
    wrong BIGINT NOT NULL,
    wait_until BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, known)
);

-- Browsers that somebody has logged in with: a keyed hash of what their cookie holds, for this person.
CREATE TABLE device (
    person_id UUID NOT NULL REFERENCES person (id),
    device_hash BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (person_id, device_hash)
);
CREATE INDEX device_expires ON device (expires_at);

-- Since when devices of theirs are remembered: the first one is no news.
ALTER TABLE person ADD COLUMN devices_since BIGINT;

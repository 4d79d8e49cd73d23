-- What came by mail, and what became of what went out.

-- A comment that came by mail. `standing`: an outsider is no participant of the request; their
-- words wait until an agent admits them. Erased: a person who wrote here is gone, with the words.
-- `rest_sealed` holds quotes and signature, `html_sealed` the mail's cleaned HTML, and
-- `subject_sealed` what an outsider's mail is about, for a request of their own; `remarks` and
-- `verdict` are words of ours for what was noticed.
-- All are sealed with the author's key where the author is a customer.
ALTER TABLE comment ADD COLUMN channel TEXT NOT NULL DEFAULT 'web' CHECK (channel IN ('web', 'mail'));
ALTER TABLE comment ADD COLUMN automatic BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE comment ADD COLUMN standing TEXT NOT NULL DEFAULT 'participant'
    CHECK (standing IN ('participant', 'outsider', 'erased'));
ALTER TABLE comment ADD COLUMN rest_sealed BYTEA;
ALTER TABLE comment ADD COLUMN html_sealed BYTEA;
ALTER TABLE comment ADD COLUMN subject_sealed BYTEA;
ALTER TABLE comment ADD COLUMN remarks TEXT;
ALTER TABLE comment ADD COLUMN verdict TEXT;

-- The file's place in the mail's HTML (RFC 2392), sealed like its name.
ALTER TABLE attachment ADD COLUMN content_id_sealed BYTEA;

-- Who may write in a request by mail beside the person whose it is.
CREATE TABLE participant (
    request_id UUID NOT NULL REFERENCES request (id),
    person_id UUID NOT NULL REFERENCES person (id),
    admitted_by UUID REFERENCES person (id),
    at BIGINT NOT NULL,
    PRIMARY KEY (request_id, person_id)
);
CREATE INDEX participant_person ON participant (person_id);
CREATE INDEX participant_admitted ON participant (admitted_by);

-- Suspected spam: out of every list but its own, nothing is sent, nothing is lost.
ALTER TABLE request ADD COLUMN held_at BIGINT;
ALTER TABLE request ADD COLUMN held_why TEXT;
CREATE INDEX queue_held ON request (updated_at, id) WHERE held_at IS NOT NULL;
-- So the queue's indexes leave them out too: its counts still read no row. Not the index of all,
-- nor that of an agent's own: SQLite would take either of them for everything.
DROP INDEX queue_active;
DROP INDEX queue_open;
DROP INDEX queue_waiting;
DROP INDEX queue_resolved;
DROP INDEX queue_closed;
CREATE INDEX queue_active ON request (updated_at, id, assignee_id, person_id, status, held_at)
    WHERE status IN ('open', 'waiting') AND held_at IS NULL;
CREATE INDEX queue_open ON request (updated_at, id) WHERE status = 'open' AND held_at IS NULL;
CREATE INDEX queue_waiting ON request (updated_at, id) WHERE status = 'waiting' AND held_at IS NULL;
CREATE INDEX queue_resolved ON request (updated_at, id) WHERE status = 'resolved' AND held_at IS NULL;
CREATE INDEX queue_closed ON request (updated_at, id) WHERE status = 'closed' AND held_at IS NULL;

-- Every message that was taken in, known by a keyed hash of its Message-ID and content. The row
-- outlives an erasure without the ids: what was erased is not taken in again.
CREATE TABLE mail_in (
    fingerprint BYTEA NOT NULL PRIMARY KEY,
    -- A keyed hash of the Message-ID alone: answers find their request by it.
    message_hash BYTEA,
    person_id UUID REFERENCES person (id),
    request_id UUID REFERENCES request (id),
    comment_id UUID REFERENCES comment (id),
    outcome TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX mail_in_message ON mail_in (message_hash);
CREATE INDEX mail_in_person ON mail_in (person_id, at);
CREATE INDEX mail_in_request ON mail_in (request_id);
CREATE INDEX mail_in_comment ON mail_in (comment_id);

-- A message that could not be handled, sealed with a key of its own that lies in the key store.
CREATE TABLE mail_aside (
    id UUID NOT NULL PRIMARY KEY,
    fingerprint BYTEA NOT NULL UNIQUE,
    message_sealed BYTEA NOT NULL,
    size BIGINT NOT NULL,
    reason TEXT NOT NULL,
    channel TEXT NOT NULL,
    at BIGINT NOT NULL
);

-- How far a mailbox was read (RFC 3501: UIDVALIDITY and UID). Its name is the operator's.
CREATE TABLE mailbox (
    name TEXT NOT NULL PRIMARY KEY,
    uid_validity BIGINT NOT NULL,
    next_uid BIGINT NOT NULL
);

-- What receiving servers said (RFC 3463 codes only: their sentences repeat addresses).
ALTER TABLE outbox ADD COLUMN status_code TEXT;
ALTER TABLE outbox ADD COLUMN bounced_at BIGINT;
ALTER TABLE person ADD COLUMN bounces BIGINT NOT NULL DEFAULT 0;
ALTER TABLE person ADD COLUMN undeliverable_at BIGINT;
-- Agents: a mail when a customer writes in a request of theirs.
ALTER TABLE person ADD COLUMN mail_news BOOLEAN NOT NULL DEFAULT FALSE;

-- Written once for both engines: the types are PostgreSQL's, `store::migrations` puts in
-- SQLite's. Times are microseconds UTC. A column whose name ends in _sealed holds what a
-- person wrote or is known by, sealed with that person's key. Nothing else names anybody.

CREATE TABLE person (
    id UUID NOT NULL PRIMARY KEY,
    role TEXT NOT NULL CHECK (role IN ('customer', 'agent', 'admin')),
    state TEXT NOT NULL CHECK (state IN ('active', 'erasing')),
    language TEXT NOT NULL,
    email_sealed BYTEA NOT NULL,
    name_sealed BYTEA,
    password_sealed BYTEA,
    proven_at BIGINT,
    created_at BIGINT NOT NULL,
    active_at BIGINT NOT NULL
);
CREATE INDEX person_staff ON person (role) WHERE role <> 'customer';

CREATE TABLE session (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    person_id UUID NOT NULL REFERENCES person (id),
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX session_person ON session (person_id);

CREATE TABLE consent (
    id UUID NOT NULL PRIMARY KEY,
    person_id UUID NOT NULL REFERENCES person (id),
    purpose TEXT NOT NULL,
    text_version BIGINT NOT NULL,
    given_at BIGINT NOT NULL,
    given_via TEXT NOT NULL,
    withdrawn_at BIGINT
);
CREATE INDEX consent_person ON consent (person_id);

-- What the privacy statement said at a time: a consent refers to its version.
CREATE TABLE privacy_text (
    version BIGINT NOT NULL,
    language TEXT NOT NULL,
    digest BYTEA NOT NULL,
    document TEXT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (version, language)
);

CREATE TABLE request (
    id UUID NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL UNIQUE,
    person_id UUID NOT NULL REFERENCES person (id),
    kind TEXT NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('web', 'mail', 'agent')),
    status TEXT NOT NULL CHECK (status IN ('open', 'waiting', 'resolved', 'closed')),
    priority TEXT NOT NULL CHECK (priority IN ('urgent', 'high', 'normal', 'low')),
    assignee_id UUID REFERENCES person (id),
    subject_sealed BYTEA NOT NULL,
    once_hash BYTEA UNIQUE,
    comments BIGINT NOT NULL,
    notes BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    -- The last thing that happened which a customer, or an agent, can see.
    customer_news_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    -- The last comment of the other side, and when this side last looked.
    agent_wrote_at BIGINT NOT NULL,
    customer_wrote_at BIGINT NOT NULL,
    customer_read_at BIGINT NOT NULL,
    agent_read_at BIGINT NOT NULL,
    closed_at BIGINT,
    search_stale BOOLEAN NOT NULL
);
CREATE INDEX request_mine ON request (person_id, customer_news_at, id);
CREATE INDEX request_mine_status ON request (person_id, status, customer_news_at, id);
-- The agents' queue, a view an index: each gives a page in its order without sorting, and with
-- the persons in it the counts read no row.
CREATE INDEX queue_active ON request (updated_at, id, assignee_id, person_id) WHERE status IN ('open', 'waiting');
CREATE INDEX queue_open ON request (updated_at, id) WHERE status = 'open';
CREATE INDEX queue_waiting ON request (updated_at, id) WHERE status = 'waiting';
CREATE INDEX queue_resolved ON request (updated_at, id) WHERE status = 'resolved';
CREATE INDEX queue_closed ON request (updated_at, id) WHERE status = 'closed';
CREATE INDEX queue_all ON request (updated_at, id);
CREATE INDEX request_assignee ON request (assignee_id, updated_at, id);
CREATE INDEX request_search_stale ON request (id) WHERE search_stale;

CREATE TABLE comment (
    id UUID NOT NULL PRIMARY KEY,
    request_id UUID NOT NULL REFERENCES request (id),
    author_id UUID REFERENCES person (id),
    author_kind TEXT NOT NULL CHECK (author_kind IN ('customer', 'agent')),
    visibility TEXT NOT NULL CHECK (visibility IN ('public', 'internal')),
    body_sealed BYTEA NOT NULL,
    once_hash BYTEA UNIQUE,
    created_at BIGINT NOT NULL
);
CREATE INDEX comment_request ON comment (request_id, id);
CREATE INDEX comment_author ON comment (author_id);

-- A file's contents are sealed with a key of their own, which is sealed with the person's.
CREATE TABLE attachment (
    id UUID NOT NULL PRIMARY KEY,
    request_id UUID NOT NULL REFERENCES request (id),
    comment_id UUID NOT NULL REFERENCES comment (id),
    name_sealed BYTEA NOT NULL,
    key_sealed BYTEA NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX attachment_request ON attachment (request_id);
CREATE INDEX attachment_comment ON attachment (comment_id);

CREATE TABLE history (
    id UUID NOT NULL PRIMARY KEY,
    request_id UUID NOT NULL REFERENCES request (id),
    actor_id UUID REFERENCES person (id),
    actor_kind TEXT,
    event TEXT NOT NULL,
    before TEXT,
    after TEXT,
    at BIGINT NOT NULL
);
CREATE INDEX history_request ON history (request_id, id);
CREATE INDEX history_actor ON history (actor_id);

-- Links that were mailed. Only what the link's secret hashes to is stored.
CREATE TABLE token (
    secret_hash BYTEA NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    person_id UUID NOT NULL REFERENCES person (id),
    request_id UUID REFERENCES request (id),
    payload_sealed BYTEA,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX token_person ON token (person_id);
CREATE INDEX token_request ON token (request_id);
CREATE INDEX token_expires ON token (expires_at);

CREATE TABLE outbox (
    id UUID NOT NULL PRIMARY KEY,
    person_id UUID NOT NULL REFERENCES person (id),
    request_id UUID REFERENCES request (id),
    comment_id UUID REFERENCES comment (id),
    kind TEXT NOT NULL,
    payload_sealed BYTEA,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'parked')),
    attempts BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    sent_at BIGINT,
    last_error TEXT
);
CREATE INDEX outbox_queued ON outbox (next_attempt_at) WHERE state = 'queued';
CREATE INDEX outbox_person ON outbox (person_id, created_at);
CREATE INDEX outbox_request ON outbox (request_id);
CREATE INDEX outbox_comment ON outbox (comment_id);

-- One row an erasure, there from before its first deletion, so that a crash is finished at
-- the next start. It stays: a restored backup must not bring the person back. The id is
-- random and belongs to nobody once the erasure is done.
CREATE TABLE erasure (
    person_id UUID NOT NULL PRIMARY KEY,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    wish TEXT NOT NULL,
    counts TEXT NOT NULL
);
CREATE INDEX erasure_unfinished ON erasure (started_at) WHERE finished_at IS NULL;

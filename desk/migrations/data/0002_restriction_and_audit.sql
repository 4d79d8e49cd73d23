-- Restriction of processing (Art. 18 GDPR). `both`: customer and agent each set it, and each
-- has to lift their own.
ALTER TABLE person ADD COLUMN restricted_at BIGINT;
ALTER TABLE person ADD COLUMN restricted_by TEXT CHECK (restricted_by IN ('customer', 'agent', 'both'));
CREATE INDEX person_restricted ON person (id) WHERE restricted_at IS NOT NULL;

-- Retention looks for what is old: closed requests, requests that were never answered, and
-- persons for whom nothing has been done.
CREATE INDEX request_closed ON request (updated_at) WHERE closed_at IS NOT NULL;
CREATE INDEX request_unanswered ON request (created_at) WHERE agent_wrote_at = 0;
CREATE INDEX person_idle ON person (active_at) WHERE role = 'customer';

-- What the desk did by itself, in numbers. Holds nothing of anybody.
CREATE TABLE audit (
    id UUID NOT NULL PRIMARY KEY,
    event TEXT NOT NULL,
    counts TEXT NOT NULL,
    at BIGINT NOT NULL
);

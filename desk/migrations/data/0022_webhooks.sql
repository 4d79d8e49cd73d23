-- Where programs are told of what happens, and what they are still to be told. A delivery holds public ids and nothing of
-- what anybody wrote.
CREATE TABLE webhook (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    -- Words, separated by spaces; empty is every event.
    events TEXT NOT NULL,
    -- Whether it may lie in a private network.
    private BOOLEAN NOT NULL,
    -- Its secret comes of the master key, the id and this number.
    generation BIGINT NOT NULL,
    -- Until when deliveries are signed with the secret before, too.
    rotated_until BIGINT,
    created_at BIGINT NOT NULL,
    -- Since when no delivery has come through.
    failing_since BIGINT,
    disabled_at BIGINT
);

CREATE TABLE webhook_delivery (
    id UUID NOT NULL PRIMARY KEY,
    webhook_id UUID NOT NULL REFERENCES webhook (id),
    event TEXT NOT NULL,
    number BIGINT,
    person_id UUID,
    at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'failed')),
    next_attempt_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    -- The HTTP status of the last answer.
    status BIGINT
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (next_attempt_at, id) WHERE state = 'queued';
CREATE INDEX webhook_delivery_of ON webhook_delivery (webhook_id, at);

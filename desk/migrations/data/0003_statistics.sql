-- Counts and times by day, request type and agent: nothing of any customer. Rows are added and
-- summed, never changed, so that nobody waits for a row that everybody counts in; a worker puts
-- fresh ones together, until there is one row for a day, type and agent.
CREATE TABLE statistic (
    id UUID NOT NULL PRIMARY KEY,
    -- Days since 1970-01-01, UTC.
    day BIGINT NOT NULL,
    kind TEXT NOT NULL,
    -- Who did it; nobody for what customers did, and once the agent is erased.
    agent_id UUID REFERENCES person (id),
    created BIGINT NOT NULL,
    answered BIGINT NOT NULL,
    resolved BIGINT NOT NULL,
    closed BIGINT NOT NULL,
    reopened BIGINT NOT NULL,
    settled BIGINT NOT NULL,
    -- From the request to its first answer, and to the first time that it was settled.
    answer_seconds BIGINT NOT NULL,
    settle_seconds BIGINT NOT NULL,
    fresh BOOLEAN NOT NULL
);
CREATE INDEX statistic_day ON statistic (day);
CREATE INDEX statistic_fresh ON statistic (id) WHERE fresh;
CREATE INDEX statistic_agent ON statistic (agent_id);

-- Where the last mail goes, sealed with the person's key until that is deleted: an erasure that
-- is finished after a crash still ends with it.
ALTER TABLE erasure ADD COLUMN farewell_sealed BYTEA;

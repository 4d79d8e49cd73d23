-- Which mails may leave at once, and how many requests wait, without reading row by row.

-- A keyed hash of the domain that a mail goes to. The domain itself stands nowhere unsealed. Mails that
-- were queued before are in lane 0.
ALTER TABLE outbox ADD COLUMN lane BIGINT NOT NULL DEFAULT 0;
DROP INDEX outbox_queued;
CREATE INDEX outbox_queued ON outbox (next_attempt_at, id, lane) WHERE state = 'queued';
CREATE INDEX outbox_lane ON outbox (lane, next_attempt_at, id) WHERE state = 'queued';

-- How many requests there are of each status, type and agent; nobody's have the agent 0. Triggers keep it,
-- so no statement can forget to. The requests of restricted persons are in it: who reads it takes them off.
-- On SQLite there is one row of each. On PostgreSQL there may be several to add up: those who change requests
-- at the same time would wait for each other at one row. Tidying up puts them together.
CREATE TABLE request_count (
    status TEXT NOT NULL,
    held BOOLEAN NOT NULL,
    kind TEXT NOT NULL,
    assignee_id UUID NOT NULL,
    requests BIGINT NOT NULL
);

--- sqlite

CREATE UNIQUE INDEX request_count_of ON request_count (status, held, kind, assignee_id);
INSERT INTO request_count (status, held, kind, assignee_id, requests)
    SELECT status, held_at IS NOT NULL, kind, COALESCE(assignee_id, zeroblob(16)), COUNT(*)
    FROM request GROUP BY 1, 2, 3, 4;
CREATE TRIGGER request_count_insert AFTER INSERT ON request BEGIN
    INSERT INTO request_count (status, held, kind, assignee_id, requests)
        VALUES (NEW.status, NEW.held_at IS NOT NULL, NEW.kind, COALESCE(NEW.assignee_id, zeroblob(16)), 1)
        ON CONFLICT DO UPDATE SET requests = requests + 1;
END;
CREATE TRIGGER request_count_delete AFTER DELETE ON request BEGIN
    UPDATE request_count SET requests = requests - 1
        WHERE status = OLD.status AND held = (OLD.held_at IS NOT NULL) AND kind = OLD.kind
        AND assignee_id = COALESCE(OLD.assignee_id, zeroblob(16));
END;
CREATE TRIGGER request_count_update AFTER UPDATE OF status, held_at, kind, assignee_id ON request
    WHEN OLD.status <> NEW.status OR OLD.held_at IS NOT NEW.held_at OR OLD.kind <> NEW.kind
        OR OLD.assignee_id IS NOT NEW.assignee_id
BEGIN
    UPDATE request_count SET requests = requests - 1
        WHERE status = OLD.status AND held = (OLD.held_at IS NOT NULL) AND kind = OLD.kind
        AND assignee_id = COALESCE(OLD.assignee_id, zeroblob(16));
    INSERT INTO request_count (status, held, kind, assignee_id, requests)
        VALUES (NEW.status, NEW.held_at IS NOT NULL, NEW.kind, COALESCE(NEW.assignee_id, zeroblob(16)), 1)
        ON CONFLICT DO UPDATE SET requests = requests + 1;
END;

--- postgres

-- Nobody else changes requests while they are counted.
LOCK TABLE request IN SHARE ROW EXCLUSIVE MODE;
INSERT INTO request_count (status, held, kind, assignee_id, requests)
    SELECT status, held_at IS NOT NULL, kind, COALESCE(assignee_id, '00000000-0000-0000-0000-000000000000'), COUNT(*)
    FROM request GROUP BY 1, 2, 3, 4;
CREATE FUNCTION count_request() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO request_count (status, held, kind, assignee_id, requests) VALUES (OLD.status,
            OLD.held_at IS NOT NULL, OLD.kind, COALESCE(OLD.assignee_id, '00000000-0000-0000-0000-000000000000'), -1);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO request_count (status, held, kind, assignee_id, requests) VALUES (NEW.status,
            NEW.held_at IS NOT NULL, NEW.kind, COALESCE(NEW.assignee_id, '00000000-0000-0000-0000-000000000000'), 1);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER request_count_made AFTER INSERT OR DELETE ON request FOR EACH ROW EXECUTE FUNCTION count_request();
CREATE TRIGGER request_count_changed AFTER UPDATE OF status, held_at, kind, assignee_id ON request FOR EACH ROW
    WHEN ((OLD.status, OLD.held_at, OLD.kind, OLD.assignee_id)
        IS DISTINCT FROM (NEW.status, NEW.held_at, NEW.kind, NEW.assignee_id))
    EXECUTE FUNCTION count_request();

-- Whether an endpoint is told what was written, which an admin or the operator says for each. A delivery holds ids all the
-- same: the text is read when it is sent.
ALTER TABLE webhook ADD COLUMN with_text BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE webhook_delivery ADD COLUMN comment_id UUID;
-- When it was asked for once more: the three days of attempts begin anew, and what happened keeps its time.
ALTER TABLE webhook_delivery ADD COLUMN replayed_at BIGINT;

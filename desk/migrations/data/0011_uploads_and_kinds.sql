-- The request types that an agent works on. Without a row: all of them. Only agents have rows.
CREATE TABLE agent_kind (
    person_id UUID NOT NULL REFERENCES person (id),
    kind TEXT NOT NULL,
    PRIMARY KEY (person_id, kind)
);

-- What a scanner said of a file: nothing when there was none. `finding` is the scanner's word for it.
ALTER TABLE attachment ADD COLUMN checked TEXT CHECK (checked IN ('waiting', 'clean', 'infected'));
ALTER TABLE attachment ADD COLUMN finding TEXT;
-- A small picture of an image, a file of its own: its key, sealed like the attachment's.
ALTER TABLE attachment ADD COLUMN preview_key_sealed BYTEA;
ALTER TABLE attachment ADD COLUMN preview_width BIGINT;
ALTER TABLE attachment ADD COLUMN preview_height BIGINT;
ALTER TABLE attachment ADD COLUMN preview_size BIGINT;
-- When it is next to be checked or made small; NULL when there is nothing to do.
ALTER TABLE attachment ADD COLUMN work_at BIGINT;
ALTER TABLE attachment ADD COLUMN work_tries BIGINT NOT NULL DEFAULT 0;
CREATE INDEX attachment_work ON attachment (work_at) WHERE work_at IS NOT NULL;
-- Images that are here already get theirs.
UPDATE attachment SET work_at = 0 WHERE media_type IN ('image/png', 'image/jpeg', 'image/gif', 'image/webp');

-- Who sends mail on behalf of others, and what was set aside.

-- `via_sealed` is the address in From where the author is another, such as a list that wrote itself
-- there; `reply_to_sealed` are the addresses in Reply-To that are not the author's. Both are sealed
-- with the author's key.
ALTER TABLE comment ADD COLUMN via_sealed BYTEA;
ALTER TABLE comment ADD COLUMN reply_to_sealed BYTEA;

-- From and subject, as far as they can be read, sealed with the message's key.
ALTER TABLE mail_aside ADD COLUMN summary_sealed BYTEA;

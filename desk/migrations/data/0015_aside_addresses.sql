-- The email addresses in a message that is set aside, sealed with the message's key, so that an erasure opens only
-- messages with the person's. NULL for a message with very many, and for those of earlier versions.
ALTER TABLE mail_aside ADD COLUMN addresses_sealed BYTEA;

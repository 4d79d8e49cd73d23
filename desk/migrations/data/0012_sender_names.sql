-- The name in From of a mail, where it was not what the person is called: several people may write from one
-- address. Sealed like the text.
ALTER TABLE comment ADD COLUMN signed_sealed BYTEA;

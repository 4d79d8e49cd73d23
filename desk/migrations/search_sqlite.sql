-- The full-text index holds words in the clear, so it is a file apart: never backed up,
-- rebuilt at will, and overwritten where something is deleted.
CREATE TABLE document (
    place INTEGER PRIMARY KEY,
    request_id BLOB NOT NULL UNIQUE,
    person_id BLOB NOT NULL
);
CREATE INDEX document_person ON document (person_id);
-- scope: the customer's id, so that a customer's search touches their words only.
-- public: what the customer can read. internal: what only agents can.
CREATE VIRTUAL TABLE entry USING fts5 (scope, public, internal, tokenize = 'unicode61 remove_diacritics 2');
INSERT INTO entry (entry, rank) VALUES ('secure-delete', 1);

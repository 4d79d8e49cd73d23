-- One of the tables with words; why there are many stands in search/sqlite.rs.
-- scope: the customer's id, so that a customer's search touches their words only.
-- public: what the customer can read. internal: what only agents can.
CREATE VIRTUAL TABLE entry USING fts5 (scope, public, internal, tokenize = 'unicode61 remove_diacritics 2');
INSERT INTO entry (entry, rank) VALUES ('secure-delete', 1);

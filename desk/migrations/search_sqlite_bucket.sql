-- One of the tables with words; why there are many stands in search/sqlite.rs. One with words in another form
-- goes (search/words.rs).
-- scope: the customer's id, so that a customer's search touches their words only.
-- public: what the customer can read. internal: what only agents can.
-- The words come in their form, with spaces between them: this tokenizer changes nothing of them.
DROP TABLE IF EXISTS entry;
CREATE VIRTUAL TABLE entry USING fts5 (scope, public, internal, tokenize = 'ascii');
INSERT INTO entry (entry, rank) VALUES ('secure-delete', 1);

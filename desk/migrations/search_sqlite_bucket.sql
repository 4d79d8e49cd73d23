-- One of the tables by word; why there are many stands in search/buckets.rs. One with words in another form goes
-- (search/words.rs).
-- Which requests hold a word, and nothing else: the words themselves are in `text`.
-- The words come in their form, with spaces between them: this tokenizer changes nothing of them.
DROP TABLE IF EXISTS entry;
CREATE VIRTUAL TABLE entry USING fts5 (words, content = '', columnsize = 0, detail = none, tokenize = 'ascii');
INSERT INTO entry (entry, rank) VALUES ('secure-delete', 1);

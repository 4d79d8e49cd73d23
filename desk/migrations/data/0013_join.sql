-- Whose a guest's requests are now, while the join of two records of one person is finished: NULL before and
-- after.
ALTER TABLE erasure ADD COLUMN joined_to UUID;

-- What was done to a person's data as a whole: that a name or an address was corrected (Art. 16
-- GDPR), never what it was before; that requests were imported from another desk.
CREATE TABLE person_history (
    id UUID NOT NULL PRIMARY KEY,
    person_id UUID NOT NULL REFERENCES person (id),
    event TEXT NOT NULL CHECK (event IN ('name', 'address', 'imported')),
    at BIGINT NOT NULL
);
CREATE INDEX person_history_person ON person_history (person_id, id);

-- A consent that was given at another desk: where its text stands. Ours have none.
ALTER TABLE consent ADD COLUMN elsewhere TEXT;

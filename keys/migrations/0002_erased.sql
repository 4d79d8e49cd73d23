-- Whose key was deleted. The ids are random and belong to nobody any more: an older copy of
-- the data that still has one of them is known by it, and purged.
CREATE TABLE erased (
    person_id UUID NOT NULL PRIMARY KEY
);

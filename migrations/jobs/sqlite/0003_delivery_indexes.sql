-- What is due is read in the order of its index. SQLite takes an index with a condition only for a statement that says it in
-- the same words: ours say `NOT is_dead` and `is_dead`, which PostgreSQL understands too.
DROP INDEX deliveries_due;
DROP INDEX deliveries_order;
DROP INDEX deliveries_dead;
CREATE INDEX deliveries_due ON deliveries (next_at, committed_at, position) WHERE NOT is_dead;
CREATE INDEX deliveries_order ON deliveries (subscriber, producer, key, position) WHERE NOT is_dead;
CREATE INDEX deliveries_dead ON deliveries (event_id, subscriber) WHERE is_dead;

-- What is due is read in the order of its index.
DROP INDEX deliveries_due;
CREATE INDEX deliveries_due ON deliveries (next_at, committed_at, position) WHERE NOT is_dead;

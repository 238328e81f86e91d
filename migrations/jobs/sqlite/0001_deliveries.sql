-- One row per event and subscriber, from relay until done. Dead ones stay until an operator decides.
CREATE TABLE deliveries (
    event_id     BLOB    NOT NULL,
    subscriber   TEXT    NOT NULL,
    producer     TEXT    NOT NULL,
    position     INTEGER NOT NULL,
    topic        TEXT    NOT NULL,
    key          TEXT    NOT NULL,
    payload      BLOB    NOT NULL,
    committed_at INTEGER NOT NULL,
    is_dead      INTEGER NOT NULL DEFAULT 0,
    attempts     INTEGER NOT NULL DEFAULT 0,
    next_at      INTEGER NOT NULL,
    last_error   TEXT    NOT NULL DEFAULT '',
    PRIMARY KEY (event_id, subscriber)
);
CREATE INDEX deliveries_due ON deliveries (next_at) WHERE is_dead = 0;
CREATE INDEX deliveries_order ON deliveries (subscriber, producer, key, position) WHERE is_dead = 0;
CREATE INDEX deliveries_dead ON deliveries (event_id, subscriber) WHERE is_dead = 1;

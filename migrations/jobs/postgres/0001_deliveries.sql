-- One row per event and subscriber, from relay until done. Dead ones stay until an operator decides.
CREATE TABLE deliveries (
    event_id     uuid        NOT NULL,
    subscriber   text        NOT NULL,
    producer     text        NOT NULL,
    position     bigint      NOT NULL,
    topic        text        NOT NULL,
    key          text        NOT NULL,
    payload      bytea       NOT NULL,
    committed_at timestamptz NOT NULL,
    is_dead      boolean     NOT NULL DEFAULT false,
    attempts     bigint      NOT NULL DEFAULT 0,
    next_at      timestamptz NOT NULL,
    last_error   text        NOT NULL DEFAULT '',
    PRIMARY KEY (event_id, subscriber)
);
CREATE INDEX deliveries_due ON deliveries (next_at) WHERE NOT is_dead;
CREATE INDEX deliveries_order ON deliveries (subscriber, producer, key, position) WHERE NOT is_dead;
CREATE INDEX deliveries_dead ON deliveries (event_id, subscriber) WHERE is_dead;

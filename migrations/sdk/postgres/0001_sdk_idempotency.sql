-- Answers of creating requests, for a day, by a hash of actor, route and key. Neither key nor body is kept.
CREATE TABLE sdk_idempotency (
    id BYTEA NOT NULL PRIMARY KEY,
    request BYTEA NOT NULL,
    status BIGINT NOT NULL,
    headers BYTEA NOT NULL,
    body BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX sdk_idempotency_created_at ON sdk_idempotency (created_at);

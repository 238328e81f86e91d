-- Answers of creating requests, for a day, by a hash of actor, route and key. Neither key nor body is kept.
CREATE TABLE sdk_idempotency (
    id BLOB NOT NULL PRIMARY KEY,
    request BLOB NOT NULL,
    status INTEGER NOT NULL,
    headers BLOB NOT NULL,
    body BLOB NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX sdk_idempotency_created_at ON sdk_idempotency (created_at);

-- Tokens that travel by mail, the addresses they proved, what opened a session, and who did what. Written by
-- host/identity alone.

-- By hash, so that a stolen store sets no password. An expired one is kept for a day: using it still uses up the others.
CREATE TABLE one_time_tokens (
    token_hash BLOB    NOT NULL PRIMARY KEY,
    kind       TEXT    NOT NULL CHECK (kind IN ('reset', 'verification')),
    user_id    BLOB    NOT NULL,
    email      TEXT    NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE INDEX one_time_tokens_user ON one_time_tokens (user_id, kind);
CREATE INDEX one_time_tokens_expiry ON one_time_tokens (expires_at);

-- By address too: a new address of the same user is not verified.
CREATE TABLE verified_addresses (
    user_id     BLOB    NOT NULL,
    email       TEXT    NOT NULL,
    verified_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, email)
);

ALTER TABLE sessions ADD COLUMN user_agent TEXT NOT NULL DEFAULT '';

-- Ids rise with time: the primary key is the order in which the log is read, newest first.
CREATE TABLE audit (
    id      BLOB    NOT NULL PRIMARY KEY,
    at      INTEGER NOT NULL,
    actor   BLOB,
    action  TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    request TEXT,
    address TEXT,
    details TEXT    NOT NULL
);
CREATE INDEX audit_actor ON audit (actor, id);

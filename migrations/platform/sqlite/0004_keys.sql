-- Keys by which other programs act for a person of the tenant. Written by host/identity alone.

-- Secrets by hash: whoever reads this table can use none of the keys. The hash before the last change opens until
-- `previous_until`, so that programs can be given the new secret one after the other.
CREATE TABLE api_keys (
    id             BLOB    NOT NULL PRIMARY KEY,
    user_id        BLOB    NOT NULL,
    name           TEXT    NOT NULL,
    scopes         TEXT    NOT NULL,
    secret_hash    BLOB    NOT NULL,
    previous_hash  BLOB,
    previous_until INTEGER,
    created_at     INTEGER NOT NULL,
    expires_at     INTEGER,
    revoked_at     INTEGER,
    last_used_at   INTEGER
);

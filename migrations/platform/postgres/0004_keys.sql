-- Keys by which other programs act for a person of the tenant. Written by host/identity alone.

-- Secrets by hash: whoever reads this table can use none of the keys. The hash before the last change opens until
-- `previous_until`, so that programs can be given the new secret one after the other.
CREATE TABLE api_keys (
    id             uuid        NOT NULL PRIMARY KEY,
    user_id        uuid        NOT NULL,
    name           text        NOT NULL,
    scopes         text        NOT NULL,
    secret_hash    bytea       NOT NULL,
    previous_hash  bytea,
    previous_until timestamptz,
    created_at     timestamptz NOT NULL,
    expires_at     timestamptz,
    revoked_at     timestamptz,
    last_used_at   timestamptz
);

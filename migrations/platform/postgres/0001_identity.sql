-- Credentials, sessions and signing keys of one tenant. Written by host/identity alone.

-- Pending until activated_at is set: several may wait for one address, only one may become real.
CREATE TABLE credentials (
    user_id       uuid        NOT NULL PRIMARY KEY,
    email         text        NOT NULL,
    password_hash text        NOT NULL,
    created_at    timestamptz NOT NULL,
    activated_at  timestamptz
);
CREATE UNIQUE INDEX credentials_email ON credentials (email) WHERE activated_at IS NOT NULL;
CREATE INDEX credentials_pending ON credentials (created_at) WHERE activated_at IS NULL;

-- By address and not by user: an unknown address locks like a known one.
CREATE TABLE login_failures (
    email        text        NOT NULL PRIMARY KEY,
    failures     bigint      NOT NULL,
    failed_at    timestamptz NOT NULL,
    locked_until timestamptz
);
CREATE INDEX login_failures_age ON login_failures (failed_at);

-- claims_at counts milliseconds, and goes up with every change of the claims.
CREATE TABLE sessions (
    handle        text        NOT NULL PRIMARY KEY,
    user_id       uuid        NOT NULL,
    current_hash  bytea       NOT NULL,
    previous_hash bytea,
    rotated_at    timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    created_at    timestamptz NOT NULL,
    claims        text        NOT NULL,
    claims_at     bigint      NOT NULL
);
CREATE INDEX sessions_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- What access tokens still in circulation are no longer to be believed. Without claims_at the session has ended;
-- with it, tokens whose claims are older are stale.
CREATE TABLE revocations (
    handle     text        NOT NULL PRIMARY KEY,
    claims_at  bigint,
    revoked_at timestamptz NOT NULL
);
CREATE INDEX revocations_order ON revocations (revoked_at, handle);

-- Private keys, sealed under the deployment's secret.
CREATE TABLE signing_keys (
    created_ms bigint NOT NULL PRIMARY KEY,
    sealed     bytea  NOT NULL
);

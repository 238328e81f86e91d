-- Users whose credentials a SuperTokens Core keeps: which of them are this tenant's, and how far they have come.
-- Written by host/identity alone; empty while the server keeps credentials itself.

-- Pending until activated_at is set: until then the core knows the user by an address that nobody has, and email is
-- the one they will get. discarded_at: never to be activated, to be removed from the core.
CREATE TABLE core_users (
    user_id      uuid        NOT NULL PRIMARY KEY,
    email        text        NOT NULL,
    created_at   timestamptz NOT NULL,
    activated_at timestamptz,
    discarded_at timestamptz
);
CREATE INDEX core_users_pending ON core_users (created_at) WHERE activated_at IS NULL;
CREATE INDEX core_users_discarded ON core_users (discarded_at) WHERE discarded_at IS NOT NULL;

-- Who was asked to join an organization and has not answered yet. Accepting or revoking removes the row; the events tell
-- what became of it.
CREATE TABLE invitations (
    id              BLOB    NOT NULL PRIMARY KEY,
    organization_id BLOB    NOT NULL REFERENCES organizations (id),
    email           TEXT    NOT NULL,
    first_name      TEXT    NOT NULL,
    last_name       TEXT    NOT NULL,
    role            TEXT    NOT NULL CHECK (role IN ('admin', 'member')),
    language        TEXT    NOT NULL CHECK (language IN ('en', 'ar')),
    invited_by      BLOB    NOT NULL REFERENCES users (id),
    -- A stranger's token is found by its hash. The sealed one is for the letter, which is written later.
    token_hash      BLOB    NOT NULL CONSTRAINT invitations_token_hash_key UNIQUE,
    token_sealed    BLOB    NOT NULL,
    created_at      INTEGER NOT NULL,
    sent_at         INTEGER NOT NULL,
    expires_at      INTEGER NOT NULL,
    -- Inviting an address again takes the place of the invitation before.
    CONSTRAINT invitations_email_key UNIQUE (organization_id, email)
);
-- The list, newest first; the last column lets the open ones be counted without looking at the rows.
CREATE INDEX invitations_latest ON invitations (organization_id, id, expires_at);

-- How much an organization has of what other features keep, added up from their events. Any of them may be heard before
-- the organization's own, and none may fail for that: there is no foreign key.
CREATE TABLE organization_counters (
    organization_id BLOB    NOT NULL,
    name            TEXT    NOT NULL,
    value           INTEGER NOT NULL,
    PRIMARY KEY (organization_id, name)
) WITHOUT ROWID;

-- An organization's people by name. The last two columns let a list pass over whom it was not asked for, and let people be
-- counted, without looking at the rows.
CREATE INDEX users_by_name ON users (organization_id, search_name, id, role, is_active);
DROP INDEX users_organization_id;

-- With the language in which people are written to. Of a picture the directory tells the address at which it is shown.
DROP VIEW directory_users;
CREATE VIEW directory_users AS
    SELECT id, first_name || ' ' || last_name AS name, title, '/api/v1/pictures/' || avatar AS avatar,
           is_verified AS verified, is_active AS active, role, organization_id, search_name, language
    FROM users;

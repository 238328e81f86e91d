-- Organizations and their people. The id of a user is the id of their credential, which the host keeps elsewhere.
CREATE TABLE organizations (
    id            BLOB    NOT NULL PRIMARY KEY,
    name          TEXT    NOT NULL,
    domain        TEXT    NOT NULL CONSTRAINT organizations_domain_key UNIQUE,
    industry      TEXT    NOT NULL,
    size          TEXT    NOT NULL CHECK (size IN ('startup', 'small', 'medium', 'large', 'enterprise')),
    country       TEXT    NOT NULL,
    city          TEXT    NOT NULL,
    logo          TEXT,
    is_active     INTEGER NOT NULL DEFAULT 1,
    admin_user_id BLOB    NOT NULL,
    created_at    INTEGER NOT NULL,
    version       INTEGER NOT NULL DEFAULT 1
);

CREATE TABLE users (
    id                       BLOB    NOT NULL PRIMARY KEY,
    organization_id          BLOB    NOT NULL REFERENCES organizations (id),
    email                    TEXT    NOT NULL CONSTRAINT users_email_key UNIQUE,
    first_name               TEXT    NOT NULL,
    last_name                TEXT    NOT NULL,
    -- First and last name in lower case, folded by the feature: stores fold only ASCII alike.
    search_name              TEXT    NOT NULL,
    role                     TEXT    NOT NULL CHECK (role IN ('admin', 'member')),
    title                    TEXT,
    bio                      TEXT,
    location                 TEXT,
    avatar                   TEXT,
    expertise_tags           TEXT    NOT NULL DEFAULT '[]',
    language                 TEXT    NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'ar')),
    timezone                 TEXT    NOT NULL DEFAULT 'UTC',
    notification_preferences TEXT    NOT NULL DEFAULT '{}',
    is_active                INTEGER NOT NULL DEFAULT 1,
    is_verified              INTEGER NOT NULL DEFAULT 0,
    is_platform_admin        INTEGER NOT NULL DEFAULT 0,
    last_login               INTEGER,
    created_at               INTEGER NOT NULL,
    version                  INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX users_organization_id ON users (organization_id, id);
CREATE INDEX users_search_name ON users (search_name, id);

-- What the host's directory reads. Names and columns are fixed by it.
CREATE VIEW directory_users AS
    SELECT id, first_name || ' ' || last_name AS name, title, avatar, is_verified AS verified, is_active AS active,
           role, organization_id, search_name
    FROM users;
CREATE VIEW directory_organizations AS
    SELECT id, name FROM organizations;

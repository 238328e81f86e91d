-- Organizations and their people. The id of a user is the id of their credential, which the host keeps elsewhere.
CREATE TABLE organizations (
    id            uuid        NOT NULL PRIMARY KEY,
    name          text        NOT NULL,
    domain        text        NOT NULL CONSTRAINT organizations_domain_key UNIQUE,
    industry      text        NOT NULL,
    size          text        NOT NULL CHECK (size IN ('startup', 'small', 'medium', 'large', 'enterprise')),
    country       text        NOT NULL,
    city          text        NOT NULL,
    logo          text,
    is_active     boolean     NOT NULL DEFAULT true,
    admin_user_id uuid        NOT NULL,
    created_at    timestamptz NOT NULL,
    version       bigint      NOT NULL DEFAULT 1
);

CREATE TABLE users (
    id                       uuid        NOT NULL PRIMARY KEY,
    organization_id          uuid        NOT NULL REFERENCES organizations (id),
    email                    text        NOT NULL CONSTRAINT users_email_key UNIQUE,
    first_name               text        NOT NULL,
    last_name                text        NOT NULL,
    -- First and last name in lower case, folded by the feature: stores fold only ASCII alike. Compared by code points,
    -- as SQLite does, so that a prefix is a range of the index.
    search_name              text        COLLATE "C" NOT NULL,
    role                     text        NOT NULL CHECK (role IN ('admin', 'member')),
    title                    text,
    bio                      text,
    location                 text,
    avatar                   text,
    expertise_tags           jsonb       NOT NULL DEFAULT '[]',
    language                 text        NOT NULL DEFAULT 'en' CHECK (language IN ('en', 'ar')),
    timezone                 text        NOT NULL DEFAULT 'UTC',
    notification_preferences jsonb       NOT NULL DEFAULT '{}',
    is_active                boolean     NOT NULL DEFAULT true,
    is_verified              boolean     NOT NULL DEFAULT false,
    is_platform_admin        boolean     NOT NULL DEFAULT false,
    last_login               timestamptz,
    created_at               timestamptz NOT NULL,
    version                  bigint      NOT NULL DEFAULT 1
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

-- Activities: that they happened, and who sees them. What else is known of one stands in the document of its id.
CREATE TABLE activities (
    id              BLOB    NOT NULL PRIMARY KEY,
    user_id         BLOB    NOT NULL,
    organization_id BLOB,
    action          TEXT    NOT NULL,
    entity_type     TEXT    NOT NULL,
    entity_id       BLOB    NOT NULL,
    -- The topic or use case that decides who sees it, if one does.
    root_id         BLOB,
    -- `private`: the person and the admins of their organization.
    audience        TEXT    NOT NULL CHECK (audience IN ('private', 'organization', 'network')),
    created_at      INTEGER NOT NULL
);
CREATE INDEX activities_entity ON activities (entity_id);
CREATE INDEX activities_user ON activities (user_id, created_at DESC, id DESC);
CREATE INDEX activities_organization ON activities (organization_id, created_at DESC, id DESC);
CREATE INDEX activities_organization_user ON activities (organization_id, user_id, created_at DESC, id DESC);
CREATE INDEX activities_organization_action ON activities (organization_id, action, created_at DESC, id DESC);
CREATE INDEX activities_shared ON activities (organization_id, created_at DESC, id DESC) WHERE audience <> 'private';
CREATE INDEX activities_network ON activities (created_at DESC, id DESC) WHERE audience = 'network';

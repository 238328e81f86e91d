-- Activities: that they happened, and who sees them. What else is known of one stands in the document of its id.
CREATE TABLE activities (
    id              UUID        NOT NULL PRIMARY KEY,
    user_id         UUID        NOT NULL,
    organization_id UUID,
    action          TEXT        NOT NULL,
    entity_type     TEXT        NOT NULL,
    entity_id       UUID        NOT NULL,
    -- The topic or use case that decides who sees it, if one does.
    root_id         UUID,
    -- `private`: the person and the admins of their organization.
    audience        TEXT        NOT NULL CHECK (audience IN ('private', 'organization', 'network')),
    created_at      TIMESTAMPTZ NOT NULL
);
CREATE INDEX activities_entity ON activities (entity_id);
CREATE INDEX activities_user ON activities (user_id, created_at DESC, id DESC);
CREATE INDEX activities_organization ON activities (organization_id, created_at DESC, id DESC);
CREATE INDEX activities_organization_user ON activities (organization_id, user_id, created_at DESC, id DESC);
CREATE INDEX activities_organization_action ON activities (organization_id, action, created_at DESC, id DESC);
CREATE INDEX activities_shared ON activities (organization_id, created_at DESC, id DESC) WHERE audience <> 'private';
CREATE INDEX activities_network ON activities (created_at DESC, id DESC) WHERE audience = 'network';

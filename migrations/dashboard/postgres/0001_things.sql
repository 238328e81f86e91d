-- What other features tell of, as far as the dashboard counts and names it: topics, posts, replies, use cases. A row that
-- was deleted stays, without its words, so that what is told late makes nothing of it again.
CREATE TABLE things (
    id              UUID        NOT NULL PRIMARY KEY,
    kind            TEXT        NOT NULL CHECK (kind IN ('topic', 'post', 'reply', 'use-case')),
    -- Under which name it counts.
    counter         TEXT        NOT NULL,
    -- `new` until its own statement has run; `hidden`: a draft, or archived.
    status          TEXT        NOT NULL CHECK (status IN ('new', 'open', 'hidden', 'deleted')),
    -- The topic it is in, or itself.
    root_id         UUID        NOT NULL,
    -- The post that a reply answers; a post's own id.
    post_id         UUID,
    author_id       UUID        NOT NULL,
    organization_id UUID,
    -- The organization that alone may see it; none: the whole network.
    visible_to      UUID,
    -- Of topics and use cases only, as the next three.
    title           TEXT        NOT NULL DEFAULT '',
    slug            TEXT        NOT NULL DEFAULT '',
    category        TEXT        NOT NULL DEFAULT '',
    likes           BIGINT      NOT NULL DEFAULT 0,
    is_best         BOOLEAN     NOT NULL DEFAULT false,
    -- The Monday before it was made.
    week            TIMESTAMPTZ NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL
);
CREATE INDEX things_root ON things (root_id);
CREATE INDEX things_post ON things (post_id) WHERE post_id IS NOT NULL;

-- How much a person or an organization has. Negative for a moment when something is told out of its order.
CREATE TABLE counters (
    owner_id UUID   NOT NULL,
    name     TEXT   NOT NULL,
    value    BIGINT NOT NULL,
    PRIMARY KEY (owner_id, name)
);

-- What a person made in a week and is still there.
CREATE TABLE weeks (
    user_id UUID        NOT NULL,
    week    TIMESTAMPTZ NOT NULL,
    name    TEXT        NOT NULL,
    value   BIGINT      NOT NULL,
    PRIMARY KEY (user_id, week, name)
);

CREATE TABLE bookmarks (
    user_id  UUID NOT NULL,
    thing_id UUID NOT NULL,
    PRIMARY KEY (user_id, thing_id)
);

-- Messages that wait to be read. What was committed before `since` is counted in it already.
CREATE TABLE unread (
    user_id UUID        NOT NULL PRIMARY KEY,
    count   BIGINT      NOT NULL,
    since   TIMESTAMPTZ NOT NULL
);

CREATE TABLE people (
    user_id         UUID    NOT NULL PRIMARY KEY,
    organization_id UUID    NOT NULL,
    is_active       BOOLEAN NOT NULL,
    is_admin        BOOLEAN NOT NULL
);
CREATE INDEX people_organization ON people (organization_id, is_active, is_admin);

CREATE TABLE invitations (
    id              UUID        NOT NULL PRIMARY KEY,
    organization_id UUID        NOT NULL,
    expires_at      TIMESTAMPTZ NOT NULL
);
CREATE INDEX invitations_organization ON invitations (organization_id, expires_at);

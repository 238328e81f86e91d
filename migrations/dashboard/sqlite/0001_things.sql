-- What other features tell of, as far as the dashboard counts and names it: topics, posts, replies, use cases. A row that
-- was deleted stays, without its words, so that what is told late makes nothing of it again.
CREATE TABLE things (
    id              BLOB    NOT NULL PRIMARY KEY,
    kind            TEXT    NOT NULL CHECK (kind IN ('topic', 'post', 'reply', 'use-case')),
    -- Under which name it counts.
    counter         TEXT    NOT NULL,
    -- `new` until its own statement has run; `hidden`: a draft, or archived.
    status          TEXT    NOT NULL CHECK (status IN ('new', 'open', 'hidden', 'deleted')),
    -- The topic it is in, or itself.
    root_id         BLOB    NOT NULL,
    -- The post that a reply answers; a post's own id.
    post_id         BLOB,
    author_id       BLOB    NOT NULL,
    organization_id BLOB,
    -- The organization that alone may see it; none: the whole network.
    visible_to      BLOB,
    -- Of topics and use cases only, as the next three.
    title           TEXT    NOT NULL DEFAULT '',
    slug            TEXT    NOT NULL DEFAULT '',
    category        TEXT    NOT NULL DEFAULT '',
    likes           INTEGER NOT NULL DEFAULT 0,
    is_best         INTEGER NOT NULL DEFAULT 0,
    -- The Monday before it was made.
    week            INTEGER NOT NULL,
    created_at      INTEGER NOT NULL
);
CREATE INDEX things_root ON things (root_id);
CREATE INDEX things_post ON things (post_id) WHERE post_id IS NOT NULL;

-- How much a person or an organization has. Negative for a moment when something is told out of its order.
CREATE TABLE counters (
    owner_id BLOB    NOT NULL,
    name     TEXT    NOT NULL,
    value    INTEGER NOT NULL,
    PRIMARY KEY (owner_id, name)
) WITHOUT ROWID;

-- What a person made in a week and is still there.
CREATE TABLE weeks (
    user_id BLOB    NOT NULL,
    week    INTEGER NOT NULL,
    name    TEXT    NOT NULL,
    value   INTEGER NOT NULL,
    PRIMARY KEY (user_id, week, name)
) WITHOUT ROWID;

CREATE TABLE bookmarks (
    user_id  BLOB NOT NULL,
    thing_id BLOB NOT NULL,
    PRIMARY KEY (user_id, thing_id)
) WITHOUT ROWID;

-- Messages that wait to be read. What was committed before `since` is counted in it already.
CREATE TABLE unread (
    user_id BLOB    NOT NULL PRIMARY KEY,
    count   INTEGER NOT NULL,
    since   INTEGER NOT NULL
);

CREATE TABLE people (
    user_id         BLOB    NOT NULL PRIMARY KEY,
    organization_id BLOB    NOT NULL,
    is_active       INTEGER NOT NULL,
    is_admin        INTEGER NOT NULL
);
CREATE INDEX people_organization ON people (organization_id, is_active, is_admin);

CREATE TABLE invitations (
    id              BLOB    NOT NULL PRIMARY KEY,
    organization_id BLOB    NOT NULL,
    expires_at      INTEGER NOT NULL
);
CREATE INDEX invitations_organization ON invitations (organization_id, expires_at);

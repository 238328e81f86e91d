-- Posts and replies: that they exist, who sees them, their counters and versions. What people wrote stands in the documents
-- `posts`, `reply_chunks` and `revisions`; a document without a row here is seen by nobody.
CREATE TABLE posts (
    id              UUID        NOT NULL PRIMARY KEY,
    topic_id        UUID        NOT NULL REFERENCES topics (id),
    is_root         BOOLEAN     NOT NULL DEFAULT false,
    author_id       UUID        NOT NULL,
    organization_id UUID,
    status          TEXT        NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'deleted')),
    -- Which text is the present one; the first has the post's own id.
    revision        UUID        NOT NULL,
    version         BIGINT      NOT NULL DEFAULT 1,
    likes           BIGINT      NOT NULL DEFAULT 0,
    -- Replies that are there; deleted ones are not.
    reply_count     BIGINT      NOT NULL DEFAULT 0,
    -- All replies that ever were: the position of the next one.
    total_replies   BIGINT      NOT NULL DEFAULT 0,
    -- Where the next reply is kept: 0 is the post's own document, others are documents `<id>:<chunk>`.
    open_chunk      BIGINT      NOT NULL DEFAULT 0,
    chunk_replies   BIGINT      NOT NULL DEFAULT 0,
    chunk_bytes     BIGINT      NOT NULL DEFAULT 0,
    created_at      TIMESTAMPTZ NOT NULL,
    edited_at       TIMESTAMPTZ
);
CREATE INDEX posts_topic ON posts (topic_id, created_at, id);

CREATE TABLE replies (
    id              UUID        NOT NULL PRIMARY KEY,
    post_id         UUID        NOT NULL REFERENCES posts (id),
    topic_id        UUID        NOT NULL,
    parent_id       UUID        REFERENCES replies (id),
    author_id       UUID        NOT NULL,
    organization_id UUID,
    chunk           BIGINT      NOT NULL,
    position        BIGINT      NOT NULL,
    status          TEXT        NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'deleted')),
    -- Answers to it that are shown. A deleted reply is shown as long as it has any.
    children        BIGINT      NOT NULL DEFAULT 0,
    revision        UUID        NOT NULL,
    version         BIGINT      NOT NULL DEFAULT 1,
    likes           BIGINT      NOT NULL DEFAULT 0,
    created_at      TIMESTAMPTZ NOT NULL,
    edited_at       TIMESTAMPTZ
);
CREATE UNIQUE INDEX replies_place ON replies (post_id, position);
CREATE INDEX replies_shown ON replies (post_id, position) WHERE status = 'open' OR children > 0;

CREATE TABLE post_likes (
    post_id UUID        NOT NULL REFERENCES posts (id),
    user_id UUID        NOT NULL,
    PRIMARY KEY (post_id, user_id)
);
CREATE TABLE reply_likes (
    reply_id UUID        NOT NULL REFERENCES replies (id),
    user_id  UUID        NOT NULL,
    PRIMARY KEY (reply_id, user_id)
);

-- Every text that was ever the present one of something that was edited, under the id of its document in `revisions`.
CREATE TABLE post_revisions (
    revision  UUID        NOT NULL PRIMARY KEY,
    post_id   UUID        NOT NULL REFERENCES posts (id),
    reply_id  UUID,
    version   BIGINT      NOT NULL,
    edited_by UUID        NOT NULL,
    edited_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX post_revisions_post ON post_revisions (post_id, reply_id, version);

ALTER TABLE topics ADD COLUMN best_reply_id UUID;
ALTER TABLE topics ADD COLUMN best_author_id UUID;

-- How far the search for documents without a row has come.
CREATE TABLE sweeps (
    name  TEXT        NOT NULL PRIMARY KEY,
    up_to TIMESTAMPTZ NOT NULL
);

INSERT INTO posts (id, topic_id, is_root, author_id, organization_id, revision, likes, created_at)
    SELECT id, id, true, created_by, organization_id, id, likes, created_at FROM topics;

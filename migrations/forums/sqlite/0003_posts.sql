-- Posts and replies: that they exist, who sees them, their counters and versions. What people wrote stands in the documents
-- `posts`, `reply_chunks` and `revisions`; a document without a row here is seen by nobody.
CREATE TABLE posts (
    id              BLOB    NOT NULL PRIMARY KEY,
    topic_id        BLOB    NOT NULL REFERENCES topics (id),
    is_root         INTEGER NOT NULL DEFAULT 0,
    author_id       BLOB    NOT NULL,
    organization_id BLOB,
    status          TEXT    NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'deleted')),
    -- Which text is the present one; the first has the post's own id.
    revision        BLOB    NOT NULL,
    version         INTEGER NOT NULL DEFAULT 1,
    likes           INTEGER NOT NULL DEFAULT 0,
    -- Replies that are there; deleted ones are not.
    reply_count     INTEGER NOT NULL DEFAULT 0,
    -- All replies that ever were: the position of the next one.
    total_replies   INTEGER NOT NULL DEFAULT 0,
    -- Where the next reply is kept: 0 is the post's own document, others are documents `<id>:<chunk>`.
    open_chunk      INTEGER NOT NULL DEFAULT 0,
    chunk_replies   INTEGER NOT NULL DEFAULT 0,
    chunk_bytes     INTEGER NOT NULL DEFAULT 0,
    created_at      INTEGER NOT NULL,
    edited_at       INTEGER
);
CREATE INDEX posts_topic ON posts (topic_id, created_at, id);

CREATE TABLE replies (
    id              BLOB    NOT NULL PRIMARY KEY,
    post_id         BLOB    NOT NULL REFERENCES posts (id),
    topic_id        BLOB    NOT NULL,
    parent_id       BLOB    REFERENCES replies (id),
    author_id       BLOB    NOT NULL,
    organization_id BLOB,
    chunk           INTEGER NOT NULL,
    position        INTEGER NOT NULL,
    status          TEXT    NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'deleted')),
    -- Answers to it that are shown. A deleted reply is shown as long as it has any.
    children        INTEGER NOT NULL DEFAULT 0,
    revision        BLOB    NOT NULL,
    version         INTEGER NOT NULL DEFAULT 1,
    likes           INTEGER NOT NULL DEFAULT 0,
    created_at      INTEGER NOT NULL,
    edited_at       INTEGER
);
CREATE UNIQUE INDEX replies_place ON replies (post_id, position);
CREATE INDEX replies_shown ON replies (post_id, position) WHERE status = 'open' OR children > 0;

CREATE TABLE post_likes (
    post_id BLOB NOT NULL REFERENCES posts (id),
    user_id BLOB NOT NULL,
    PRIMARY KEY (post_id, user_id)
) WITHOUT ROWID;
CREATE TABLE reply_likes (
    reply_id BLOB NOT NULL REFERENCES replies (id),
    user_id  BLOB NOT NULL,
    PRIMARY KEY (reply_id, user_id)
) WITHOUT ROWID;

-- Every text that was ever the present one of something that was edited, under the id of its document in `revisions`.
CREATE TABLE post_revisions (
    revision  BLOB    NOT NULL PRIMARY KEY,
    post_id   BLOB    NOT NULL REFERENCES posts (id),
    reply_id  BLOB,
    version   INTEGER NOT NULL,
    edited_by BLOB    NOT NULL,
    edited_at INTEGER NOT NULL
);
CREATE INDEX post_revisions_post ON post_revisions (post_id, reply_id, version);

ALTER TABLE topics ADD COLUMN best_reply_id BLOB;
ALTER TABLE topics ADD COLUMN best_author_id BLOB;

-- How far the search for documents without a row has come.
CREATE TABLE sweeps (
    name  TEXT    NOT NULL PRIMARY KEY,
    up_to INTEGER NOT NULL
);

INSERT INTO posts (id, topic_id, is_root, author_id, organization_id, revision, likes, created_at)
    SELECT id, id, 1, created_by, organization_id, id, likes, created_at FROM topics;

-- What people do around topics: keep them, look at them, put files into them, and how much everybody did.

CREATE TABLE bookmarks (
    user_id    BLOB    NOT NULL,
    topic_id   BLOB    NOT NULL REFERENCES topics (id),
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, topic_id)
) WITHOUT ROWID;
CREATE INDEX bookmarks_latest ON bookmarks (user_id, created_at DESC, topic_id DESC);
ALTER TABLE topics ADD COLUMN bookmark_count INTEGER NOT NULL DEFAULT 0;

-- When somebody's look at a topic was counted for the last time.
CREATE TABLE topic_views (
    topic_id BLOB    NOT NULL REFERENCES topics (id),
    user_id  BLOB    NOT NULL,
    seen_at  INTEGER NOT NULL,
    PRIMARY KEY (topic_id, user_id)
) WITHOUT ROWID;

-- Every version of a topic that was edited. `revision` is the text of its root post at that time.
CREATE TABLE topic_edits (
    topic_id  BLOB    NOT NULL REFERENCES topics (id),
    version   INTEGER NOT NULL,
    title     TEXT    NOT NULL,
    category  TEXT    NOT NULL,
    tags      TEXT    NOT NULL,
    revision  BLOB    NOT NULL,
    edited_by BLOB    NOT NULL,
    edited_at INTEGER NOT NULL,
    PRIMARY KEY (topic_id, version)
) WITHOUT ROWID;

-- What everybody did that is still there.
CREATE TABLE contributors (
    user_id         BLOB    NOT NULL PRIMARY KEY,
    organization_id BLOB,
    topics          INTEGER NOT NULL DEFAULT 0,
    posts           INTEGER NOT NULL DEFAULT 0,
    replies         INTEGER NOT NULL DEFAULT 0,
    best_answers    INTEGER NOT NULL DEFAULT 0,
    likes           INTEGER NOT NULL DEFAULT 0,
    -- An answer that helped counts most, then what begins a conversation.
    score           INTEGER NOT NULL
        GENERATED ALWAYS AS (5 * best_answers + 3 * topics + 2 * posts + replies + likes) STORED
);
CREATE INDEX contributors_score ON contributors (score DESC, user_id DESC) WHERE score > 0;
INSERT INTO contributors (user_id, organization_id, topics, likes)
    SELECT all_of.created_by,
        (SELECT one.organization_id FROM topics one WHERE one.created_by = all_of.created_by
            ORDER BY one.created_at DESC, one.id DESC LIMIT 1),
        count(*), sum(all_of.likes)
    FROM topics all_of WHERE all_of.status <> 'deleted' GROUP BY all_of.created_by;

-- Topics of a category: those for the whole network under the id of zeros, those of an organization only under its own.
CREATE TABLE category_counts (
    category TEXT    NOT NULL REFERENCES categories (slug),
    scope    BLOB    NOT NULL,
    topics   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (category, scope)
) WITHOUT ROWID;
INSERT INTO category_counts (category, scope, topics)
    SELECT category, scope, count(*) FROM (
        SELECT category,
            CASE WHEN visibility = 'network' THEN zeroblob(16) ELSE organization_id END AS scope
        FROM topics WHERE status <> 'deleted'
    ) AS topics_by_scope GROUP BY category, scope;

-- Files. One without a post waits for the one who sent it to name it in a post; one whose post is the id of zeros goes.
CREATE TABLE attachments (
    id              BLOB    NOT NULL PRIMARY KEY,
    owner_id        BLOB    NOT NULL,
    organization_id BLOB,
    post_id         BLOB,
    filename        TEXT    NOT NULL,
    media_type      TEXT    NOT NULL,
    size            INTEGER NOT NULL,
    created_at      INTEGER NOT NULL
);
CREATE INDEX attachments_waiting ON attachments (created_at, id) WHERE post_id IS NULL;
CREATE INDEX attachments_going ON attachments (id) WHERE post_id = X'00000000000000000000000000000000';

-- Where a topic stands in time, moved forward by how much it is liked: every tenfold of that is worth two days. So what is
-- old sinks without anything being counted again. Seconds.
ALTER TABLE topics ADD COLUMN trend INTEGER GENERATED ALWAYS AS (created_at / 1000000 + CASE
    WHEN popularity < 10    THEN popularity * 17280
    WHEN popularity < 100   THEN 172800 + (popularity - 10) * 1920
    WHEN popularity < 1000  THEN 345600 + (popularity - 100) * 192
    WHEN popularity < 10000 THEN 518400 + (popularity - 1000) * 96 / 5
    ELSE                         691200 + (popularity - 10000) * 48 / 25 END) VIRTUAL;
CREATE INDEX topics_trending ON topics (is_pinned DESC, trend DESC, id DESC, visibility, organization_id)
    WHERE status <> 'deleted';

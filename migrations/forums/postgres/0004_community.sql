-- What people do around topics: keep them, look at them, put files into them, and how much everybody did.

CREATE TABLE bookmarks (
    user_id    UUID        NOT NULL,
    topic_id   UUID        NOT NULL REFERENCES topics (id),
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (user_id, topic_id)
);
CREATE INDEX bookmarks_latest ON bookmarks (user_id, created_at DESC, topic_id DESC);
ALTER TABLE topics ADD COLUMN bookmark_count BIGINT NOT NULL DEFAULT 0;

-- When somebody's look at a topic was counted for the last time.
CREATE TABLE topic_views (
    topic_id UUID        NOT NULL REFERENCES topics (id),
    user_id  UUID        NOT NULL,
    seen_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (topic_id, user_id)
);

-- Every version of a topic that was edited. `revision` is the text of its root post at that time.
CREATE TABLE topic_edits (
    topic_id  UUID        NOT NULL REFERENCES topics (id),
    version   BIGINT      NOT NULL,
    title     TEXT        NOT NULL,
    category  TEXT        NOT NULL,
    tags      TEXT        NOT NULL,
    revision  UUID        NOT NULL,
    edited_by UUID        NOT NULL,
    edited_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (topic_id, version)
);

-- What everybody did that is still there.
CREATE TABLE contributors (
    user_id         UUID   NOT NULL PRIMARY KEY,
    organization_id UUID,
    topics          BIGINT NOT NULL DEFAULT 0,
    posts           BIGINT NOT NULL DEFAULT 0,
    replies         BIGINT NOT NULL DEFAULT 0,
    best_answers    BIGINT NOT NULL DEFAULT 0,
    likes           BIGINT NOT NULL DEFAULT 0,
    -- An answer that helped counts most, then what begins a conversation.
    score           BIGINT NOT NULL
        GENERATED ALWAYS AS (5 * best_answers + 3 * topics + 2 * posts + replies + likes) STORED
);
CREATE INDEX contributors_score ON contributors (score DESC, user_id DESC) WHERE score > 0;
INSERT INTO contributors (user_id, organization_id, topics, likes)
    SELECT all_of.created_by,
        (SELECT one.organization_id FROM topics one WHERE one.created_by = all_of.created_by
            ORDER BY one.created_at DESC, one.id DESC LIMIT 1),
        count(*), CAST(sum(all_of.likes) AS BIGINT)
    FROM topics all_of WHERE all_of.status <> 'deleted' GROUP BY all_of.created_by;

-- Topics of a category: those for the whole network under the id of zeros, those of an organization only under its own.
CREATE TABLE category_counts (
    category TEXT   NOT NULL REFERENCES categories (slug),
    scope    UUID   NOT NULL,
    topics   BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (category, scope)
);
INSERT INTO category_counts (category, scope, topics)
    SELECT category, scope, count(*) FROM (
        SELECT category,
            CASE WHEN visibility = 'network' THEN UUID '00000000-0000-0000-0000-000000000000'
                ELSE organization_id END AS scope
        FROM topics WHERE status <> 'deleted'
    ) AS topics_by_scope GROUP BY category, scope;

-- Files. One without a post waits for the one who sent it to name it in a post; one whose post is the id of zeros goes.
CREATE TABLE attachments (
    id              UUID        NOT NULL PRIMARY KEY,
    owner_id        UUID        NOT NULL,
    organization_id UUID,
    post_id         UUID,
    filename        TEXT        NOT NULL,
    media_type      TEXT        NOT NULL,
    size            BIGINT      NOT NULL,
    created_at      TIMESTAMPTZ NOT NULL
);
CREATE INDEX attachments_waiting ON attachments (created_at, id) WHERE post_id IS NULL;
CREATE INDEX attachments_going ON attachments (id) WHERE post_id = '00000000-0000-0000-0000-000000000000';

-- Where a topic stands in time, moved forward by how much it is liked: every tenfold of that is worth two days. So what is
-- old sinks without anything being counted again. Seconds.
ALTER TABLE topics ADD COLUMN trend BIGINT NOT NULL GENERATED ALWAYS AS (
    CAST(floor(EXTRACT(EPOCH FROM created_at AT TIME ZONE 'UTC')) AS BIGINT) + CASE
    WHEN views + 5 * likes + 10 * reply_count < 10
        THEN (views + 5 * likes + 10 * reply_count) * 17280
    WHEN views + 5 * likes + 10 * reply_count < 100
        THEN 172800 + (views + 5 * likes + 10 * reply_count - 10) * 1920
    WHEN views + 5 * likes + 10 * reply_count < 1000
        THEN 345600 + (views + 5 * likes + 10 * reply_count - 100) * 192
    WHEN views + 5 * likes + 10 * reply_count < 10000
        THEN 518400 + (views + 5 * likes + 10 * reply_count - 1000) * 96 / 5
    ELSE 691200 + (views + 5 * likes + 10 * reply_count - 10000) * 48 / 25 END) STORED;
CREATE INDEX topics_trending ON topics (is_pinned DESC, trend DESC, id DESC, visibility, organization_id)
    WHERE status <> 'deleted';

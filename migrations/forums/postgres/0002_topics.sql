-- Topics: what lists need. What people wrote stands in the documents `posts`; the root post has its topic's id.
CREATE TABLE topics (
    id               UUID        NOT NULL PRIMARY KEY,
    title            TEXT        NOT NULL,
    slug             TEXT        NOT NULL,
    category         TEXT        NOT NULL REFERENCES categories (slug),
    tags             TEXT        NOT NULL,
    status           TEXT        NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'locked', 'deleted')),
    visibility       TEXT        NOT NULL CHECK (visibility IN ('network', 'organization')),
    created_by       UUID        NOT NULL,
    organization_id  UUID                 CHECK (organization_id IS NOT NULL OR visibility = 'network'),
    is_pinned        BOOLEAN     NOT NULL DEFAULT false,
    excerpt          TEXT        NOT NULL,
    views            BIGINT      NOT NULL DEFAULT 0,
    likes            BIGINT      NOT NULL DEFAULT 0,
    reply_count      BIGINT      NOT NULL DEFAULT 0,
    has_best_answer  BOOLEAN     NOT NULL DEFAULT false,
    last_activity_at TIMESTAMPTZ NOT NULL,
    created_at       TIMESTAMPTZ NOT NULL,
    updated_at       TIMESTAMPTZ NOT NULL,
    version          BIGINT      NOT NULL DEFAULT 1,
    -- Taking part counts more than liking, liking more than looking.
    popularity       BIGINT      NOT NULL GENERATED ALWAYS AS (views + 5 * likes + 10 * reply_count) STORED,
    -- The title as it is searched: lower case, Arabic letter forms and digits as one.
    title_folded     TEXT        NOT NULL
);

-- For finding only; a topic shows its tags from its own row.
CREATE TABLE topic_tags (
    tag      TEXT NOT NULL,
    topic_id UUID NOT NULL REFERENCES topics (id),
    PRIMARY KEY (tag, topic_id)
);
CREATE INDEX topic_tags_topic ON topic_tags (topic_id);

-- Each list is read in its order and passes over what the caller may not see; the last two columns let it do so without
-- looking at the row.
CREATE INDEX topics_latest ON topics (is_pinned DESC, last_activity_at DESC, id DESC, visibility, organization_id)
    WHERE status <> 'deleted';
CREATE INDEX topics_popular ON topics (is_pinned DESC, popularity DESC, id DESC, visibility, organization_id)
    WHERE status <> 'deleted';
CREATE INDEX topics_category_latest ON topics (category, is_pinned DESC, last_activity_at DESC, id DESC)
    WHERE status <> 'deleted';
CREATE INDEX topics_author_latest ON topics (created_by, is_pinned DESC, last_activity_at DESC, id DESC)
    WHERE status <> 'deleted';

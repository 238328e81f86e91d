-- What can be found, as other features told it. `gone` stays behind for what was deleted, so that no late word of it
-- brings it back. `shown_to` is the organization that alone may see it.
CREATE TABLE entries (
    id              UUID        NOT NULL PRIMARY KEY,
    kind            TEXT        NOT NULL CHECK (kind IN ('topic', 'post', 'reply', 'useCase', 'user')),
    topic_id        UUID,
    post_id         UUID,
    author_id       UUID        NOT NULL,
    organization_id UUID,
    shown_to        UUID,
    title           TEXT        NOT NULL,
    body            TEXT        NOT NULL,
    category        TEXT        NOT NULL,
    industry        TEXT        NOT NULL,
    city            TEXT        NOT NULL,
    -- Each folded, with a line's end before and behind it.
    tags            TEXT        NOT NULL,
    technologies    TEXT        NOT NULL,
    answered        BOOLEAN,
    gone            BOOLEAN     NOT NULL DEFAULT FALSE,
    created_at      TIMESTAMPTZ NOT NULL,
    -- Its words, folded; none when it is gone.
    words           TSVECTOR
);
CREATE INDEX entries_topic ON entries (topic_id) WHERE topic_id IS NOT NULL;
CREATE INDEX entries_post ON entries (post_id) WHERE post_id IS NOT NULL;
CREATE INDEX entries_people ON entries (organization_id, id) WHERE kind = 'user';
CREATE INDEX entries_words ON entries USING gin (words);

-- Every word there ever was, for finding what somebody meant to type: by how it begins, and by how it ends.
CREATE TABLE vocabulary (
    word     TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    reversed TEXT COLLATE "C" NOT NULL,
    letters  BIGINT           NOT NULL
);
CREATE INDEX vocabulary_reversed ON vocabulary (reversed, letters, word);

-- What can be found, as other features told it. `gone` stays behind for what was deleted, so that no late word of it
-- brings it back. `shown_to` is the organization that alone may see it.
CREATE TABLE entries (
    number          INTEGER PRIMARY KEY,
    id              BLOB    NOT NULL UNIQUE,
    kind            TEXT    NOT NULL CHECK (kind IN ('topic', 'post', 'reply', 'useCase', 'user')),
    topic_id        BLOB,
    post_id         BLOB,
    author_id       BLOB    NOT NULL,
    organization_id BLOB,
    shown_to        BLOB,
    title           TEXT    NOT NULL,
    body            TEXT    NOT NULL,
    category        TEXT    NOT NULL,
    industry        TEXT    NOT NULL,
    city            TEXT    NOT NULL,
    -- Each folded, with a line's end before and behind it.
    tags            TEXT    NOT NULL,
    technologies    TEXT    NOT NULL,
    answered        INTEGER,
    gone            INTEGER NOT NULL DEFAULT 0,
    created_at      INTEGER NOT NULL
);
CREATE INDEX entries_topic ON entries (topic_id) WHERE topic_id IS NOT NULL;
CREATE INDEX entries_post ON entries (post_id) WHERE post_id IS NOT NULL;
CREATE INDEX entries_people ON entries (organization_id, id) WHERE kind = 'user';

-- Their words, folded, by the number of the entry. The text itself is kept once, in the entry.
CREATE VIRTUAL TABLE entry_words USING fts5 (
    title_words, tag_words, body_words, content='', contentless_delete=1, tokenize='ascii', prefix='3'
);

-- Every word there ever was, for finding what somebody meant to type: by how it begins, and by how it ends.
CREATE TABLE vocabulary (
    word     TEXT    NOT NULL PRIMARY KEY,
    reversed TEXT    NOT NULL,
    letters  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX vocabulary_reversed ON vocabulary (reversed, letters, word);

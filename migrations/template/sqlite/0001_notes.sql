CREATE TABLE notes (
    id BLOB NOT NULL PRIMARY KEY,
    organization_id BLOB NOT NULL,
    author_id BLOB NOT NULL,
    title TEXT NOT NULL,
    content TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX notes_title ON notes (organization_id, title);
CREATE INDEX notes_latest ON notes (organization_id, created_at, id);

CREATE TABLE notes (
    id UUID NOT NULL PRIMARY KEY,
    organization_id UUID NOT NULL,
    author_id UUID NOT NULL,
    title TEXT NOT NULL,
    content TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX notes_title ON notes (organization_id, title);
CREATE INDEX notes_latest ON notes (organization_id, created_at, id);

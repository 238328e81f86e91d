-- Letters that went out, for as long as their event could come once more: whoever reads them has no inbox that would
-- know one again.
CREATE TABLE sent_letters (
    event_id uuid        NOT NULL PRIMARY KEY,
    sent_at  timestamptz NOT NULL
);
CREATE INDEX sent_letters_age ON sent_letters (sent_at);

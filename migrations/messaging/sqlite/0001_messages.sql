-- Messages between two people. What they write is sealed by the host before it comes here.

-- Two people who wrote to each other. The id is made of both of theirs, so that the first message of either finds the
-- same row; every change in a conversation holds it first.
CREATE TABLE conversations (
    id         BLOB    NOT NULL PRIMARY KEY,
    user_low   BLOB    NOT NULL,
    user_high  BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    CHECK (user_low < user_high)
) WITHOUT ROWID;

-- Ids are ordered by time, and so is a conversation. One that was removed for both is no longer here; one that only one
-- of them deleted is hidden for that one.
CREATE TABLE messages (
    id                  BLOB    NOT NULL PRIMARY KEY,
    conversation_id     BLOB    NOT NULL REFERENCES conversations (id),
    sender_id           BLOB    NOT NULL,
    receiver_id         BLOB    NOT NULL,
    content             BLOB    NOT NULL,
    read_at             INTEGER,
    hidden_for_sender   INTEGER NOT NULL DEFAULT 0,
    hidden_for_receiver INTEGER NOT NULL DEFAULT 0,
    created_at          INTEGER NOT NULL,
    CHECK (sender_id <> receiver_id)
);
CREATE UNIQUE INDEX messages_in_order ON messages (conversation_id, id DESC);
-- What the receiver has not read yet: a few at any time.
CREATE INDEX messages_unread ON messages (conversation_id, receiver_id, id)
    WHERE read_at IS NULL AND NOT hidden_for_receiver;

-- A conversation as one of the two sees it. Without a last message they see nothing of it.
CREATE TABLE conversation_sides (
    conversation_id BLOB    NOT NULL REFERENCES conversations (id),
    user_id         BLOB    NOT NULL,
    other_id        BLOB    NOT NULL,
    unread          INTEGER NOT NULL DEFAULT 0 CHECK (unread >= 0),
    last_message_id BLOB,
    updated_at      INTEGER,
    PRIMARY KEY (conversation_id, user_id)
) WITHOUT ROWID;
CREATE INDEX conversation_sides_latest ON conversation_sides (user_id, updated_at DESC, conversation_id DESC);
CREATE INDEX conversation_sides_unread ON conversation_sides (user_id, unread) WHERE unread > 0;

-- Whom somebody does not want to hear from.
CREATE TABLE blocks (
    user_id    BLOB    NOT NULL,
    blocked_id BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, blocked_id),
    CHECK (user_id <> blocked_id)
) WITHOUT ROWID;
CREATE INDEX blocks_latest ON blocks (user_id, created_at DESC, blocked_id DESC);

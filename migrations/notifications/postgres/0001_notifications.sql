-- What people are told, what they want to be told, and what was put together for their mail.

CREATE TABLE notifications (
    id              UUID        NOT NULL PRIMARY KEY,
    user_id         UUID        NOT NULL,
    -- Where the person belonged when it was written.
    organization_id UUID,
    kind            TEXT        NOT NULL,
    -- Whose thing it is about, for the words: topic, post, reply, use-case, or empty.
    about           TEXT        NOT NULL,
    entity_type     TEXT        NOT NULL,
    entity_id       UUID        NOT NULL,
    -- The post that a reply stands under, and the topic that both stand in.
    parent_id       UUID,
    container_id    UUID,
    -- Who did it; the last one, where several did.
    actor_id        UUID,
    subject         TEXT        NOT NULL,
    excerpt         TEXT        NOT NULL,
    -- How often, where several are told as one.
    count           BIGINT      NOT NULL DEFAULT 1,
    is_shown        BOOLEAN     NOT NULL,
    is_read         BOOLEAN     NOT NULL DEFAULT FALSE,
    -- Put away by its reader, or taken back with what it was about.
    is_gone         BOOLEAN     NOT NULL DEFAULT FALSE,
    mail            TEXT        NOT NULL CHECK (mail IN ('none', 'due', 'sent', 'digest', 'digested')),
    -- Since when it waits for a digest, and the digest that took it.
    mail_at         TIMESTAMPTZ,
    digest_at       TIMESTAMPTZ,
    created_at      TIMESTAMPTZ NOT NULL,
    CONSTRAINT notifications_once UNIQUE (user_id, kind, entity_id)
);
CREATE INDEX notifications_latest ON notifications (user_id, created_at DESC, id DESC) WHERE is_shown;
CREATE INDEX notifications_unread ON notifications (user_id, created_at DESC, id DESC)
    WHERE is_shown AND NOT is_read;
CREATE INDEX notifications_entity ON notifications (entity_id, user_id);
CREATE INDEX notifications_parent ON notifications (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX notifications_container ON notifications (container_id) WHERE container_id IS NOT NULL;
CREATE INDEX notifications_waiting ON notifications (user_id, mail_at)
    WHERE mail = 'digest' AND NOT is_read AND NOT is_gone;
CREATE INDEX notifications_digest ON notifications (user_id, digest_at) WHERE digest_at IS NOT NULL;
CREATE INDEX notifications_age ON notifications (created_at);

-- JSON, whole; people without a row want what everybody wants.
CREATE TABLE preferences (
    user_id UUID   NOT NULL PRIMARY KEY,
    choices TEXT   NOT NULL,
    version BIGINT NOT NULL
);

-- Who got a digest of which moment.
CREATE TABLE digests (
    user_id   UUID        NOT NULL,
    digest_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (user_id, digest_at)
);
CREATE INDEX digests_age ON digests (digest_at);

-- A summary takes the latest of a day: without the last two columns all of that day are gathered and sorted first.
DROP INDEX notifications_digest;
CREATE INDEX notifications_digest ON notifications (user_id, digest_at, created_at DESC, id DESC)
    WHERE digest_at IS NOT NULL;

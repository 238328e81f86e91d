-- The latest moment for which each job of a feature was noted as a delivery, and when it was done last. Whoever moves the
-- moment forward notes the run, in one commit: of several hosts one.
CREATE TABLE schedules (
    feature TEXT    NOT NULL,
    job     TEXT    NOT NULL,
    due_at  INTEGER NOT NULL,
    done_at INTEGER,
    PRIMARY KEY (feature, job)
) WITHOUT ROWID;

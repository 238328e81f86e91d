-- The latest moment for which each job of a feature was noted as a delivery, and when it was done last. Whoever moves the
-- moment forward notes the run, in one commit: of several hosts one.
CREATE TABLE schedules (
    feature text        NOT NULL,
    job     text        NOT NULL,
    due_at  timestamptz NOT NULL,
    done_at timestamptz,
    PRIMARY KEY (feature, job)
);

-- What people did around a topic or a use case lately, each once. What is older than the longest window goes with the
-- next one of the same topic or use case. `hour` counts from 1970.
CREATE TABLE touches (
    root_id   BLOB    NOT NULL,
    source_id BLOB    NOT NULL,
    actor_id  BLOB    NOT NULL,
    kind      TEXT    NOT NULL CHECK (kind IN ('written', 'liked', 'kept')),
    -- The post it belongs to, so that it goes with it.
    post_id   BLOB,
    hour      INTEGER NOT NULL,
    weight    INTEGER NOT NULL,
    PRIMARY KEY (root_id, source_id, actor_id, kind)
) WITHOUT ROWID;
CREATE INDEX touches_hour ON touches (root_id, hour, weight);

-- Where a topic or a use case stands in each window: the logarithm of its touches, each weighed by when it was. Time moves
-- all of them alike, so that the order holds without anything being counted again.
CREATE TABLE trends (
    id           BLOB    NOT NULL PRIMARY KEY,
    day          INTEGER NOT NULL,
    week         INTEGER NOT NULL,
    month        INTEGER NOT NULL,
    touched_hour INTEGER NOT NULL
);
CREATE INDEX trends_day ON trends (day DESC, id DESC);
CREATE INDEX trends_week ON trends (week DESC, id DESC);
CREATE INDEX trends_month ON trends (month DESC, id DESC);

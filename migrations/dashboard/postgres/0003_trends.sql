-- What people did around a topic or a use case lately, each once. What is older than the longest window goes with the
-- next one of the same topic or use case. `hour` counts from 1970.
CREATE TABLE touches (
    root_id   UUID   NOT NULL,
    source_id UUID   NOT NULL,
    actor_id  UUID   NOT NULL,
    kind      TEXT   NOT NULL CHECK (kind IN ('written', 'liked', 'kept')),
    -- The post it belongs to, so that it goes with it.
    post_id   UUID,
    hour      BIGINT NOT NULL,
    weight    BIGINT NOT NULL,
    PRIMARY KEY (root_id, source_id, actor_id, kind)
);
CREATE INDEX touches_hour ON touches (root_id, hour, weight);

-- Where a topic or a use case stands in each window: the logarithm of its touches, each weighed by when it was. Time moves
-- all of them alike, so that the order holds without anything being counted again.
CREATE TABLE trends (
    id           UUID   NOT NULL PRIMARY KEY,
    day          BIGINT NOT NULL,
    week         BIGINT NOT NULL,
    month        BIGINT NOT NULL,
    touched_hour BIGINT NOT NULL
);
CREATE INDEX trends_day ON trends (day DESC, id DESC);
CREATE INDEX trends_week ON trends (week DESC, id DESC);
CREATE INDEX trends_month ON trends (month DESC, id DESC);

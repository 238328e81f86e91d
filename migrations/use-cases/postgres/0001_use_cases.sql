-- Use cases: what lists, filters and maps need. What people wrote stands in the documents `use_cases`, one for every edit;
-- `revision` is the present one. A document without a row here is seen by nobody.
CREATE TABLE use_cases (
    id              UUID    NOT NULL PRIMARY KEY,
    title           TEXT    NOT NULL,
    slug            TEXT    NOT NULL,
    -- What is searched: title, industry, technologies, city and tags, lower case, Arabic letter forms and digits as one.
    words           TEXT    NOT NULL,
    status          TEXT    NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'published', 'archived')),
    industry        TEXT,
    technology      TEXT    NOT NULL,
    city            TEXT,
    latitude        DOUBLE PRECISION           CHECK (latitude BETWEEN -90 AND 90),
    longitude       DOUBLE PRECISION           CHECK (longitude BETWEEN -180 AND 180),
    tags            TEXT    NOT NULL,
    outcomes        TEXT    NOT NULL,
    excerpt         TEXT    NOT NULL,
    -- The first picture among its media.
    cover           UUID,
    submitted_by    UUID    NOT NULL,
    organization_id UUID,
    views           BIGINT NOT NULL DEFAULT 0,
    likes           BIGINT NOT NULL DEFAULT 0,
    bookmark_count  BIGINT NOT NULL DEFAULT 0,
    revision        UUID    NOT NULL,
    version         BIGINT NOT NULL DEFAULT 1,
    created_at      TIMESTAMPTZ NOT NULL,
    updated_at      TIMESTAMPTZ NOT NULL,
    published_at    TIMESTAMPTZ,
    -- Where it stands among the newest: when it was published, before that when it was begun.
    listed_at       TIMESTAMPTZ NOT NULL
);
CREATE UNIQUE INDEX use_cases_revision ON use_cases (revision);

-- Each list is read in its order.
CREATE INDEX use_cases_newest ON use_cases (status, listed_at DESC, id DESC);
CREATE INDEX use_cases_viewed ON use_cases (status, views DESC, id DESC);
CREATE INDEX use_cases_liked ON use_cases (status, likes DESC, id DESC);
CREATE INDEX use_cases_author ON use_cases (submitted_by, listed_at DESC, id DESC);
CREATE INDEX use_cases_organization ON use_cases (organization_id, status, listed_at DESC, id DESC);
-- A part of the map.
CREATE INDEX use_cases_place ON use_cases (status, latitude, longitude);

-- By what they are filtered, in the form that is searched; a use case shows its words from its own row.
CREATE TABLE use_case_terms (
    kind        TEXT NOT NULL CHECK (kind IN ('industry', 'technology', 'city', 'tag')),
    term        TEXT NOT NULL,
    use_case_id UUID NOT NULL REFERENCES use_cases (id),
    PRIMARY KEY (kind, term, use_case_id)
);
CREATE INDEX use_case_terms_use_case ON use_case_terms (use_case_id);

CREATE TABLE use_case_likes (
    use_case_id UUID NOT NULL REFERENCES use_cases (id),
    user_id     UUID NOT NULL,
    PRIMARY KEY (use_case_id, user_id)
);

CREATE TABLE bookmarks (
    user_id     UUID    NOT NULL,
    use_case_id UUID    NOT NULL REFERENCES use_cases (id),
    created_at  TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (user_id, use_case_id)
);
CREATE INDEX bookmarks_latest ON bookmarks (user_id, created_at DESC, use_case_id DESC);
CREATE INDEX bookmarks_use_case ON bookmarks (use_case_id);

-- When somebody's look at a use case was counted for the last time. No reference: looks are written late, and one at what
-- is gone since must not keep the others from being counted.
CREATE TABLE use_case_views (
    use_case_id UUID    NOT NULL,
    user_id     UUID    NOT NULL,
    seen_at     TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (use_case_id, user_id)
);

-- Files that are being kept and that no document names yet. One that still stands here after an hour goes.
CREATE TABLE pending_files (
    name       TEXT    NOT NULL PRIMARY KEY,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX pending_files_age ON pending_files (created_at, name);

-- How far the search for documents without a row has come.
CREATE TABLE sweeps (
    name  TEXT    NOT NULL PRIMARY KEY,
    up_to TIMESTAMPTZ NOT NULL
);

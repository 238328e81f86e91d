//! What this room keeps in each schema, and the functions by which a feature's transaction leaves events behind without
//! being able to write them itself. Text with `{schema}`, `{owner}`, `{feature}`, `{token}` and `{order_lock}` in it.

/// Tables, step by step. How many were taken stands in `p2p_host`.
pub const TABLES: [&str; 1] = [FIRST_TABLES];

const FIRST_TABLES: &str = r#"
    CREATE TABLE {schema}.p2p_host (tables bigint NOT NULL, fingerprint bytea NOT NULL);
    INSERT INTO {schema}.p2p_host VALUES (0, '');
    CREATE TABLE {schema}.p2p_migrations (
        version bigint PRIMARY KEY,
        name text NOT NULL,
        checksum bytea NOT NULL,
        applied_at timestamptz NOT NULL
    );
    CREATE SEQUENCE {schema}.p2p_positions;
    CREATE TABLE {schema}.p2p_outbox (
        position bigint PRIMARY KEY,
        id uuid NOT NULL UNIQUE,
        topic text NOT NULL,
        key text NOT NULL,
        payload bytea NOT NULL,
        committed_at timestamptz NOT NULL,
        channel_seq bigint,
        request text,
        address text,
        user_id uuid
    );
    CREATE TABLE {schema}.p2p_inbox (event_id uuid PRIMARY KEY, handled_at timestamptz NOT NULL);
    CREATE INDEX p2p_inbox_age ON {schema}.p2p_inbox (handled_at);
    CREATE TABLE {schema}.p2p_documents (
        collection text COLLATE "C" NOT NULL,
        id text COLLATE "C" NOT NULL,
        version bigint NOT NULL,
        body jsonb NOT NULL,
        PRIMARY KEY (collection, id)
    );
"#;

/// Who may do what. A feature's role reaches nothing of this room's but two functions, and those want a token.
pub const GRANTS: &str = r#"
    REVOKE ALL ON SCHEMA {schema} FROM PUBLIC;
    GRANT USAGE ON SCHEMA {schema} TO {owner}, {feature};
    GRANT CREATE ON SCHEMA {schema} TO {owner};
    GRANT SELECT ON {schema}.p2p_migrations TO {owner};
    ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {schema}
        GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {feature};
    ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {schema} GRANT USAGE, SELECT ON SEQUENCES TO {feature};
    REVOKE ALL ON FUNCTION {schema}.p2p_append, {schema}.p2p_handle, {schema}.p2p_migrated, {schema}.p2p_too_large
        FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION {schema}.p2p_append, {schema}.p2p_handle, {schema}.p2p_too_large TO {feature};
    GRANT EXECUTE ON FUNCTION {schema}.p2p_migrated TO {owner};
"#;

/// Replaced as a whole whenever one of them, or the token, changed.
pub const FUNCTIONS: &str = r#"
    CREATE OR REPLACE FUNCTION {schema}.p2p_append(
        said bytea, events jsonb, at timestamptz, by_request text, from_address text, by_user uuid
    ) RETURNS bigint LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $p2p$
    DECLARE
        added bigint;
    BEGIN
        IF sha256(said) IS DISTINCT FROM '{token}'::bytea THEN
            RAISE insufficient_privilege;
        END IF;
        -- Until the commit: positions and times have the order of commits.
        PERFORM pg_advisory_xact_lock({order_lock});
        INSERT INTO {schema}.p2p_outbox (position, id, topic, key, payload, committed_at, request, address, user_id)
        SELECT nextval('{schema}.p2p_positions'), e.id, e.topic, e.key, decode(e.payload, 'base64'),
               greatest(at, (SELECT o.committed_at FROM {schema}.p2p_outbox o ORDER BY o.position DESC LIMIT 1)),
               by_request, from_address, by_user
        FROM ROWS FROM (jsonb_to_recordset(events) AS (id uuid, topic text, key text, payload text))
             WITH ORDINALITY AS e (id, topic, key, payload, place)
        ORDER BY e.place;
        GET DIAGNOSTICS added = ROW_COUNT;
        RETURN added;
    END $p2p$;

    CREATE OR REPLACE FUNCTION {schema}.p2p_handle(
        said bytea, event uuid, at timestamptz, forget_before timestamptz, most bigint
    ) RETURNS boolean LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $p2p$
    DECLARE
        added bigint;
    BEGIN
        IF sha256(said) IS DISTINCT FROM '{token}'::bytea THEN
            RAISE insufficient_privilege;
        END IF;
        INSERT INTO {schema}.p2p_inbox (event_id, handled_at) VALUES (event, at) ON CONFLICT DO NOTHING;
        GET DIAGNOSTICS added = ROW_COUNT;
        DELETE FROM {schema}.p2p_inbox WHERE event_id IN (
            SELECT i.event_id FROM {schema}.p2p_inbox i WHERE i.handled_at < forget_before
            ORDER BY i.handled_at LIMIT most FOR UPDATE SKIP LOCKED
        );
        RETURN added = 1;
    END $p2p$;

    CREATE OR REPLACE FUNCTION {schema}.p2p_migrated(
        said bytea, done bigint, called text, text_checksum bytea, at timestamptz
    ) RETURNS boolean LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $p2p$
    BEGIN
        IF sha256(said) IS DISTINCT FROM '{token}'::bytea THEN
            RAISE insufficient_privilege;
        END IF;
        INSERT INTO {schema}.p2p_migrations (version, name, checksum, applied_at)
        VALUES (done, called, text_checksum, at);
        RETURN true;
    END $p2p$;

    -- Asked about a row that is larger than a whole answer may be.
    CREATE OR REPLACE FUNCTION {schema}.p2p_too_large() RETURNS boolean
    LANGUAGE plpgsql VOLATILE PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $p2p$
    BEGIN
        RAISE EXCEPTION 'the row is larger than an answer may be' USING ERRCODE = 'P2P01';
    END $p2p$;

    -- A JSON value as text whose order by bytes is the order of documents: nothing and null, numbers by value, strings by
    -- bytes, then what has no order among documents but needs one in an index.
    CREATE OR REPLACE FUNCTION {schema}.p2p_key(value jsonb) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE COST 20 SET search_path = pg_catalog, pg_temp AS $p2p$
    DECLARE
        kind text := jsonb_typeof(value);
        number numeric;
        plain text;
        digits text;
        power integer;
    BEGIN
        IF kind IS NULL OR kind = 'null' THEN
            RETURN '';
        ELSIF kind = 'string' THEN
            RETURN '3' || (value #>> '{}');
        ELSIF kind <> 'number' THEN
            RETURN CASE kind WHEN 'object' THEN '4' WHEN 'array' THEN '5' ELSE '6' END || value::text;
        END IF;
        number := (value #>> '{}')::numeric;
        IF number = 0 THEN
            RETURN '1';
        END IF;
        plain := trim_scale(abs(number))::text;
        digits := rtrim(ltrim(replace(plain, '.', ''), '0'), '0');
        -- Digits before the point, or minus the zeros behind it; made positive, so that it sorts as text.
        power := 500000 + CASE WHEN abs(number) >= 1 THEN length(split_part(plain, '.', 1))
                 ELSE length(ltrim(split_part(plain, '.', 2), '0')) - length(split_part(plain, '.', 2)) END;
        IF number > 0 THEN
            RETURN '2' || lpad(power::text, 6, '0') || digits;
        END IF;
        -- The greater the digits, the less the number; the end of them counts as more than any.
        RETURN '0' || translate(lpad(power::text, 6, '0') || digits, '0123456789', '9876543210') || '~';
    END $p2p$;
"#;

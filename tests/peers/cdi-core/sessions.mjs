// Sessions with the two-phase refresh of CDI up to 5.5: a traded refresh token stays good until its child is used,
// so that an answer may be lost and two tabs may refresh at once.

import { randomUUID } from 'node:crypto';

import { checkPayload, issueAccess, readAccess, verifyAccess } from './access-token.mjs';
import { hashed, open, seal } from './refresh-token.mjs';

const REFRESH_VALIDITY_MS = 144_000 * 60_000;
const GONE = { status: 'UNAUTHORISED', message: 'Session does not exist.' };

export const sessionRoutes = {
    'POST /recipe/session': {
        level: 'tenant',
        body: {
            userId: 'string',
            userDataInJWT: 'object',
            userDataInDatabase: 'object',
            enableAntiCsrf: 'boolean',
            useDynamicSigningKey: 'boolean?',
        },
        run: create,
    },
    'GET /recipe/session': { level: 'app', query: { sessionHandle: true }, run: read },
    'GET /recipe/session/user': {
        level: 'tenant',
        query: { userId: true },
        run: (app, { query }) => ({ status: 'OK', sessionHandles: handlesOf(app, query.userId) }),
    },
    'POST /recipe/session/verify': {
        level: 'app',
        body: {
            accessToken: 'string',
            antiCsrfToken: 'string?',
            doAntiCsrfCheck: 'boolean',
            enableAntiCsrf: 'boolean',
            checkDatabase: 'boolean',
        },
        run: verify,
    },
    'POST /recipe/session/refresh': {
        level: 'app',
        body: {
            refreshToken: 'string',
            antiCsrfToken: 'string?',
            enableAntiCsrf: 'boolean',
            useDynamicSigningKey: 'boolean',
        },
        run: refresh,
    },
    'POST /recipe/session/regenerate': {
        level: 'app',
        body: { accessToken: 'string', userDataInJWT: 'object?' },
        run: regenerate,
    },
    'POST /recipe/session/remove': {
        level: 'tenant',
        body: { sessionHandles: 'array?', userId: 'string?' },
        run: remove,
    },
    'PUT /recipe/session/data': {
        level: 'app',
        body: { sessionHandle: 'string', userDataInDatabase: 'object' },
        run: (app, { body }) => change(app, body, (session) => (session.data = body.userDataInDatabase)),
    },
    'PUT /recipe/jwt/data': {
        level: 'app',
        body: { sessionHandle: 'string', userDataInJWT: 'object' },
        run: (app, { body }) => change(app, body, (session) => replacePayload(session, body.userDataInJWT)),
    },
};

/** Ends every session of a user. */
export function removeSessionsOf(app, userId) {
    handlesOf(app, userId).forEach((handle) => app.sessions.delete(handle));
}

function create(app, { body, tenantId }) {
    checkPayload(body.userDataInJWT);
    const session = {
        handle: randomUUID(),
        userId: body.userId,
        tenantId,
        payload: body.userDataInJWT,
        data: body.userDataInDatabase,
        useDynamicKey: body.useDynamicSigningKey ?? true,
        created: Date.now(),
    };
    const answer = issuePair(app, session, { enableAntiCsrf: body.enableAntiCsrf });
    promote(session, hashed(answer.refreshToken.token));
    app.sessions.set(session.handle, session);
    return answer;
}

function read(app, { query }) {
    const session = living(app, query.sessionHandle);
    if (session === undefined) {
        return GONE;
    }
    return {
        status: 'OK',
        sessionHandle: session.handle,
        userId: session.userId,
        recipeUserId: session.userId,
        userDataInDatabase: session.data,
        userDataInJWT: session.payload,
        expiry: session.expires,
        timeCreated: session.created,
        tenantId: session.tenantId,
    };
}

/** Answers a new access token when this confirms a refresh, or when the kept payload is another one. */
function verify(app, { body }) {
    const token = verifyAccess(app, body.accessToken);
    if (token === undefined) {
        return { status: 'TRY_REFRESH_TOKEN', message: 'the access token is expired or not signed here' };
    }
    if (body.enableAntiCsrf && body.doAntiCsrfCheck && token.antiCsrf !== body.antiCsrfToken) {
        return { status: 'TRY_REFRESH_TOKEN', message: 'anti-csrf check failed' };
    }
    const unchanged = { status: 'OK', session: shownOf(token, token.payload) };
    if (token.parentHash === null && !body.checkDatabase) {
        return unchanged;
    }
    const session = living(app, token.handle);
    if (session === undefined) {
        return { status: 'UNAUTHORISED', message: 'Either the session has ended or has been blacklisted' };
    }
    const isFirstUse = token.parentHash !== null && hashed(token.parentHash) === session.kept;
    if (isFirstUse) {
        promote(session, token.hash);
    }
    const isConfirmed = token.parentHash !== null && hashed(token.hash) === session.kept;
    const isOutdated = body.checkDatabase && JSON.stringify(token.payload) !== JSON.stringify(session.payload);
    if (!isConfirmed && !isOutdated) {
        return unchanged;
    }
    const accessToken = issueAccess(app, session, { hash: token.hash, antiCsrf: token.antiCsrf });
    return { status: 'OK', session: shown(session), accessToken };
}

function refresh(app, { body }) {
    const presented = open(body.refreshToken);
    if (presented === undefined) {
        return { status: 'UNAUTHORISED', message: 'Invalid refresh token' };
    }
    const expected = presented.antiCsrfToken;
    if (body.enableAntiCsrf && expected !== undefined && expected !== body.antiCsrfToken) {
        return { status: 'UNAUTHORISED', message: 'Anti CSRF token missing, or not matching' };
    }
    const session = living(app, presented.sessionHandle);
    if (session === undefined) {
        return { status: 'UNAUTHORISED', message: 'Session missing in db or has expired' };
    }
    const hash = hashed(body.refreshToken);
    const parent = presented.parentRefreshTokenHash1;
    if (hashed(hash) !== session.kept) {
        // Not the token that is kept: the first use of its child, or a token that was given up.
        if (parent === undefined || hashed(parent) !== session.kept) {
            const { handle, userId } = session;
            return { status: 'TOKEN_THEFT_DETECTED', session: { handle, userId, recipeUserId: userId } };
        }
        promote(session, hash);
    }
    session.useDynamicKey = body.useDynamicSigningKey;
    return issuePair(app, session, { enableAntiCsrf: body.enableAntiCsrf, parentHash: hash });
}

/** Changes the payload and answers a token that ends when the presented one does, however that was signed. */
function regenerate(app, { body }) {
    const token = readAccess(body.accessToken);
    const session = token && living(app, token.handle);
    if (session === undefined) {
        return GONE;
    }
    replacePayload(session, body.userDataInJWT ?? session.payload);
    if (token.expires <= Date.now()) {
        return { status: 'OK', session: shown(session) };
    }
    return { status: 'OK', session: shown(session), accessToken: issueAccess(app, session, token) };
}

function remove(app, { body }) {
    const handles = body.sessionHandles ?? handlesOf(app, body.userId);
    return { status: 'OK', sessionHandlesRevoked: handles.filter((handle) => app.sessions.delete(handle)) };
}

function change(app, { sessionHandle }, apply) {
    const session = living(app, sessionHandle);
    if (session === undefined) {
        return GONE;
    }
    apply(session);
    return { status: 'OK' };
}

function replacePayload(session, payload) {
    checkPayload(payload);
    session.payload = payload;
}

/** From now on this refresh token is the one that counts. */
function promote(session, hash) {
    session.kept = hashed(hash);
    session.expires = Date.now() + REFRESH_VALIDITY_MS;
}

function issuePair(app, session, { enableAntiCsrf, parentHash }) {
    const antiCsrf = enableAntiCsrf ? randomUUID() : undefined;
    const { handle, userId, tenantId } = session;
    const content = { sessionHandle: handle, userId, antiCsrfToken: antiCsrf, tenantId };
    const createdTime = Date.now();
    const refreshToken = {
        token: seal({ ...content, parentRefreshTokenHash1: parentHash }),
        expiry: createdTime + REFRESH_VALIDITY_MS,
        createdTime,
    };
    const accessToken = issueAccess(app, session, { hash: hashed(refreshToken.token), parentHash, antiCsrf });
    return { status: 'OK', session: shown(session), accessToken, refreshToken, antiCsrfToken: antiCsrf };
}

function living(app, handle) {
    const session = app.sessions.get(handle);
    return session !== undefined && session.expires > Date.now() ? session : undefined;
}

function handlesOf(app, userId) {
    return [...app.sessions.values()].filter((session) => session.userId === userId).map(({ handle }) => handle);
}

function shown(session) {
    return shownOf(session, session.payload);
}

function shownOf({ handle, userId, tenantId }, payload) {
    return { handle, userId, recipeUserId: userId, userDataInJWT: payload, tenantId };
}

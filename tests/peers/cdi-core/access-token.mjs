// Access tokens: what a core writes into them and reads out of them again.

import { Refusal } from './refusal.mjs';
import { unverified } from './signing-keys.mjs';

/** Claims that are the core's own. */
const OWN = [
    'sub',
    'iat',
    'exp',
    'sessionHandle',
    'parentRefreshTokenHash1',
    'refreshTokenHash1',
    'antiCsrfToken',
    'rsub',
    'tId',
    'stt',
];

/** Refuses claims that would pass for the core's own. */
export function checkPayload(payload) {
    if (Object.keys(payload).some((name) => OWN.includes(name))) {
        throw new Refusal(400, 'The user payload contains protected field');
    }
}

/**
 * Issues a token for a session. `hash` is the refresh token's, `parentHash` that of the token it was traded for while
 * the trade is not confirmed, `expires` keeps an earlier end in milliseconds.
 */
export function issueAccess(app, session, { hash, parentHash = null, antiCsrf = null, expires }) {
    const now = Date.now();
    const iat = Math.floor(now / 1000);
    const exp = Math.floor((expires ?? now + app.switches.accessTokenSeconds * 1000) / 1000);
    const claims = {
        iat,
        exp,
        sub: session.userId,
        tId: session.tenantId,
        rsub: session.userId,
        sessionHandle: session.handle,
        refreshTokenHash1: hash,
        parentRefreshTokenHash1: parentHash,
        antiCsrfToken: antiCsrf,
        ...session.payload,
    };
    return { token: app.keys.sign(claims, session.useDynamicKey), expiry: exp * 1000, createdTime: iat * 1000 };
}

/** What a token says, taken apart; nothing when it is no token at all. */
export function readAccess(token) {
    return takeApart(unverified(token));
}

/** The same, of a token that was signed here and has not expired. */
export function verifyAccess(app, token) {
    const read = takeApart(app.keys.verified(token));
    return read !== undefined && read.expires > Date.now() ? read : undefined;
}

function takeApart(claims) {
    if (typeof claims?.sessionHandle !== 'string' || typeof claims.exp !== 'number') {
        return undefined;
    }
    const payload = Object.entries(claims).filter(([name]) => !OWN.includes(name));
    return {
        handle: claims.sessionHandle,
        userId: claims.sub,
        tenantId: claims.tId,
        hash: claims.refreshTokenHash1,
        parentHash: claims.parentRefreshTokenHash1,
        antiCsrf: claims.antiCsrfToken,
        expires: claims.exp * 1000,
        payload: Object.fromEntries(payload),
    };
}

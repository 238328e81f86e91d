// One-time tokens: setting a new password, and proving that an address is one's own. Only their hashes are kept, and
// using one ends all that the same user had.

import { randomBytes } from 'node:crypto';

import { plainEmail, verifiedPair } from './app.mjs';
import { hashed } from './refresh-token.mjs';

const RESET_MS = 60 * 60_000;
const VERIFICATION_MS = 24 * 60 * 60_000;

export const proofRoutes = {
    'POST /recipe/user/password/reset/token': {
        level: 'tenant',
        body: { userId: 'string', email: 'string' },
        run: resetToken,
    },
    'POST /recipe/user/password/reset/token/consume': {
        level: 'tenant',
        body: { token: 'string' },
        run: (app, { body }) =>
            used(app.resetTokens, body.token) ?? { status: 'RESET_PASSWORD_INVALID_TOKEN_ERROR' },
    },
    'POST /recipe/user/email/verify/token': {
        level: 'tenant',
        body: { userId: 'string', email: 'string' },
        run: verificationToken,
    },
    'POST /recipe/user/email/verify': {
        level: 'tenant',
        body: { method: 'string', token: 'string' },
        run: verifyEmail,
    },
    'GET /recipe/user/email/verify': {
        level: 'app',
        query: { userId: true, email: true },
        run: (app, { query }) => ({ status: 'OK', isVerified: app.isVerified(query.userId, query.email) }),
    },
    'POST /recipe/user/email/verify/remove': {
        level: 'app',
        body: { userId: 'string', email: 'string' },
        run: forgetVerification,
    },
    'POST /recipe/user/email/verify/token/remove': {
        level: 'tenant',
        body: { userId: 'string', email: 'string' },
        run: forgetTokens,
    },
};

function resetToken(app, { body }) {
    if (!app.people.has(body.userId)) {
        return { status: 'UNKNOWN_USER_ID_ERROR' };
    }
    return { status: 'OK', token: issued(app.resetTokens, body, RESET_MS) };
}

function verificationToken(app, { body }) {
    if (app.isVerified(body.userId, body.email)) {
        return { status: 'EMAIL_ALREADY_VERIFIED_ERROR' };
    }
    return { status: 'OK', token: issued(app.verificationTokens, body, VERIFICATION_MS) };
}

function verifyEmail(app, { body }) {
    const answer = used(app.verificationTokens, body.token);
    if (answer === undefined) {
        return { status: 'EMAIL_VERIFICATION_INVALID_TOKEN_ERROR' };
    }
    app.verified.add(verifiedPair(answer.userId, answer.email));
    return answer;
}

function forgetVerification(app, { body }) {
    app.verified.delete(verifiedPair(body.userId, body.email));
    return { status: 'OK' };
}

function forgetTokens(app, { body }) {
    const email = plainEmail(body.email);
    app.verificationTokens.forEach((token, hash) => {
        if (token.userId === body.userId && token.email === email) {
            app.verificationTokens.delete(hash);
        }
    });
    return { status: 'OK' };
}

function issued(tokens, { userId, email }, validity) {
    const token = randomBytes(48).toString('base64url');
    tokens.set(hashed(token), { userId, email: plainEmail(email), expires: Date.now() + validity });
    return token;
}

/** Whom a token was made for; nothing when it is unknown, used or too old. */
function used(tokens, text) {
    const token = tokens.get(hashed(text));
    if (token === undefined) {
        return undefined;
    }
    const { userId, email, expires } = token;
    tokens.forEach((other, hash) => other.userId === userId && tokens.delete(hash));
    return expires > Date.now() ? { status: 'OK', userId, email } : undefined;
}

// Addresses and passwords: sign-up, sign-in, changes, and looking people up.

import { randomUUID, scryptSync, timingSafeEqual } from 'node:crypto';

import { plainEmail } from './app.mjs';
import { Refusal } from './refusal.mjs';
import { removeSessionsOf } from './sessions.mjs';

/** Weak on purpose: the passwords are those of tests, and tests shall not wait. */
const COST = { N: 256 };

export const peopleRoutes = {
    'POST /recipe/signup': { level: 'tenant', body: { email: 'string', password: 'string' }, run: signUp },
    'POST /recipe/signin': { level: 'tenant', body: { email: 'string', password: 'string' }, run: signIn },
    'PUT /recipe/user': {
        level: 'app',
        body: { recipeUserId: 'string', email: 'string?', password: 'string?' },
        run: update,
    },
    'GET /user/id': { level: 'app', query: { userId: true }, run: byId },
    'GET /users/by-accountinfo': {
        level: 'tenant',
        query: { email: false, doUnionOfAccountInfo: true },
        run: byAccountInfo,
    },
    'POST /user/remove': { level: 'app', body: { userId: 'string' }, run: removePerson },
};

function signUp(app, { body, version }) {
    checkPassword(body.password);
    if (app.personByEmail(body.email) !== undefined) {
        return { status: 'EMAIL_ALREADY_EXISTS_ERROR' };
    }
    const person = { id: randomUUID(), email: plainEmail(body.email), joined: Date.now() };
    setPassword(person, body.password);
    app.people.set(person.id, person);
    return found(app, person, version);
}

function signIn(app, { body, version }) {
    const person = app.personByEmail(body.email);
    if (person === undefined || !hasPassword(person, body.password)) {
        return { status: 'WRONG_CREDENTIALS_ERROR' };
    }
    return found(app, person, version);
}

function update(app, { body }) {
    const person = app.people.get(body.recipeUserId);
    if (person === undefined) {
        return { status: 'UNKNOWN_USER_ID_ERROR' };
    }
    const holder = body.email === undefined ? undefined : app.personByEmail(body.email);
    if (holder !== undefined && holder !== person) {
        return { status: 'EMAIL_ALREADY_EXISTS_ERROR' };
    }
    if (body.email !== undefined) {
        person.email = plainEmail(body.email);
    }
    if (body.password !== undefined) {
        checkPassword(body.password);
        setPassword(person, body.password);
    }
    return { status: 'OK' };
}

function byId(app, { query, version }) {
    const person = app.people.get(query.userId);
    if (person === undefined) {
        return { status: 'UNKNOWN_USER_ID_ERROR' };
    }
    return { status: 'OK', user: shown(app, person, version) };
}

function byAccountInfo(app, { query, version }) {
    const person = app.personByEmail(query.email ?? '');
    return { status: 'OK', users: person === undefined ? [] : [shown(app, person, version)] };
}

function removePerson(app, { body }) {
    app.people.delete(body.userId);
    removeSessionsOf(app, body.userId);
    for (const tokens of [app.resetTokens, app.verificationTokens]) {
        tokens.forEach((token, hash) => token.userId === body.userId && tokens.delete(hash));
    }
    return { status: 'OK' };
}

function found(app, person, version) {
    return { status: 'OK', user: shown(app, person, version), recipeUserId: person.id };
}

/** The user as CDI draws it; `webauthn` came with 5.3. */
function shown(app, { id, email, joined }, version) {
    const joining = { tenantIds: ['public'], timeJoined: joined };
    const verified = app.isVerified(id, email);
    return {
        id,
        isPrimaryUser: false,
        ...joining,
        emails: [email],
        phoneNumbers: [],
        thirdParty: [],
        ...(Number(version.split('.')[1]) >= 3 ? { webauthn: { credentialIds: [] } } : {}),
        loginMethods: [{ ...joining, recipeUserId: id, verified, recipeId: 'emailpassword', email }],
    };
}

function checkPassword(password) {
    if (password === '') {
        throw new Refusal(400, 'Password cannot be an empty string');
    }
}

function setPassword(person, password) {
    person.salt = randomUUID();
    person.hash = scryptSync(password, person.salt, 32, COST);
}

function hasPassword(person, password) {
    return timingSafeEqual(person.hash, scryptSync(password, person.salt, 32, COST));
}

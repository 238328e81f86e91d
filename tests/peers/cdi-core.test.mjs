// The stand-in core held against the protocol, over HTTP and nothing else.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createPublicKey, verify } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('cdi-core.mjs', import.meta.url));
const KEY = 'a key for tests';
const PASSWORD = 'correct horse 7';

let core;
let people = 0;

before(async () => {
    core = await start();
});

after(() => core.process.kill());

async function start() {
    const process = spawn('node', [PROGRAM, '--api-key', KEY], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await new Promise((resolve, reject) => {
        createInterface(process.stdout).once('line', (text) => resolve([text]));
        process.once('exit', (code) => reject(new Error(`the stand-in ended with ${code}`)));
    });
    return { process, address: line.split(' ').at(-1) };
}

async function ask(method, path, body, headers = {}) {
    const response = await fetch(`${core.address}${path}`, {
        method,
        headers: { 'api-key': KEY, 'cdi-version': '5.4', ...headers },
        body: body && JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type').startsWith('application/json');
    return { status: response.status, answer: isJson ? JSON.parse(text) : text, headers: response.headers };
}

async function told(method, path, body) {
    const { status, answer } = await ask(method, path, body);
    assert.equal(status, 200, `${method} ${path}: ${answer}`);
    return answer;
}

async function signUp() {
    people += 1;
    const email = `Person${people}@Works.Example`;
    const { status, user } = await told('POST', '/public/recipe/signup', { email, password: PASSWORD });
    assert.equal(status, 'OK');
    return user;
}

function openSession(userId, enableAntiCsrf = false) {
    const data = { userDataInJWT: { role: 'admin' }, userDataInDatabase: {} };
    return told('POST', '/public/recipe/session', { userId, enableAntiCsrf, ...data });
}

function refresh(refreshToken, more = {}) {
    const body = { refreshToken, enableAntiCsrf: false, useDynamicSigningKey: true, ...more };
    return told('POST', '/recipe/session/refresh', body);
}

function check(accessToken, more = {}) {
    const body = { accessToken, doAntiCsrfCheck: false, enableAntiCsrf: false, checkDatabase: false, ...more };
    return told('POST', '/recipe/session/verify', body);
}

function payloadOf(token) {
    return JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
}

describe('transport', () => {
    test('what is asked wrongly is refused with a status and text', async () => {
        const nobody = { email: 'x@y.example', password: PASSWORD };
        const cases = [
            [400, 'GET', '/user/id', undefined, {}, /userId/],
            [400, 'GET', '/user/id?userId=x', undefined, { 'cdi-version': '9.9' }, /9\.9/],
            [400, 'POST', '/recipe/signin', { email: 1, password: 'x' }, {}, /'email' is invalid/],
            [400, 'POST', '/elsewhere/recipe/signin', nobody, {}, /tenantId not found/],
            [400, 'POST', '/appid-nowhere/recipe/signin', nobody, {}, /AppId/],
            [401, 'GET', '/user/id?userId=x', undefined, { 'api-key': 'no' }, /Invalid API key/],
            [403, 'GET', '/elsewhere/user/id?userId=x', undefined, {}, /public/],
            [404, 'GET', '/recipe/nothing', undefined, {}, /Not found/],
            [405, 'DELETE', '/recipe/signup', undefined, {}, /Method/],
        ];
        for (const [expected, method, path, body, headers, words] of cases) {
            const { status, answer } = await ask(method, path, body, headers);
            assert.equal(status, expected, `${method} ${path}`);
            assert.match(answer, words);
        }
    });

    test('what tells a core from others needs no key', async () => {
        const bare = { 'api-key': '', 'cdi-version': '5.0' };
        assert.equal((await ask('GET', '/hello', undefined, bare)).answer, 'Hello');
        const { versions } = (await ask('GET', '/apiversion?apiDomain=x', undefined, bare)).answer;
        assert.deepEqual(versions.toSorted(), ['5.0', '5.1', '5.2', '5.3', '5.4']);
        const tenant = await told('GET', '/public/recipe/multitenancy/tenant/v2');
        assert.ok(!('firstFactors' in tenant) && tenant.tenantId === 'public');
    });

    test('switches make it slow and broken, and back', async () => {
        const state = await told('POST', '/__test', { slow: 40, html: true });
        assert.ok(state.slow === 40 && state.html);
        const begun = performance.now();
        const { status, answer } = await ask('GET', '/hello');
        assert.ok(performance.now() - begun >= 39);
        assert.ok(status === 500 && answer.startsWith('<!doctype html>'));
        assert.equal((await ask('POST', '/__test', { slwo: 1 })).status, 400);
        assert.ok((await told('POST', '/__test', { slow: 0, html: false })).calls['GET /hello'] > 0);
    });
});

describe('people', () => {
    test('somebody signs up once, in any spelling, and signs in', async () => {
        const user = await signUp();
        const [{ verified, recipeUserId }] = user.loginMethods;
        assert.ok(recipeUserId === user.id && verified === false);
        const same = { email: user.emails[0].toUpperCase(), password: PASSWORD };
        assert.equal((await told('POST', '/recipe/signup', same)).status, 'EMAIL_ALREADY_EXISTS_ERROR');
        assert.deepEqual((await told('POST', '/recipe/signin', same)).user, user);
        const wrong = { ...same, password: 'wrong horse 7' };
        assert.equal((await told('POST', '/recipe/signin', wrong)).status, 'WRONG_CREDENTIALS_ERROR');
        const query = `email=${user.emails[0]}&doUnionOfAccountInfo=false`;
        assert.deepEqual((await told('GET', `/users/by-accountinfo?${query}`)).users, [user]);
        const older = await ask('GET', `/user/id?userId=${user.id}`, undefined, { 'cdi-version': '5.2' });
        assert.ok(!('webauthn' in older.answer.user));
    });

    test('a reset token is good once, and the new password counts', async () => {
        const { id: userId, emails } = await signUp();
        const [email] = emails;
        const make = () => told('POST', '/recipe/user/password/reset/token', { userId, email });
        const tokens = [(await make()).token, (await make()).token];
        const consume = (token) => told('POST', '/recipe/user/password/reset/token/consume', { token });
        assert.deepEqual(await consume(tokens[0]), { status: 'OK', userId, email });
        for (const token of tokens) {
            assert.equal((await consume(token)).status, 'RESET_PASSWORD_INVALID_TOKEN_ERROR');
        }
        await told('PUT', '/recipe/user', { recipeUserId: userId, password: 'another horse 8' });
        const signIn = (password) => told('POST', '/recipe/signin', { email, password });
        assert.equal((await signIn(PASSWORD)).status, 'WRONG_CREDENTIALS_ERROR');
        assert.equal((await signIn('another horse 8')).status, 'OK');
    });

    test('an address is verified by its token, and again unverified', async () => {
        const { id: userId, emails } = await signUp();
        const [email] = emails;
        const make = () => told('POST', '/recipe/user/email/verify/token', { userId, email });
        const { token } = await make();
        const use = { method: 'token', token };
        assert.deepEqual(await told('POST', '/recipe/user/email/verify', use), { status: 'OK', userId, email });
        const again = await told('POST', '/recipe/user/email/verify', use);
        assert.equal(again.status, 'EMAIL_VERIFICATION_INVALID_TOKEN_ERROR');
        assert.equal((await make()).status, 'EMAIL_ALREADY_VERIFIED_ERROR');
        const isVerified = () => told('GET', `/recipe/user/email/verify?userId=${userId}&email=${email}`);
        assert.equal((await isVerified()).isVerified, true);
        await told('POST', '/recipe/user/email/verify/remove', { userId, email });
        assert.equal((await isVerified()).isVerified, false);
    });

    test('who is removed is gone with all sessions', async () => {
        const { id: userId } = await signUp();
        const { session } = await openSession(userId);
        await told('POST', '/user/remove', { userId });
        assert.equal((await told('GET', `/user/id?userId=${userId}`)).status, 'UNKNOWN_USER_ID_ERROR');
        const path = `/recipe/session?sessionHandle=${session.handle}`;
        assert.equal((await told('GET', path)).status, 'UNAUTHORISED');
    });
});

describe('sessions', () => {
    test('an access token is a JWT that the published keys verify', async () => {
        const { id } = await signUp();
        const before = await openSession(id);
        await told('POST', '/__test', { newKey: true });
        const { keys } = await told('GET', '/.well-known/jwks.json');
        for (const { accessToken } of [before, await openSession(id)]) {
            const [header, claims, signature] = accessToken.token.split('.');
            const { kid, version } = JSON.parse(Buffer.from(header, 'base64url'));
            const key = createPublicKey({ key: keys.find((key) => key.kid === kid), format: 'jwk' });
            const signed = Buffer.from(`${header}.${claims}`);
            assert.ok(verify('RSA-SHA256', signed, key, Buffer.from(signature, 'base64url')));
            const { sub, rsub, tId, role, parentRefreshTokenHash1 } = payloadOf(accessToken.token);
            assert.deepEqual([version, sub, rsub, tId, role], ['5', id, id, 'public', 'admin']);
            assert.equal(parentRefreshTokenHash1, null);
        }
        const forbidden = { userId: id, enableAntiCsrf: false, userDataInDatabase: {} };
        const { status } = await ask('POST', '/recipe/session', { ...forbidden, userDataInJWT: { sub: 'x' } });
        assert.equal(status, 400);
    });

    test('a core that starts anew has keys of other names', async () => {
        const kids = async ({ address }) => {
            const { keys } = await (await fetch(`${address}/.well-known/jwks.json`)).json();
            return keys.map(({ kid }) => kid);
        };
        const other = await start();
        try {
            const [ours, theirs] = [await kids(core), await kids(other)];
            assert.ok(ours.length >= 2 && theirs.length === 2, `${ours} ${theirs}`);
            assert.deepEqual(theirs.map((kid) => kid.slice(0, 2)), ['d-', 's-']);
            assert.deepEqual(ours.filter((kid) => theirs.includes(kid)), []);
        } finally {
            other.process.kill();
        }
    });

    test('a parent may be traded until one of its children is used', async () => {
        const first = await openSession((await signUp()).id);
        const parent = first.refreshToken.token;
        const [one, two] = await Promise.all([refresh(parent), refresh(parent)]);
        assert.deepEqual([one.status, two.status], ['OK', 'OK']);
        assert.equal((await refresh(one.refreshToken.token)).status, 'OK');
        for (const token of [parent, two.refreshToken.token]) {
            const { status, session } = await refresh(token);
            assert.deepEqual([status, session.handle], ['TOKEN_THEFT_DETECTED', first.session.handle]);
        }
        const handles = [first.session.handle];
        const removed = await told('POST', '/recipe/session/remove', { sessionHandles: handles });
        assert.deepEqual(removed.sessionHandlesRevoked, handles);
        assert.equal((await refresh(one.refreshToken.token)).status, 'UNAUTHORISED');
        assert.equal((await refresh('no token')).status, 'UNAUTHORISED');
    });

    test('using a new access token confirms the trade', async () => {
        const { refreshToken } = await openSession((await signUp()).id);
        const child = await refresh(refreshToken.token);
        assert.notEqual(payloadOf(child.accessToken.token).parentRefreshTokenHash1, null);
        const confirmed = await check(child.accessToken.token);
        assert.equal(payloadOf(confirmed.accessToken.token).parentRefreshTokenHash1, null);
        assert.equal((await check(confirmed.accessToken.token)).accessToken, undefined);
        assert.equal((await refresh(refreshToken.token)).status, 'TOKEN_THEFT_DETECTED');
        assert.equal((await refresh(child.refreshToken.token)).status, 'OK');
    });

    test('with a token against foreign calls both verifying and refreshing ask for it', async () => {
        const { accessToken, refreshToken, antiCsrfToken } = await openSession((await signUp()).id, true);
        const strict = { enableAntiCsrf: true, doAntiCsrfCheck: true };
        assert.equal((await check(accessToken.token, strict)).status, 'TRY_REFRESH_TOKEN');
        assert.equal((await check(accessToken.token, { ...strict, antiCsrfToken })).status, 'OK');
        const wrong = { enableAntiCsrf: true, antiCsrfToken: 'wrong' };
        assert.equal((await refresh(refreshToken.token, wrong)).status, 'UNAUTHORISED');
        const renewed = await refresh(refreshToken.token, { enableAntiCsrf: true, antiCsrfToken });
        assert.ok(renewed.status === 'OK' && renewed.antiCsrfToken !== antiCsrfToken);
    });

    test('claims are replaced and the token keeps its end', async () => {
        const { accessToken, session } = await openSession((await signUp()).id);
        const renewed = await told('POST', '/recipe/session/regenerate', {
            accessToken: accessToken.token,
            userDataInJWT: { role: 'member' },
        });
        assert.deepEqual(renewed.session.userDataInJWT, { role: 'member' });
        assert.equal(renewed.accessToken.expiry, accessToken.expiry);
        const { accessToken: newest } = await check(accessToken.token, { checkDatabase: true });
        assert.equal(payloadOf(newest.token).role, 'member');
        const kept = await told('GET', `/recipe/session?sessionHandle=${session.handle}`);
        assert.deepEqual(kept.userDataInJWT, { role: 'member' });
    });

    test('short lives end, and all sessions of somebody end at once', async () => {
        const { id: userId } = await signUp();
        await told('POST', '/__test', { accessTokenSeconds: 0 });
        const { accessToken } = await openSession(userId);
        await told('POST', '/__test', { accessTokenSeconds: 3600 });
        assert.equal((await check(accessToken.token)).status, 'TRY_REFRESH_TOKEN');
        await openSession(userId);
        const { sessionHandles } = await told('GET', `/public/recipe/session/user?userId=${userId}`);
        assert.equal(sessionHandles.length, 2);
        const removed = await told('POST', '/recipe/session/remove', { userId });
        assert.deepEqual(removed.sessionHandlesRevoked.toSorted(), sessionHandles.toSorted());
    });
});

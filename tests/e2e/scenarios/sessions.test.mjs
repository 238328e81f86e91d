// The life of a session, as an app over the unmodified web SDK sees it.

import assert from 'node:assert/strict';

import { everywhere } from '../stage/matrix.mjs';

everywhere('signs up with the fields of the form, calls the API, signs out and in', async ({ visitor }) => {
    const tab = await visitor.tab();
    assert.equal(await tab.answer('session-exists'), false);
    assert.equal((await tab.answer('email-exists', { email: visitor.email })).doesExist, false);

    const { status, user } = await tab.answer('sign-up', visitor.form);
    assert.deepEqual([status, user.emails], ['OK', [visitor.email]]);
    assert.equal(user.loginMethods[0].recipeId, 'emailpassword');
    assert.equal(await tab.answer('session-exists'), true);
    assert.equal(await tab.answer('user-id'), user.id);

    const { data } = await tab.answer('me');
    assert.deepEqual([data.id, data.lastName, data.role], [user.id, visitor.form.lastName, 'admin']);
    assert.equal(data.organization.name, visitor.form.organizationName);
    assert.equal((await tab.answer('rename', { firstName: 'Sarah' })).data.firstName, 'Sarah');

    await tab.answer('sign-out');
    assert.equal(await tab.answer('session-exists'), false);
    assert.equal((await tab.press('me')).error.status, 401);

    const wrong = { ...visitor.credentials, password: 'wrong horse 7' };
    assert.equal((await tab.answer('sign-in', wrong)).status, 'WRONG_CREDENTIALS_ERROR');
    assert.equal((await tab.answer('sign-in', visitor.credentials)).user.id, user.id);
    assert.equal((await tab.answer('me')).data.firstName, 'Sarah');
});

everywhere('does the same through the routes of the API', async ({ visitor }) => {
    const tab = await visitor.tab();
    const { status, data } = await tab.answer('api-signup', visitor.form);
    assert.deepEqual([status, data.organization.name], [201, visitor.form.organizationName]);
    assert.equal(await tab.answer('user-id'), data.user.id);
    assert.equal(await tab.answer('refresh'), true);
    assert.equal((await tab.answer('rename', { firstName: 'Sarah' })).data.firstName, 'Sarah');

    assert.equal((await tab.answer('api-logout')).status, 200);
    assert.equal(await tab.answer('session-exists'), false);
    const wrong = { ...visitor.credentials, password: 'wrong horse 7' };
    assert.equal((await tab.press('api-login', wrong)).error.body.error_code, 'WRONG_CREDENTIALS');
    const signedIn = await tab.answer('api-login', visitor.credentials);
    assert.equal(signedIn.data.user.firstName, 'Sarah');
    assert.equal((await tab.answer('me')).data.id, data.user.id);
});

everywhere('is told by field what a form lacks', async ({ visitor }) => {
    const tab = await visitor.tab();
    const errors = async (control, fields) => {
        const { status, formFields } = await tab.answer(control, fields);
        assert.equal(status, 'FIELD_ERROR', control);
        return Object.fromEntries(formFields.map(({ id, error }) => [id, error]));
    };
    const bad = await errors('sign-up', { ...visitor.form, email: 'nobody', password: 'short' });
    assert.equal(bad.email, 'Email is invalid');
    assert.match(bad.password, /at least 8 characters/);
    const empty = await errors('sign-up', { ...visitor.form, firstName: '' });
    assert.deepEqual(Object.keys(empty), ['firstName']);
    assert.equal(await tab.answer('session-exists'), false);

    assert.equal((await tab.answer('sign-up', visitor.form)).status, 'OK');
    assert.equal((await tab.answer('email-exists', { email: visitor.email })).doesExist, true);
    const taken = await errors('sign-up', visitor.form);
    assert.equal(taken.email, 'This email already exists. Please sign in instead.');
});

everywhere('refreshes silently, once, when the access token is over', async ({ visitor }) => {
    const tab = await visitor.signedUp();
    const { exp, sessionHandle } = await tab.answer('payload');
    await tab.outlive(exp);
    tab.takeAnswers();
    assert.equal((await tab.answer('me')).status, 200);
    const answers = tab.takeAnswers().map(({ call, status }) => `${call} ${status}`);
    assert.deepEqual(answers, [
        'GET /api/v1/users/me 401',
        'POST /auth/session/refresh 200',
        'GET /api/v1/users/me 200',
    ]);
    const renewed = await tab.answer('payload');
    assert.ok(renewed.exp > exp && renewed.sessionHandle === sessionHandle);
});

everywhere('keeps two tabs signed in that refresh at once', async ({ visitor }) => {
    const one = await visitor.signedUp();
    const other = await visitor.tab();
    const { exp } = await one.answer('payload');
    await Promise.all([one.outlive(exp), other.outlive(exp)]);
    const calls = [one, other].map((tab) => tab.answer('me'));
    assert.deepEqual((await Promise.all(calls)).map(({ status }) => status), [200, 200]);
    for (const tab of [one, other]) {
        assert.equal(await tab.answer('refresh'), true);
        assert.equal((await tab.answer('me')).status, 200);
    }
});

everywhere('survives two refreshes with one token, as when an answer was lost', async ({ visitor }) => {
    const tab = await visitor.signedUp();
    const tokens = await visitor.tokens();
    const replayed = await Promise.all([visitor.replay(tokens), visitor.replay(tokens)]);
    assert.deepEqual(replayed.map(({ status }) => status), [200, 200]);
    assert.equal(await tab.answer('refresh'), true);
    assert.equal((await tab.answer('me')).status, 200);
});

everywhere('ends for thief and owner when an old refresh token comes back', async ({ visitor }) => {
    const tab = await visitor.signedUp();
    const stolen = await visitor.tokens();
    for (const _ of ['traded', 'and its successor, too']) {
        assert.equal(await tab.answer('refresh'), true);
    }
    const { status, body } = await visitor.replay(stolen);
    assert.deepEqual([status, body.message], [401, 'token theft detected']);

    tab.takeAnswers();
    assert.equal(await tab.answer('refresh'), false);
    assert.deepEqual(tab.takeRefreshes(), [401]);
    assert.equal(await tab.answer('session-exists'), false);
    assert.equal((await tab.press('me')).error.status, 401);
    assert.equal((await tab.answer('sign-in', visitor.credentials)).status, 'OK');
});

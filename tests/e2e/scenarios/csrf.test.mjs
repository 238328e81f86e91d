// What a page of somebody else can do with the cookies of a visitor: nothing.

import assert from 'node:assert/strict';

import { everywhere } from '../stage/matrix.mjs';

/** Each way to tell our pages from others, with the header that does it. */
const WAYS = { 'via-token': 'anti-csrf', 'via-custom-header': 'rid' };

for (const [anti_csrf, header] of Object.entries(WAYS)) {
    everywhere(
        `a call without the header of ${anti_csrf} does nothing, and the session stays`,
        async ({ visitor }) => {
            const tab = await visitor.signedUp();
            const tokens = await visitor.tokens();
            const rename = (headers) => visitor.call('PATCH', '/api/v1/users/me', headers, { firstName: 'Mallory' });
            const refused = await rename({ ...visitor.callHeaders(tokens), [header]: undefined });
            assert.deepEqual([refused.status, refused.body.error_code], [401, 'TRY_REFRESH']);
            const refresh = { ...visitor.refreshHeaders(tokens), [header]: undefined };
            const { status } = await visitor.call('POST', '/auth/session/refresh', refresh);
            assert.equal(status, 401);

            assert.equal((await tab.answer('me')).data.firstName, visitor.form.firstName);
            assert.equal(await tab.answer('refresh'), true);
            assert.equal((await tab.answer('rename', { firstName: 'Sarah' })).data.firstName, 'Sarah');
            assert.equal((await rename(visitor.callHeaders(await visitor.tokens()))).status, 200);
        },
        { modes: ['cookie'], sessions: { anti_csrf, access_token_seconds: 3600 } },
    );
}

everywhere(
    'a page of another site reads and changes nothing',
    async ({ visitor, api, origin }) => {
        const tab = await visitor.signedUp();
        const foreign = await visitor.page();
        // The same pages, but for a browser 127.0.0.1 is another site than localhost, and nobody listed it.
        await foreign.goto(`${origin.replace('localhost', '127.0.0.1')}/config.json`);
        const attempts = [
            { method: 'GET' },
            { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: '{"firstName":"Mallory"}' },
        ];
        for (const attempt of attempts) {
            const outcome = await foreign.evaluate(tryFetch, { url: `${api}/api/v1/users/me`, attempt });
            assert.equal(outcome, 'TypeError');
        }
        assert.equal((await tab.answer('me')).data.firstName, visitor.form.firstName);
    },
    { sessions: { anti_csrf: 'none' } },
);

/** Runs in the page. */
async function tryFetch({ url, attempt }) {
    try {
        const response = await fetch(url, { ...attempt, credentials: 'include' });
        return response.status;
    } catch (error) {
        return error.name;
    }
}

// A core beside the server that is out of order: people wait, but nobody loses a session over it.

import assert from 'node:assert/strict';

import { everywhere } from '../stage/matrix.mjs';

const FAULTS = [
    ['answers with pages instead of JSON', { html: true }],
    ['answers after half a minute', { slow: 30_000 }],
];

for (const [fault, switches] of FAULTS) {
    everywhere(
        `a core that ${fault} signs nobody out`,
        async ({ visitor, setCore }) => {
            const tab = await visitor.signedUp();
            // The keys that verify tokens are asked for once, and kept.
            assert.equal((await tab.answer('me')).status, 200);
            await setCore(switches);
            try {
                tab.takeAnswers();
                assert.notEqual((await tab.press('refresh')).error, undefined);
                const [status] = tab.takeRefreshes();
                assert.ok(status >= 500, `refresh answered ${status}`);
                assert.equal((await tab.answer('me')).status, 200);
                const { error } = await tab.press('sign-in', visitor.credentials);
                assert.ok(error.status >= 500, JSON.stringify(error));
            } finally {
                await setCore({ html: false, slow: 0 });
            }
            assert.equal(await tab.answer('session-exists'), true);
            assert.equal(await tab.answer('refresh'), true);
            assert.equal((await tab.answer('me')).status, 200);
        },
        { cores: ['stand-in'], sessions: { access_token_seconds: 3600 } },
    );
}

// The pages that show the document, in a browser that reports whatever their policy forbids.

import assert from 'node:assert/strict';

import { everywhere } from '../stage/matrix.mjs';
import { open, operations } from '../stage/reader.mjs';

/** Only the server and the browser matter here. */
const ONCE = { cores: ['embedded'], modes: ['header'] };

everywhere(
    'Swagger UI shows every operation and can call one',
    async (scene) => {
        const wanted = await operations(scene.api);
        const { page, complaints } = await open(scene, '/docs');
        const shown = page.locator('.opblock');
        await shown.nth(wanted.length - 1).waitFor();
        assert.equal(await shown.count(), wanted.length);

        const live = shown.filter({ hasText: '/health/live' });
        await live.locator('.opblock-summary-control').click();
        await live.getByRole('button', { name: 'Try it out' }).click();
        await live.getByRole('button', { name: 'Execute' }).click();
        const answered = live.locator('.live-responses-table .response-col_status').filter({ hasText: '200' });
        await answered.first().waitFor();

        const signUp = shown.filter({ hasText: '/api/v1/auth/signup' });
        await signUp.locator('.opblock-summary-control').click();
        await signUp.getByText('Riyadh Press Works').first().waitFor();
        assert.deepEqual(complaints, []);
    },
    ONCE,
);

everywhere(
    'Redoc shows every operation and finds one',
    async (scene) => {
        const wanted = await operations(scene.api);
        const { page, complaints } = await open(scene, '/redoc');
        for (const { operationId } of wanted) {
            await page.locator(`[data-section-id$="operation/${operationId}"]`).first().waitFor({ state: 'attached' });
        }
        await page.getByPlaceholder('Search...').fill('invitation');
        await page.locator('[data-role="search:results"] label').first().waitFor();
        assert.deepEqual(complaints, []);
    },
    ONCE,
);

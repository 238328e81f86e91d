// The pages that show the document of a server with every feature and the demo's data: what somebody sees who starts it
// for the first time. Leaves a picture of each.

import assert from 'node:assert/strict';

import { everywhere } from '../stage/matrix.mjs';
import { keepPicture, open, readDocument } from '../stage/reader.mjs';

const FEATURES = ['accounts', 'forums', 'use-cases', 'messaging', 'search', 'dashboard', 'notifications'];
/** Only the server and the browser matter here. */
const ONCE = { cores: ['embedded'], modes: ['header'], demo: true };
/** Room for an operation and what it was answered. */
const WINDOW = { width: 1280, height: 1400 };
const CASES = '/api/v1/use-cases';

/** The operations of each feature. */
async function byFeature(api) {
    const { paths } = await readDocument(api);
    const all = Object.values(paths).flatMap((item) => Object.values(item));
    return FEATURES.map((feature) => [feature, all.filter(({ tags }) => tags.includes(feature))]);
}

async function titles(api) {
    const { items } = await (await fetch(`${api}${CASES}`)).json();
    assert.ok(items.length >= 15, `${items.length} use cases`);
    return items.map(({ title }) => title);
}

everywhere(
    'Swagger UI shows the operations of every feature, and one of them the use cases of the demo',
    async (scene) => {
        const { page, complaints } = await open(scene, '/docs');
        await page.setViewportSize(WINDOW);
        for (const [feature, wanted] of await byFeature(scene.api)) {
            const section = page.locator('.opblock-tag-section').filter({
                has: page.locator(`.opblock-tag[data-tag="${feature}"]`),
            });
            assert.ok(wanted.length > 0, feature);
            await section.locator('.opblock').nth(wanted.length - 1).waitFor();
            assert.equal(await section.locator('.opblock').count(), wanted.length, feature);
        }
        const list = page.locator('.opblock-get').filter({ has: page.locator(`[data-path="${CASES}"]`) });
        await list.locator('.opblock-summary-control').click();
        await list.getByRole('button', { name: 'Try it out' }).click();
        await list.getByRole('button', { name: 'Execute' }).click();
        const answer = list.locator('.live-responses-table');
        await answer.locator('.response-col_status').filter({ hasText: '200' }).first().waitFor();
        const shown = await answer.locator('.highlight-code').first().textContent();
        for (const title of await titles(scene.api)) {
            assert.ok(shown.includes(JSON.stringify(title)), title);
        }
        await answer.evaluate((element) => element.scrollIntoView({ block: 'center' }));
        await keepPicture(page, 'docs');
        assert.deepEqual(complaints, []);
    },
    ONCE,
);

everywhere(
    'Redoc shows the operations of every feature',
    async (scene) => {
        const { page, complaints } = await open(scene, '/redoc');
        await page.setViewportSize(WINDOW);
        for (const [feature, wanted] of await byFeature(scene.api)) {
            await page.locator(`[id="tag/${feature}"] h2`).filter({ hasText: feature }).waitFor();
            for (const { operationId } of wanted) {
                const operation = page.locator(`[id$="operation/${operationId}"]`);
                await operation.first().waitFor({ state: 'attached' });
            }
        }
        await page.locator('[id="tag/use-cases"]').evaluate((element) => element.scrollIntoView());
        await keepPicture(page, 'redoc');
        assert.deepEqual(complaints, []);
    },
    ONCE,
);

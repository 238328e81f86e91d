// One tab with the page of buttons: fills in fields, presses, reads what the SDK answered, and counts the calls that
// went over the wire.

import assert from 'node:assert/strict';

const REFRESH = '/auth/session/refresh';

export class Tab {
    #page;
    #answers = [];

    constructor(page) {
        this.#page = page;
        page.on('response', (response) => {
            const request = response.request();
            const { pathname } = new URL(request.url());
            if (request.method() !== 'OPTIONS') {
                this.#answers.push({ call: `${request.method()} ${pathname}`, status: response.status() });
            }
        });
    }

    /** Opens the page, with the query of a link somebody followed. */
    async open(origin, search = '') {
        await this.#page.goto(`${origin}/controls.html${search}`);
        await this.#control('sign-in').waitFor();
    }

    /** Presses a button and answers `{ answer }` or `{ error }`. */
    async press(control, fields = {}) {
        for (const [name, value] of Object.entries(fields)) {
            await this.#page.getByTestId(name).fill(value);
        }
        await this.#control(control).click();
        const shown = this.#page.getByTestId('result').filter({ hasText: `"control":"${control}"` });
        const { answer, error } = JSON.parse(await shown.textContent());
        return { answer, error };
    }

    /** The same where nothing may go wrong. */
    async answer(control, fields) {
        const { answer, error } = await this.press(control, fields);
        assert.equal(error, undefined, `${control}: ${JSON.stringify(error)}`);
        return answer;
    }

    /** Waits, by the browser's clock, until an access token with this `exp` is certainly over. */
    async outlive(exp) {
        await this.#page.waitForFunction((end) => Date.now() > end, (exp + 1) * 1000, { polling: 100 });
    }

    /** Every answer since the last time this was asked, as `{ call, status }`. */
    takeAnswers() {
        return this.#answers.splice(0);
    }

    /** The statuses of refresh calls since the last look at the answers. */
    takeRefreshes() {
        return this.takeAnswers()
            .filter(({ call }) => call === `POST ${REFRESH}`)
            .map(({ status }) => status);
    }

    /** What the SDK told the app, in order. */
    events() {
        return this.#page.getByTestId('events').getByRole('listitem').allTextContents();
    }

    async close() {
        await this.#page.close();
    }

    #control(name) {
        return this.#page.getByTestId(name).and(this.#page.locator('button'));
    }
}

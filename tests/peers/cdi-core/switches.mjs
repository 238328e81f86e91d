// How the stand-in misbehaves when a test asks for it. `POST /__test` takes any of these as JSON and answers all of
// them together with how often each route was called; an empty object only asks.
//
//   slow                 every answer waits for so many milliseconds
//   html                 every call is answered with 500 and a page, as a broken proxy would
//   accessTokenSeconds   life of the access tokens that are issued from now on
//   newKey               a new dynamic signing key is used from now on; older ones stay published

import { Refusal } from './refusal.mjs';

const TYPES = { slow: 'number', html: 'boolean', accessTokenSeconds: 'number', newKey: 'boolean' };

export class Switches {
    #apps;
    #calls = new Map();

    constructor({ slow, html, accessTokenSeconds }, apps) {
        this.slow = slow;
        this.html = html;
        this.accessTokenSeconds = accessTokenSeconds;
        this.#apps = apps;
    }

    /** Remembers that a route was called. */
    count(route) {
        this.#calls.set(route, (this.#calls.get(route) ?? 0) + 1);
    }

    /** Sets what a test asks for and answers how things are. */
    set(wanted) {
        for (const [name, value] of Object.entries(wanted)) {
            if (typeof value !== TYPES[name]) {
                throw new Refusal(400, `no switch \`${name}\` takes ${JSON.stringify(value)}`);
            }
            if (name === 'newKey') {
                this.#apps.forEach((app) => value && app.keys.turn());
            } else {
                this[name] = value;
            }
        }
        const { slow, html, accessTokenSeconds } = this;
        return { slow, html, accessTokenSeconds, calls: Object.fromEntries(this.#calls) };
    }
}

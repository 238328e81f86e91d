// Somebody new with a browser of their own: an address nobody has used, tabs that share cookies, and the tokens that
// a thief could copy from this browser.

import { Tab } from './tab.mjs';

let visitors = 0;

export class Visitor {
    #context;
    #scene;

    constructor(context, scene) {
        visitors += 1;
        this.#context = context;
        this.#scene = scene;
        // A domain is one organization's, so everybody brings a new one.
        this.email = `sara@works${process.pid}-${visitors}.example`;
        this.password = 'correct horse 7';
    }

    /** What the form of sign-up asks for. */
    get form() {
        return {
            email: this.email,
            password: this.password,
            firstName: 'Sara',
            lastName: 'العتيبي',
            organizationName: `Works ${visitors}`,
            industry: 'Manufacturing',
            size: 'small',
            country: 'SA',
            city: 'Riyadh',
        };
    }

    get credentials() {
        return { email: this.email, password: this.password };
    }

    /** A new page of this browser. */
    page() {
        return this.#context.newPage();
    }

    /** A new tab with the page of buttons. */
    async tab(search) {
        const tab = new Tab(await this.page());
        await tab.open(this.#scene.origin, search);
        return tab;
    }

    /** A tab in which the visitor has just signed up. */
    async signedUp() {
        const tab = await this.tab();
        const { status } = await tab.answer('sign-up', this.form);
        if (status !== 'OK') {
            throw new Error(`sign-up answered ${status}`);
        }
        return tab;
    }

    /** Everything in this browser that goes with a call to the API, by name. */
    async tokens() {
        const cookies = await this.#context.cookies(`${this.#scene.api}/auth/session/refresh`);
        return Object.fromEntries(cookies.map(({ name, value }) => [name, decodeURIComponent(value)]));
    }

    /** The headers of a refresh with these tokens, as the SDK would send them. */
    refreshHeaders(tokens) {
        const { mode } = this.#scene;
        const carried =
            mode === 'cookie'
                ? { cookie: cookie('sRefreshToken', tokens), 'anti-csrf': tokens.sAntiCsrf }
                : { authorization: `Bearer ${tokens['st-refresh-token']}` };
        return { rid: 'anti-csrf', 'st-auth-mode': mode, ...carried };
    }

    /** The headers of an ordinary call with the access token in its cookie. */
    callHeaders(tokens) {
        return { rid: 'anti-csrf', cookie: cookie('sAccessToken', tokens), 'anti-csrf': tokens.sAntiCsrf };
    }

    /** A call without a browser, as somebody makes it who copied tokens. Answers `{ status, body }`. */
    async call(method, path, headers, body) {
        const sent = body && { body: JSON.stringify(body) };
        const given = Object.entries({ 'content-type': body && 'application/json', ...headers });
        const response = await fetch(`${this.#scene.api}${path}`, {
            method,
            headers: Object.fromEntries(given.filter(([, value]) => value !== undefined)),
            ...sent,
        });
        return { status: response.status, body: await response.json() };
    }

    /** Refreshes with copied tokens. */
    replay(tokens) {
        return this.call('POST', '/auth/session/refresh', this.refreshHeaders(tokens));
    }
}

function cookie(name, tokens) {
    return `${name}=${encodeURIComponent(tokens[name])}`;
}

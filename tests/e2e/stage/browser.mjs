// Debian's Chromium without a screen. Playwright's own browsers are not needed and not fetched.

import { existsSync } from 'node:fs';
import path from 'node:path';

import { chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];
const QUIET = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
];

export function launchBrowser() {
    return chromium.launch({ executablePath: executable(), args: QUIET });
}

function executable() {
    const folders = (process.env.PATH ?? '').split(path.delimiter);
    const places = NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name)));
    const found = [process.env.P2P_CHROMIUM, ...places].find((place) => place && existsSync(place));
    if (found === undefined) {
        throw new Error('no chromium on PATH: run `cargo xtask tools`');
    }
    return found;
}

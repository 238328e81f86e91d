// The real server over a data folder of its own, and the stand-in core beside it when people are kept there.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { Program } from './program.mjs';

/** As the seed sets sessions up. Access tokens live long enough for a page to load, and end while one waits. */
const SESSIONS = { access_token_seconds: 4, anti_csrf: 'via-token' };

/** Limits are for people, not for a scenario that signs in as quickly as a machine can. */
const UNLIMITED = ['auth_per_minute = 0', 'read_per_minute = 0', 'write_per_minute = 0'];

/** A scenario need not wait for long to see that something does not answer. */
const PATIENCE = 'request_timeout_ms = 6000';

const STAND_IN = fileURLToPath(new URL('../../peers/cdi-core.mjs', import.meta.url));
const API_KEY = 'the key of the stand-in core';

/**
 * Starts it for pages of these origins. `core` is `embedded` or `stand-in`, `sessions` are keys of that table of
 * the configuration; with `demo` it is there once the demo's data are.
 */
export async function startBackend({ core, origins, sessions, demo }) {
    const folder = await mkdtemp(path.join(tmpdir(), 'p2p-e2e-'));
    const table = { ...SESSIONS, ...sessions };
    const peer = core === 'stand-in' ? await startStandIn(table.access_token_seconds) : undefined;
    const port = await freePort();
    const url = `http://localhost:${port}`;
    await writeFile(path.join(folder, 'p2p.toml'), configuration(table));
    const environment = {
        PATH: process.env.PATH,
        PUBLIC_URL: url,
        BACKEND_CORS_ORIGINS: JSON.stringify(origins),
        ...(peer && { SUPERTOKENS_CONNECTION_URI: peer.address, SUPERTOKENS_API_KEY: API_KEY }),
    };
    const args = ['serve', '--listen', `127.0.0.1:${port}`, '--features-dir', given('P2P_FEATURES')];
    const options = { cwd: folder, env: environment };
    const server = await Program.start(given('P2P_BINARY'), demo ? [...args, '--demo'] : args, options);
    if (demo) {
        await server.says('Demo people can sign in');
    }
    return {
        url,
        mails: path.join(folder, 'data', 'mail'),
        words: () => server.words(),
        setCore: (switches) => setSwitches(peer, switches),
        async stop() {
            await server.stop();
            await peer?.stop();
            await rm(folder, { recursive: true, force: true });
        },
    };
}

function configuration(sessions) {
    const lines = Object.entries(sessions).map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
    return ['[sessions]', ...lines, '[rates]', ...UNLIMITED, '[limits]', PATIENCE, ''].join('\n');
}

function startStandIn(seconds) {
    return Program.start('node', [STAND_IN, '--access-token-seconds', `${seconds}`, '--api-key', API_KEY]);
}

/** Makes the stand-in core misbehave, and behave again; see its switches. */
async function setSwitches(peer, switches) {
    const body = JSON.stringify(switches);
    const { ok } = await fetch(`${peer.address}/__test`, { method: 'POST', body });
    assert.ok(ok);
}

/** The issuer of tokens names the port, so it must be known before the server starts. */
async function freePort() {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address();
    probe.close();
    await once(probe, 'close');
    return port;
}

function given(name) {
    const value = process.env[name];
    if (!value) {
        throw new Error(`set ${name}; \`cargo nextest run -p p2p-e2e-tests\` does it for you`);
    }
    return path.resolve(value);
}

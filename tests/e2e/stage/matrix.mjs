// Plays a scenario in every combination that the product promises: both cores, both ways for tokens to travel. What is
// started for a core and its settings is started once for a file of scenarios.

import { after, test } from 'node:test';

import { startBackend } from './backend.mjs';
import { launchBrowser } from './browser.mjs';
import { startSite } from './site.mjs';
import { Visitor } from './visitor.mjs';

const CORES = ['embedded', 'stand-in'];
const MODES = ['cookie', 'header'];
const LIMIT_MS = 120_000;

const stages = new Map();
let browser;

/**
 * Declares one test per combination; `play` gets a scene with a `visitor`, and more people by `newcomer()`. `cores` and
 * `modes` leave some out, `sessions` sets keys of that table of the configuration, `demo` adds the demo's data.
 */
export function everywhere(name, play, { cores = CORES, modes = MODES, sessions = {}, demo = false } = {}) {
    for (const core of wantedCores().filter((core) => cores.includes(core))) {
        for (const mode of modes) {
            const title = `${name} (${core} core, ${mode} mode)`;
            test(title, { timeout: LIMIT_MS }, () => perform({ core, mode, sessions, demo }, play));
        }
    }
}

after(async () => {
    await browser?.then((running) => running.close());
    for (const stage of stages.values()) {
        await stage.then(({ stop }) => stop()).catch(() => {});
    }
});

async function perform({ core, mode, sessions, demo }, play) {
    const { backend, sites } = await stageFor({ core, sessions, demo });
    browser ??= launchBrowser();
    const contexts = [];
    const { url: api, mails, setCore } = backend;
    const scene = { core, mode, api, origin: sites[mode].origin, mails, setCore };
    // Somebody else, at a machine of their own.
    scene.newcomer = async () => {
        const context = await (await browser).newContext({ locale: 'en-GB' });
        contexts.push(context);
        return new Visitor(context, scene);
    };
    scene.visitor = await scene.newcomer();
    try {
        await play(scene);
    } catch (error) {
        console.error(`--- what the server said last\n${backend.words()}\n---`);
        throw error;
    } finally {
        await Promise.all(contexts.map((context) => context.close()));
    }
}

function stageFor(wanted) {
    const key = JSON.stringify(wanted);
    if (!stages.has(key)) {
        stages.set(key, setUp(wanted));
    }
    return stages.get(key);
}

/** A site per mode: a page cannot tell the SDK two modes. */
async function setUp(wanted) {
    const started = await Promise.all(MODES.map(async (mode) => [mode, await startSite()]));
    const sites = Object.fromEntries(started);
    const stopSites = () => Object.values(sites).forEach((site) => site.stop());
    const origins = Object.values(sites).map(({ origin }) => origin);
    try {
        const backend = await startBackend({ ...wanted, origins });
        for (const mode of MODES) {
            sites[mode].settings = { apiDomain: backend.url, tokenTransferMethod: mode };
        }
        const stop = async () => {
            stopSites();
            await backend.stop();
        };
        return { backend, sites, stop };
    } catch (error) {
        stopSites();
        throw error;
    }
}

function wantedCores() {
    const wanted = process.env.P2P_E2E_CORE;
    if (wanted !== undefined && !CORES.includes(wanted)) {
        throw new Error(`P2P_E2E_CORE is \`${wanted}\`; it may be ${CORES.join(' or ')}`);
    }
    return wanted === undefined ? CORES : [wanted];
}

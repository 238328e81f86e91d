// HTTP: from a request to a route and back. Errors are text, as a real core's are.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

import { App } from './app.mjs';
import { Refusal } from './refusal.mjs';
import { VERSIONS, checkBody, checkQuery, find } from './routes.mjs';
import { Switches } from './switches.mjs';

const PAGE = '<!doctype html><title>Error</title><h1>Something between us broke</h1>';
const NEWEST = '5.4';

/** Starts it. Answers its address and how to end it. */
export async function listen({ port, apiKey, ...behaviour }) {
    const apps = new Map();
    const switches = new Switches(behaviour, apps);
    apps.set('public', new App(switches));
    const house = { apps, switches, apiKey };
    const server = createServer((request, response) => void serve(house, request, response));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const close = () => {
        server.close();
        server.closeAllConnections();
    };
    return { address: `http://127.0.0.1:${server.address().port}`, close };
}

async function serve(house, request, response) {
    const answer = await answerTo(house, request).catch((error) => {
        if (!(error instanceof Refusal)) {
            console.error(error);
        }
        return { status: error.status ?? 500, content: error.status ? error.message : 'Internal Error' };
    });
    send(response, answer);
}

async function answerTo(house, request) {
    const { pathname, searchParams } = new URL(request.url, 'http://core');
    const text = await bodyOf(request);
    if (request.method === 'POST' && pathname === '/__test') {
        return { status: 200, content: house.switches.set(parsed(text)) };
    }
    await wait(house.switches.slow);
    if (house.switches.html) {
        return { status: 500, content: PAGE };
    }
    const route = find(request.method, pathname);
    house.switches.count(route.name);
    if (!route.open) {
        checkKey(house, request.headers);
    }
    const version = checkedVersion(request.headers['cdi-version']);
    const app = house.apps.get(route.appId);
    if (app === undefined) {
        throw new Refusal(400, 'AppId or tenantId not found => there is no such app');
    }
    const call = { body: parsed(text), query: Object.fromEntries(searchParams), tenantId: route.tenantId, version };
    checkBody(route.body, call.body);
    checkQuery(route.query, call.query);
    return { status: 200, content: route.run(app, call), headers: route.headers };
}

async function bodyOf(request) {
    request.setEncoding('utf8');
    let text = '';
    for await (const piece of request) {
        text += piece;
    }
    return text;
}

function parsed(text) {
    try {
        return JSON.parse(text || '{}');
    } catch {
        throw new Refusal(400, 'Invalid Json Input');
    }
}

function checkKey({ apiKey }, headers) {
    const given = headers['api-key'] ?? headers.authorization?.replace(/^Bearer /, '');
    if (apiKey !== '' && given !== apiKey) {
        throw new Refusal(401, 'Invalid API key');
    }
}

/** A call that names no version means the newest. */
function checkedVersion(version = NEWEST) {
    if (!VERSIONS.includes(version)) {
        throw new Refusal(400, `cdi-version ${version} not supported`);
    }
    return version;
}

function send(response, { status, content, headers = {} }) {
    const isText = typeof content === 'string';
    const type = isText ? 'text/html; charset=UTF-8' : 'application/json; charset=UTF-8';
    response.writeHead(status, { 'content-type': type, ...headers });
    response.end(isText ? content : JSON.stringify(content));
}

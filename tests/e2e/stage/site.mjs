// Serves the built app on an origin of its own, with the settings of one kind of visitor.

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const BUILT = fileURLToPath(new URL('../dist', import.meta.url));
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json' };

/** Starts it; `settings` may still be set until the first page is opened. */
export async function startSite() {
    const site = { settings: {} };
    const server = createServer((request, response) => void serve(site, request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    site.origin = `http://localhost:${server.address().port}`;
    site.stop = () => {
        server.close();
        server.closeAllConnections();
    };
    return site;
}

async function serve(site, request, response) {
    const { pathname } = new URL(request.url, site.origin);
    try {
        const { content, type } = await found(site, pathname);
        response.writeHead(200, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' });
        response.end(content);
    } catch {
        response.writeHead(500).end('the app is not built: run `cargo xtask tools`');
    }
}

/** A built file, the settings, or for every other path the app, which routes by itself. */
async function found(site, pathname) {
    const type = TYPES[path.extname(pathname)];
    if (pathname === '/config.json') {
        return { content: JSON.stringify(site.settings), type };
    }
    const file = type === undefined ? 'index.html' : path.normalize(pathname);
    return { content: await readFile(path.join(BUILT, file)), type: type ?? TYPES['.html'] };
}

// Every route of the stand-in in one table, and how a path is taken apart. `level` says whether a route belongs to a
// tenant or to the whole app, `open` that it wants neither API key nor version.

import { peopleRoutes } from './people.mjs';
import { proofRoutes } from './proofs.mjs';
import { Refusal } from './refusal.mjs';
import { sessionRoutes } from './sessions.mjs';

/** In no order, as real cores list them. */
export const VERSIONS = ['5.2', '5.0', '5.4', '5.1', '5.3'];

const ROUTES = {
    ...peopleRoutes,
    ...proofRoutes,
    ...sessionRoutes,
    'GET /hello': { level: 'app', open: true, run: () => 'Hello' },
    'GET /apiversion': { level: 'app', open: true, run: () => ({ versions: VERSIONS }) },
    'GET /.well-known/jwks.json': {
        level: 'app',
        open: true,
        headers: { 'cache-control': 'max-age=60, must-revalidate' },
        run: (app) => ({ keys: app.keys.published() }),
    },
    'GET /recipe/multitenancy/tenant/v2': {
        level: 'tenant',
        run: () => ({ status: 'OK', tenantId: 'public', thirdParty: { providers: [] }, coreConfig: {} }),
    },
};

/** `/appid-x/public/recipe/signup` → the route, its name, the app's id and the tenant's. */
export function find(method, pathname) {
    const [, appId = 'public', rest = ''] = /^(?:\/appid-([a-z0-9-]+))?(\/.*)$/i.exec(pathname) ?? [];
    const path = rest.replace(/\/$/, '');
    const [, tenantId, behind] = /^\/([a-z0-9-]+)(\/.*)$/i.exec(path) ?? [];
    const direct = routeAt(method, path);
    if (direct !== undefined) {
        return { ...direct, appId: appId.toLowerCase(), tenantId: 'public' };
    }
    const route = routeAt(method, behind);
    if (route === undefined) {
        throw new Refusal(404, 'Not found');
    }
    return { ...route, appId: appId.toLowerCase(), tenantId: checkedTenant(route, tenantId.toLowerCase()) };
}

/** Refuses a body that has not the fields a route wants, in the core's words. */
export function checkBody(wanted, body) {
    for (const [name, type] of Object.entries(wanted ?? {})) {
        const value = body[name];
        const isMissing = value === undefined || value === null;
        if (isMissing ? !type.endsWith('?') : kind(value) !== type.replace('?', '')) {
            throw new Refusal(400, `Field name '${name}' is invalid in JSON input`);
        }
    }
}

/** Refuses a query that lacks a parameter. */
export function checkQuery(wanted, query) {
    for (const [name, isNeeded] of Object.entries(wanted ?? {})) {
        if (isNeeded && query[name] === undefined) {
            throw new Refusal(400, `Field name '${name}' is missing in GET request`);
        }
    }
}

function routeAt(method, path) {
    const name = `${method} ${path}`;
    if (Object.hasOwn(ROUTES, name)) {
        return { name, ...ROUTES[name] };
    }
    if (Object.keys(ROUTES).some((other) => other.endsWith(` ${path}`))) {
        throw new Refusal(405, 'Method not supported');
    }
    return undefined;
}

function checkedTenant(route, tenantId) {
    if (tenantId === 'public') {
        return tenantId;
    }
    if (route.level === 'app') {
        throw new Refusal(403, 'Only public tenantId can call this app specific API');
    }
    throw new Refusal(400, 'AppId or tenantId not found => there is no such tenant');
}

function kind(value) {
    return Array.isArray(value) ? 'array' : typeof value;
}

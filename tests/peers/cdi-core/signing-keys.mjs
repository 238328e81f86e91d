// The keys that sign access tokens: dynamic ones, of which the newest signs, and one that never changes.

import { createPublicKey, generateKeyPairSync, randomUUID, sign, verify } from 'node:crypto';

export class SigningKeys {
    #dynamic = [newDynamicKey()];
    #lasting = newKey(`s-${randomUUID()}`);

    /** Makes a new dynamic key; the ones before still verify. */
    turn() {
        this.#dynamic.unshift(newDynamicKey());
    }

    /** The public halves, as `/.well-known/jwks.json` lists them. */
    published() {
        return this.#all().map(({ kid, publicKey }) => {
            const { n, e } = publicKey.export({ format: 'jwk' });
            return { kty: 'RSA', kid, n, e, alg: 'RS256', use: 'sig' };
        });
    }

    /** A JWT over these claims. */
    sign(claims, useDynamicKey) {
        const key = useDynamicKey ? this.#dynamic[0] : this.#lasting;
        const header = { kid: key.kid, typ: 'JWT', version: '5', alg: 'RS256' };
        const signed = [header, claims].map((part) => encode(JSON.stringify(part))).join('.');
        return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key.privateKey).toString('base64url')}`;
    }

    /** The claims of a JWT that one of these keys signed, else nothing. Looks at no date. */
    verified(token) {
        const [header, claims, signature, ...rest] = token.split('.');
        const key = this.#all().find(({ kid }) => kid === decoded(header)?.kid);
        if (key === undefined || signature === undefined || rest.length > 0) {
            return undefined;
        }
        const signed = Buffer.from(`${header}.${claims}`);
        const holds = verify('RSA-SHA256', signed, key.publicKey, Buffer.from(signature, 'base64url'));
        return holds ? decoded(claims) : undefined;
    }

    #all() {
        return [...this.#dynamic, this.#lasting];
    }
}

/** The claims of a JWT, whoever signed it; nothing when it is none. */
export function unverified(token) {
    return decoded(token.split('.')[1]);
}

/** Named after the time, as a real core does: one that starts anew has other keys under other names. */
function newDynamicKey() {
    return newKey(`d-${Date.now()}`);
}

function newKey(kid) {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    return { kid, privateKey, publicKey: createPublicKey(privateKey) };
}

function encode(text) {
    return Buffer.from(text).toString('base64url');
}

function decoded(part) {
    try {
        return JSON.parse(Buffer.from(part ?? '', 'base64url').toString());
    } catch {
        return undefined;
    }
}

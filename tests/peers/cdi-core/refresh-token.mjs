// Refresh tokens: sealed, so that only this process can read what is in them.

import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const IV_LENGTH = 12;
const TAG_LENGTH = 16;
const KEY = randomBytes(32);

/** Seals what a refresh token says. */
export function seal(content) {
    const nonce = randomBytes(32).toString('hex');
    const iv = randomBytes(IV_LENGTH);
    const cipher = createCipheriv(CIPHER, KEY, iv);
    const sealed = [iv, cipher.update(JSON.stringify({ ...content, nonce })), cipher.final(), cipher.getAuthTag()];
    return `${Buffer.concat(sealed).toString('base64')}.${nonce}.V2`;
}

/** What a token says that was sealed here, else nothing. */
export function open(token) {
    const [text, nonce, version, ...rest] = token.split('.');
    if (version !== 'V2' || rest.length > 0) {
        return undefined;
    }
    try {
        const sealed = Buffer.from(text, 'base64');
        const cipher = createDecipheriv(CIPHER, KEY, sealed.subarray(0, IV_LENGTH));
        cipher.setAuthTag(sealed.subarray(-TAG_LENGTH));
        const plain = [cipher.update(sealed.subarray(IV_LENGTH, -TAG_LENGTH)), cipher.final()];
        const content = JSON.parse(Buffer.concat(plain).toString());
        return content.nonce === nonce ? content : undefined;
    } catch {
        return undefined;
    }
}

/** SHA-256 in hex. An access token carries it once over the refresh token; the store keeps it twice over. */
export function hashed(text) {
    return createHash('sha256').update(text).digest('hex');
}

// The mails that the server wrote as files: finds the one that somebody is waiting for and reads the link in it.

import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const PATIENCE_MS = 20_000;
const PAUSE_MS = 50;

/** The query of the newest link with this path that was mailed to an address, e.g. `?token=…&tenantId=public`. */
export async function mailedLink(folder, address, linkPath) {
    const given = AbortSignal.timeout(PATIENCE_MS);
    while (!given.aborted) {
        for (const mail of await mailsTo(folder, address)) {
            const link = linkIn(mail, linkPath);
            if (link !== undefined) {
                return link.search;
            }
        }
        await wait(PAUSE_MS);
    }
    throw new Error(`no mail to ${address} with a link to ${linkPath}`);
}

/** The mails to an address, newest first, as their readable parts in one text. */
async function mailsTo(folder, address) {
    const names = await readdir(folder, { recursive: true }).catch(() => []);
    const files = names.filter((name) => name.endsWith('.eml')).map((name) => path.join(folder, name));
    const mails = await Promise.all(files.map((file) => readFile(file, 'utf8')));
    return mails
        .map(parsed)
        .filter(({ headers }) => headers.to?.includes(address))
        .sort((one, other) => new Date(other.headers.date) - new Date(one.headers.date))
        .map(readable);
}

function linkIn(text, linkPath) {
    const links = text.match(/https?:\/\/[^\s"<>)\]]+/g) ?? [];
    return links.map((link) => new URL(link)).find(({ pathname }) => pathname === linkPath);
}

/** A message or part of one: its headers by lower-case name, and its undecoded body. */
function parsed(text) {
    const [head, ...rest] = text.replaceAll('\r\n', '\n').split('\n\n');
    const lines = head.replaceAll(/\n[ \t]+/g, ' ').split('\n');
    const pairs = lines.map((line) => line.split(/:\s*(.*)/s));
    const headers = Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value ?? '']));
    return { headers, body: rest.join('\n\n') };
}

function readable(mail) {
    const boundary = /boundary="?([^";]+)"?/i.exec(mail.headers['content-type'] ?? '')?.[1];
    if (boundary === undefined) {
        return decoded(mail);
    }
    const parts = mail.body.split(`--${boundary}`).slice(1, -1);
    return parts.map((part) => readable(parsed(part.replace(/^\s*\n/, '')))).join('\n');
}

function decoded({ headers, body }) {
    switch (headers['content-transfer-encoding']?.toLowerCase()) {
        case 'base64':
            return Buffer.from(body, 'base64').toString();
        case 'quoted-printable':
            return fromQuotedPrintable(body);
        default:
            return body;
    }
}

function fromQuotedPrintable(text) {
    const joined = text.replaceAll(/=\n/g, '');
    const bytes = joined.replaceAll(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
    return Buffer.from(bytes, 'latin1').toString();
}

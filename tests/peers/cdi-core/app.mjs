// What the stand-in keeps for one app: people, sessions, one-time tokens and keys. Gone when the process ends.

import { SigningKeys } from './signing-keys.mjs';

export class App {
    /** By user id: { id, email, salt, hash, joined }. */
    people = new Map();
    /** By handle, see sessions.mjs. */
    sessions = new Map();
    /** Verified pairs, as `verifiedPair` writes them. */
    verified = new Set();
    /** By hash: { userId, email, expires }. */
    resetTokens = new Map();
    verificationTokens = new Map();
    keys = new SigningKeys();

    constructor(switches) {
        this.switches = switches;
    }

    personByEmail(email) {
        const wanted = plainEmail(email);
        return [...this.people.values()].find((person) => person.email === wanted);
    }

    isVerified(userId, email) {
        return this.verified.has(verifiedPair(userId, email));
    }
}

/** An address as it is kept. */
export function plainEmail(email) {
    return email.trim().toLowerCase();
}

/** Being verified belongs to a user and an address together. */
export function verifiedPair(userId, email) {
    return `${userId} ${plainEmail(email)}`;
}

// A program that runs for a test: started, waited for until its first line says where it answers, and ended.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** So much of what a program said is kept for whoever asks why a scenario failed. */
const KEPT_LINES = 60;

export class Program {
    #child;
    #said = [];

    /** Starts it; `address` is the last word of the first line on its standard output. */
    static async start(command, args, options = {}) {
        const program = new Program();
        program.#child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
        const failed = once(program.#child, 'error').then(([error]) => Promise.reject(error));
        const ended = once(program.#child, 'exit').then(() => undefined);
        const first = program.#listen();
        const line = await Promise.race([first, ended, failed]);
        failed.catch(() => {});
        if (line === undefined) {
            throw new Error(`${command} ended before it answered:\n${program.words()}`);
        }
        program.address = line.split(' ').at(-1);
        return program;
    }

    /** What it said last. */
    words() {
        return this.#said.join('\n');
    }

    /** Ends it as an operator would, and waits until it has ended. */
    async stop() {
        if (this.#child.exitCode === null && this.#child.signalCode === null) {
            this.#child.kill('SIGTERM');
            await once(this.#child, 'exit');
        }
    }

    #listen() {
        const lines = createInterface(this.#child.stdout);
        for (const source of [lines, createInterface(this.#child.stderr)]) {
            source.on('line', (line) => this.#keep(line));
        }
        return once(lines, 'line').then(([line]) => line);
    }

    #keep(line) {
        this.#said.push(line);
        if (this.#said.length > KEPT_LINES) {
            this.#said.shift();
        }
    }
}

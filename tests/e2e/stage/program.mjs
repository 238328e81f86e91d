// A program that runs for a test: started, waited for until its first line says where it answers, and ended.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** So much of what a program said is kept for whoever asks why a scenario failed. */
const KEPT_LINES = 60;

export class Program {
    #child;
    #said = [];
    #ended;
    #awaited = new Map();

    /** Starts it; `address` is the last word of the first line on its standard output. */
    static async start(command, args, options = {}) {
        const program = new Program();
        program.#child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
        const failed = once(program.#child, 'error').then(([error]) => Promise.reject(error));
        program.#ended = once(program.#child, 'exit').then(() => undefined);
        const first = program.#listen();
        const line = await Promise.race([first, program.#ended, failed]);
        failed.catch(() => {});
        if (line === undefined) {
            throw new Error(`${command} ended before it answered:\n${program.words()}`);
        }
        program.address = line.split(' ').at(-1);
        return program;
    }

    /** Waits for a line that begins so, unless it was said lately. */
    async says(beginning) {
        const heard = new Promise((resolve) => this.#awaited.set(beginning, () => resolve(true)));
        this.#said.forEach((line) => this.#tell(line));
        if (!(await Promise.race([heard, this.#ended]))) {
            throw new Error(`it ended before it said “${beginning}”:\n${this.words()}`);
        }
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

    /** Wakes whoever waits for such a line. */
    #tell(line) {
        for (const [beginning, wake] of this.#awaited) {
            if (line.startsWith(beginning)) {
                wake();
            }
        }
    }

    #keep(line) {
        this.#tell(line);
        this.#said.push(line);
        if (this.#said.length > KEPT_LINES) {
            this.#said.shift();
        }
    }
}

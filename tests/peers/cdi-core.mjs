// A stand-in for a SuperTokens Core in tests: speaks CDI 5.0 to 5.4 over HTTP and keeps everything in memory. It is
// written from the protocol, uses nothing but Node itself, and is no core for anybody's real users.
//
//   node tests/peers/cdi-core.mjs [--port 3567] [--access-token-seconds 3600] [--api-key KEY] [--slow MS] [--html]
//
// The environment may say the same: CDI_PORT, CDI_ACCESS_TOKEN_SECONDS, CDI_API_KEY. Port 0 takes a free one. The
// first line on standard output ends with the address; from then on it answers. `POST /__test` changes how it
// behaves while it runs, see cdi-core/switches.mjs.

import { parseArgs } from 'node:util';

import { listen } from './cdi-core/server.mjs';

const options = {
    port: { type: 'string', default: process.env.CDI_PORT ?? '0' },
    'access-token-seconds': { type: 'string', default: process.env.CDI_ACCESS_TOKEN_SECONDS ?? '3600' },
    'api-key': { type: 'string', default: process.env.CDI_API_KEY ?? '' },
    slow: { type: 'string', default: '0' },
    html: { type: 'boolean', default: false },
};

const { values } = parseArgs({ options });
const server = await listen({
    port: wholeNumber('--port', values.port),
    accessTokenSeconds: wholeNumber('--access-token-seconds', values['access-token-seconds']),
    apiKey: values['api-key'],
    slow: wholeNumber('--slow', values.slow),
    html: values.html,
});
console.log(`stand-in core answers on ${server.address}`);

for (const signal of ['SIGINT', 'SIGTERM']) {
    process.once(signal, () => server.close());
}

function wholeNumber(name, text) {
    if (!/^\d+$/.test(text)) {
        console.error(`${name} takes a whole number, not \`${text}\``);
        process.exit(2);
    }
    return Number(text);
}

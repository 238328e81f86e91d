// Somebody who reads the pages that show the document, and notes whatever is wrong with them.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const PICTURES = process.env.P2P_PICTURES ?? fileURLToPath(new URL('../../../target/pictures', import.meta.url));

/** A page that shows little has fewer colours: text is drawn in many shades of its own. */
const COLOURS = 100;

/** The document itself. */
export async function readDocument(api) {
    return (await fetch(`${api}/api/v1/openapi.json`)).json();
}

/** Every operation in it. */
export async function operations(api) {
    const { paths } = await readDocument(api);
    return Object.values(paths).flatMap((item) => Object.values(item));
}

/** Opens a page; `complaints` fills with what the console says and with everything that is fetched from elsewhere. */
export async function open({ visitor, api }, path) {
    const page = await visitor.page();
    const complaints = [];
    page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) {
            complaints.push(message.text());
        }
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
        if (!['data:', 'blob:', `${api}/`].some((start) => request.url().startsWith(start))) {
            complaints.push(`asked for ${request.url()}`);
        }
    });
    await page.goto(`${api}${path}`);
    return { page, complaints };
}

/** Keeps what the page shows as `<name>.png` in the folder for pictures, and fails when that is next to nothing. */
export async function keepPicture(page, name) {
    await mkdir(PICTURES, { recursive: true });
    const file = resolve(PICTURES, `${name}.png`);
    const picture = await page.screenshot({ path: file });
    console.log(`a picture of the page: ${file}`);
    const { width, height, colours } = await seen(page, picture);
    assert.deepEqual({ width, height }, page.viewportSize());
    assert.ok(colours >= COLOURS, `${file} has only ${colours} colours`);
}

/** Size and number of colours, as a browser finds them: in a page of its own, which no policy binds. */
async function seen(page, picture) {
    const light = await page.context().newPage();
    const found = await light.evaluate(async (source) => {
        const image = new Image();
        image.src = source;
        await image.decode();
        const { width, height } = image;
        const canvas = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d');
        canvas.drawImage(image, 0, 0);
        const points = new Uint32Array(canvas.getImageData(0, 0, width, height).data.buffer);
        return { width, height, colours: new Set(points).size };
    }, `data:image/png;base64,${picture.toString('base64')}`);
    await light.close();
    return found;
}

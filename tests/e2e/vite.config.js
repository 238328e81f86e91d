// Builds the two pages of the app to `dist`, which the scenarios serve.

import { fileURLToPath } from 'node:url';

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
    root: here('app'),
    plugins: [react()],
    build: {
        outDir: here('dist'),
        emptyOutDir: true,
        // The SDK's prebuilt pages weigh what they weigh.
        chunkSizeWarningLimit: 4096,
        rollupOptions: { input: { prebuilt: here('app/index.html'), controls: here('app/controls.html') } },
    },
});

import { readFileSync } from 'node:fs';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** The example a person can try without a file of their own; one copy in the repository, served beside the web. */
const EXAMPLES = ['country-guide.jsonl', 'country-guide.validation.jsonl'];

function exampleDatasets(): Plugin {
  const read = (file: string) => readFileSync(new URL(`../examples/${file}`, import.meta.url));
  return {
    name: 'example-datasets',
    generateBundle() {
      for (const file of EXAMPLES) {
        this.emitFile({ type: 'asset', fileName: `examples/${file}`, source: read(file) });
      }
    },
    configureServer(server) {
      for (const file of EXAMPLES) {
        server.middlewares.use(`/examples/${file}`, (_request, response) => void response.end(read(file)));
      }
    },
  };
}

/** Strict CSP (`script-src 'self'; style-src 'self'`): nothing is inlined into the page, no polyfill, no source map. */
export default defineConfig({
  root: new URL('.', import.meta.url).pathname,
  plugins: [react(), tailwindcss(), exampleDatasets()],
  resolve: {
    alias: {
      // Radix locks scrolling with an injected <style> element, which the CSP refuses: ours is a constructed sheet.
      'react-style-singleton': new URL('./src/lib/style-singleton.ts', import.meta.url).pathname,
    },
  },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    sourcemap: false,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2023',
  },
});

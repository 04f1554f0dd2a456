import { defineConfig } from 'vite'

/** The console as static files: `index.html` and assets whose names carry a hash of their content. */
export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ['source', 'module', 'browser', 'default'] },
  build: {
    target: 'es2023',
    cssTarget: ['chrome125', 'firefox125', 'safari17.5'],
    // The server's content security policy is `default-src 'self'`: nothing inline, no data: URIs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
})

import { defineConfig, type Plugin } from 'vite'

/** What the entry itself needs, which runs before the rest has come. */
const ENTRY = /[\\/]src[\\/](?:main|trace-rows[\\/](?:expected-trace|trace-client)|trace-id)\.ts$/

/** The console as static files: `index.html` and assets whose names carry a hash of their content. */
export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ['source', 'module', 'browser', 'default'] },
  plugins: [preloadFrame()],
  build: {
    target: 'es2023',
    cssTarget: ['chrome125', 'firefox125', 'safari17.5'],
    // The server's content security policy is `default-src 'self'`: nothing inline, no data: URIs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What several pages share is one file: a dozen small ones take a browser as many requests.
          groups: [
            { name: 'main', test: ENTRY, priority: 1 },
            { name: 'shared', minShareCount: 2 },
          ],
        },
      },
    },
  },
})

/** Has the browser fetch the frame beside the entry, which asks for it only when it runs. */
function preloadFrame(): Plugin {
  return {
    name: 'preload-frame',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle = {} }) => {
        const chunks = Object.values(bundle).filter((file) => file.type === 'chunk')
        const frame = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith('/frame.tsx'))
        if (frame === undefined) throw new Error('the build has no frame')
        const entry = chunks.find(({ isEntry }) => isEntry)?.fileName
        const files = [frame.fileName, ...frame.imports].filter((file) => file !== entry)
        return files.map((file) => ({
          tag: 'link',
          attrs: { rel: 'modulepreload', crossorigin: true, href: `/${file}` },
          injectTo: 'head',
        }))
      },
    },
  }
}

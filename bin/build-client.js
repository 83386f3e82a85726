/** Bundles the client library for browsers: `dist/client/leither-client.js`. */
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const path = (file) => fileURLToPath(new URL(`../${file}`, import.meta.url))

await build({
  entryPoints: [path('dist/client/index.js')],
  outfile: path('dist/client/leither-client.js'),
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
})

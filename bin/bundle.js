/**
 * Bundles the program into few files, `dist/bundle`: a node that reads four files in place of eight
 * hundred starts in a third of the time and keeps less text in memory.
 */
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const path = (file) => fileURLToPath(new URL(`../${file}`, import.meta.url))

rmSync(path('dist/bundle'), { recursive: true, force: true })
await build({
  // One folder deep, like the folders of `dist`: what is found beside the code is found from here.
  entryPoints: [path('dist/cli/index.js')],
  outdir: path('dist/bundle'),
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // Names of classes are names of errors: they stay.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  // It brings a binary, found beside its own files.
  external: ['classic-level'],
  // What is CommonJS inside asks for Node's modules by `require`.
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module';const require=makeRequire(import.meta.url);",
  },
  logLevel: 'warning',
})

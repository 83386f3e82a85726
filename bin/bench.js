#!/usr/bin/env node
/**
 * Builds, turns bench/*.ts into build/bench/*.js, and runs the suite named on the command line. The
 * folders of `src` are used as built; what a part of bench takes from inside a folder is bundled in.
 */
import { spawnSync } from 'node:child_process'
import { readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
process.chdir(root)
// Standard output is for the figures.
const sources = spawnSync(process.execPath, ['bin/build.js'], { stdio: ['ignore', 2, 2] })
if (sources.status !== 0) process.exit(1)

/** Parts load each other when they run: one that is missing or broken stops no other. */
const partsStayApart = {
  name: 'parts-stay-apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\// }, ({ path, importer }) =>
      dirname(importer) === join(root, 'bench') ? { path, external: true } : undefined,
    )
  },
}

rmSync('build/bench', { recursive: true, force: true })
const { build } = await import('esbuild')
const parts = readdirSync('bench').filter((name) => name.endsWith('.ts'))
const built = await Promise.allSettled(
  parts.map((name) =>
    build({
      entryPoints: [`bench/${name}`],
      outdir: 'build/bench',
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      external: ['#*'],
      // `sideEffects` of package.json speaks of `dist`, not of the sources that are bundled here.
      ignoreAnnotations: true,
      plugins: [partsStayApart],
      logLevel: 'error',
    }),
  ),
)
for (const [i, { status }] of built.entries()) {
  if (status === 'rejected') process.stderr.write(`bench/${parts[i]} could not be built\n`)
}
const run = spawnSync(process.execPath, ['build/bench/run.js', ...process.argv.slice(2)], {
  stdio: 'inherit',
})
process.exitCode = run.status ?? 1

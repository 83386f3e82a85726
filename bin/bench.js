#!/usr/bin/env node
// Builds, turns bench/*.ts into build/bench/*.js, and runs the suite named on the command line.
import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
process.chdir(root)
execFileSync(process.execPath, ['bin/build.js'], { stdio: ['ignore', 2, 2] })
const { buildSync } = await import('esbuild')
const entryPoints = readdirSync('bench')
  .filter((name) => name.endsWith('.ts'))
  .map((name) => `bench/${name}`)
buildSync({ entryPoints, outdir: 'build/bench', format: 'esm', platform: 'node', target: 'node20' })
const run = spawnSync(
  process.execPath,
  ['--expose-gc', 'build/bench/run.js', ...process.argv.slice(2)],
  { stdio: 'inherit' },
)
process.exitCode = run.status ?? 1

/** Builds everything: sources to `dist`, the client for browsers, the desktop to `console/dist`. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

function run(label, file, args) {
  const began = performance.now()
  const { status } = spawnSync(process.execPath, [file, ...args], { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
  process.stdout.write(`  ${label}  ${((performance.now() - began) / 1000).toFixed(1)} s\n`)
}

run('sources', 'node_modules/typescript/bin/tsc', ['-p', 'tsconfig.json'])
run('client ', 'bin/build-client.js', [])
if (existsSync(`${root}/console/index.html`)) {
  run('desktop', 'node_modules/vite/bin/vite.js', ['build', 'console', '--logLevel', 'warn'])
}

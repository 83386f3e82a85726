/** Builds everything: sources to `dist`, the client for browsers, the desktop to `console/dist`. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, gzipSync } from 'node:zlib'

const root = fileURLToPath(new URL('..', import.meta.url))

function run(label, file, args) {
  const began = performance.now()
  const { status } = spawnSync(process.execPath, [file, ...args], { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
  process.stdout.write(`  ${label}  ${((performance.now() - began) / 1000).toFixed(1)} s\n`)
}

/** Copies of the desktop and the client that browsers take packed: packed once, not each time. */
function pack(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = `${folder}/${entry.name}`
    if (entry.isDirectory()) pack(file)
    else if (/\.(js|css|html|svg|json|webmanifest)$/.test(entry.name)) packFile(file)
  }
}

function packFile(file) {
  const bytes = readFileSync(file)
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }))
  writeFileSync(`${file}.br`, brotliCompressSync(bytes))
}

/** Files in `dist` whose source is gone would still be found by imports and by doors. */
function removeOrphans(folder) {
  for (const entry of readdirSync(`${root}dist${folder}`, { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`
    const source = path.replace(/(\.d\.ts|\.js|\.js\.map|\.d\.ts\.map)$/, '.ts')
    if (
      path.startsWith('/client/leither-client.js') ||
      path === '/bundle' ||
      entry.name.startsWith('.')
    )
      continue
    if (existsSync(`${root}src${entry.isDirectory() ? path : source}`)) {
      if (entry.isDirectory()) removeOrphans(path)
    } else rmSync(`${root}dist${path}`, { recursive: true })
  }
}

const began = Date.now()
const incremental = ['--incremental', '--tsBuildInfoFile', 'dist/.tsbuildinfo']
run('sources', 'node_modules/typescript/bin/tsc', ['-p', 'tsconfig.json', ...incremental])
removeOrphans('')
run('client ', 'bin/build-client.js', [])
packFile(`${root}dist/client/leither-client.js`)
run('program', 'bin/bundle.js', [])
if (existsSync(`${root}/console/index.html`)) {
  run('desktop', 'node_modules/vite/bin/vite.js', ['build', 'console', '--logLevel', 'warn'])
  pack(`${root}console/dist`)
}

// Sources that changed while we built are newer than this.
writeFileSync(`${root}dist/.built`, '')
utimesSync(`${root}dist/.built`, began / 1000, began / 1000)

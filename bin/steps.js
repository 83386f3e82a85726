/** What `npm start` and `npm test` share: packages as the lockfile says, and a fresh build. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
const at = (path) => join(root, path)

export const say = (text) => process.stdout.write(`${text}\n`)

/** Runs a program to its end, its words on our terminal. @returns its exit status */
export function run(program, args, options = {}) {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit', ...options })
  if (error !== undefined) say(`${program} cannot be run: ${error.message}`)
  return status ?? 1
}

export const runNode = (args, options) => run(process.execPath, args, options)

/** Stops with a plain sentence where Node is too old. */
export function demandNode() {
  const major = Number(process.versions.node.split('.')[0])
  if (major >= 20) return
  process.stderr.write(`Leither needs Node.js 20 or newer, this is ${process.versions.node}.\n`)
  process.exit(1)
}

const lockHash = () =>
  createHash('sha256')
    .update(readFileSync(at('package-lock.json')))
    .digest('hex')
const lockMark = 'node_modules/.installed-lock'

function isInstalled() {
  if (!existsSync(at('node_modules/.package-lock.json'))) return false
  if (existsSync(at(lockMark))) return readFileSync(at(lockMark), 'utf8') === lockHash()
  const changed = (path) => statSync(at(path)).mtimeMs
  return changed('node_modules/.package-lock.json') >= changed('package-lock.json')
}

/** Runs npm quietly. @returns what it said where it failed */
function npm(args) {
  const given = process.env.npm_execpath
  const all = [...args, '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  const [program, words] = given === undefined ? ['npm', all] : [process.execPath, [given, ...all]]
  const { status, error, stdout, stderr } = spawnSync(program, words, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  return status === 0 ? undefined : `${error?.message ?? ''}${stdout}${stderr}`
}

/** Installs packages as the lockfile names them, where they are missing or others. */
export function installPackages() {
  if (isInstalled()) return
  say('Installing packages (once, and after updates; a minute or so) …')
  // The strict way refuses a lockfile without the binaries of every other platform, as it is written
  // behind registries that mirror only some; the other way takes the same versions from it.
  const failed = npm(['ci']) === undefined ? undefined : npm(['install', '--no-save'])
  if (failed !== undefined) {
    process.stderr.write(`${failed}\nThe packages could not be installed; see above.\n`)
    process.exit(1)
  }
  writeFileSync(at(lockMark), lockHash())
}

const sources = ['src', 'console', 'bin', 'package.json', 'package-lock.json', 'tsconfig.json']
const made = new Set(['dist', 'node_modules'])

/** Time of the newest file below, in milliseconds since 1970. */
function newest(path) {
  if (!existsSync(path)) return 0
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  const names = readdirSync(path)
  const inside = names.filter((name) => !made.has(name)).map((name) => newest(join(path, name)))
  // A folder's own time tells of files that were removed; one that holds a build changes with it.
  const own = names.some((name) => made.has(name)) ? 0 : stat.mtimeMs
  return Math.max(own, ...inside)
}

/** `bin/build.js` gives it the time at which it began. */
const buildMark = at('dist/.built')

function isBuilt() {
  if (!existsSync(buildMark)) return false
  const changed = Math.max(...sources.map((path) => newest(at(path))))
  return statSync(buildMark).mtimeMs >= changed
}

/** Builds where a source is newer than the last build. @returns whether all is well */
export function buildIfStale() {
  if (isBuilt()) return true
  say('Building …')
  return runNode(['bin/build.js']) === 0
}

/**
 * `npm test`: installs what the tests need, builds, checks, runs every test, and ends with one line,
 * `N passed, M failed`. A check that fails, such as the linter, counts as one failed.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { buildIfStale, demandNode, installPackages, root, run, runNode, say } from './steps.js'

demandNode()
process.chdir(root)

/** Programs and real input of the tests, as Debian packages: `probe` is there once they are. */
const systemPackages = JSON.parse(readFileSync('test/system-packages.json', 'utf8'))

/** Whether a path exists; its last `*` stands for any characters within one name. */
function isThere(probe) {
  const star = probe.split('/').findIndex((name) => name.includes('*'))
  if (star < 0) return existsSync(probe)
  const names = probe.split('/')
  const folder = names.slice(0, star).join('/')
  const [begin, end] = names[star].split('*')
  if (!existsSync(folder)) return false
  return readdirSync(folder).some(
    (name) =>
      name.startsWith(begin) &&
      name.endsWith(end) &&
      existsSync(join(folder, name, ...names.slice(star + 1))),
  )
}

const missing = () => systemPackages.filter(({ probe }) => !isThere(probe))

function installSystemPackages() {
  const names = missing().map(({ name }) => name)
  if (names.length === 0) return true
  const isRoot = process.getuid?.() === 0
  const apt = (args) => (isRoot ? run('apt-get', args) : run('sudo', ['-n', 'apt-get', ...args]))
  say(`Installing ${names.join(', ')} …`)
  // Slim images leave documentation out; here it is the real input of tests.
  const docs = ['-o', 'Dpkg::Options::=--path-include=/usr/share/doc/*']
  const env = ['-qq', '-y', '--no-install-recommends']
  process.env.DEBIAN_FRONTEND = 'noninteractive'
  apt(['update', '-qq'])
  if (apt(['install', ...env, ...docs, ...names]) === 0 && missing().length > 0) {
    apt([
      'install',
      '--reinstall',
      ...env,
      ...docs,
      ...names,
      ...missing().flatMap(({ also = [] }) => also),
    ])
  }
  const left = missing().map(({ name }) => name)
  if (left.length === 0) return true
  process.stderr.write(`The tests need ${left.join(', ')}: apt-get install ${left.join(' ')}\n`)
  return false
}

const total = { passed: 0, failed: 0 }
const failures = []

function count(label, ok) {
  if (ok) total.passed++
  else {
    total.failed++
    failures.push(label)
  }
}

function check(label, args) {
  say(`\n— ${label}`)
  count(label, runNode(args) === 0)
}

/** Runs one set of tests and counts them. */
function tests(label, config) {
  say(`\n— ${label}`)
  const file = `artifacts/${label.replace(/\W+/g, '-')}.json`
  rmSync(file, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const { status } = spawnSync(
    process.execPath,
    ['node_modules/vitest/vitest.mjs', 'run', '--config', config, ...reporters],
    { stdio: 'inherit' },
  )
  if (!existsSync(file)) {
    count(label, status === 0)
    return
  }
  const report = JSON.parse(readFileSync(file, 'utf8'))
  total.passed += report.numPassedTests
  total.failed += report.numFailedTests
  for (const { name, assertionResults } of report.testResults) {
    for (const { status: how, fullName } of assertionResults) {
      if (how === 'failed') failures.push(`${name.replace(root, '')}: ${fullName}`)
    }
  }
  // A file that breaks before its first test fails without a failed test.
  if (status !== 0 && report.numFailedTests === 0) count(`${label} (see above)`, false)
}

function end() {
  for (const failure of failures) say(`failed: ${failure}`)
  say(`\n${total.passed} passed, ${total.failed} failed`)
  process.exit(total.failed === 0 ? 0 : 1)
}

/** `npm test -- unit browser` runs these sets alone: checks, unit, processes, browser. */
const wanted = process.argv.slice(2)
const isWanted = (set) => wanted.length === 0 || wanted.includes(set)

function checks() {
  check('lint', ['node_modules/oxlint/bin/oxlint', '--deny-warnings'])
  const tsc = 'node_modules/typescript/bin/tsc'
  check('types', [tsc, '-p', 'tsconfig.check.json'])
  if (existsSync('console/tsconfig.json')) {
    check('types of the desktop', [tsc, '-p', 'console/tsconfig.json', '--noEmit'])
  }
  const prettier = 'node_modules/prettier/bin/prettier.cjs'
  check('format', [prettier, '--check', '--log-level', 'warn', '.'])
}

mkdirSync('artifacts', { recursive: true })
count('system packages', installSystemPackages())
installPackages()
if (!buildIfStale()) {
  count('build', false)
  end()
}
if (isWanted('checks')) checks()
if (isWanted('unit')) tests('unit tests', 'vitest.config.ts')
if (isWanted('processes')) tests('process tests', 'vitest.processes.config.ts')
if (isWanted('browser')) tests('browser tests', 'vitest.browser.config.ts')
end()

#!/usr/bin/env node
/**
 * `npm run mutations`: plants one protocol bug after the other into a bundled copy of the simulator
 * (test/mutations/patches.js) and plays seeds until an invariant breaks. A seed counts only where
 * the true copy stays green. Exit code 1 where fewer than 95 % of the bugs are found.
 */
import { fork } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { patches } from '../test/mutations/patches.js'

const root = fileURLToPath(new URL('..', import.meta.url))
const self = fileURLToPath(import.meta.url)
const folder = `${root}build/mutations/${process.pid}`
/** Small organizations: a bug shows in them as well, and sooner. */
const size = { domains: 2, nodes: 4, pulses: 10, clients: 2 }
/** A run that takes longer than this hangs: that is a finding, too. */
const mostMillis = 180_000
/** Part of the bugs that must be found. */
const target = 0.95

const usage = `usage: npm run mutations -- [options]

  --only WORDS   only bugs whose name has these words; several with commas
  --seeds N      give up after so many seeds; default 500
  --seed S       the first seed; default 1
  --seconds N    give up on a bug after so long; default no limit
  --workers N    processes; default 2
  --json         the table as JSON
  --help         this
`

function readOptions(words) {
  const options = { only: '', seeds: 500, seed: 1, seconds: Infinity, workers: 2, json: false }
  for (let i = 0; i < words.length; i++) {
    const name = words[i].replace(/^--/, '')
    if (name === 'help') return undefined
    if (name === 'json') options.json = true
    else if (name === 'only') options.only = words[++i] ?? ''
    else if (['seeds', 'seed', 'seconds', 'workers'].includes(name) && /^\d+$/.test(words[i + 1])) {
      options[name] = Number(words[++i])
    } else throw new Error(`${words[i]} is no option, or its value is no number; see --help`)
  }
  return options
}

/** Doors of package.json lead to `dist`; the bundle reads the sources that they are built from. */
const { imports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
const sourceDoors = {
  name: 'source-doors',
  setup({ onResolve }) {
    onResolve({ filter: /^#/ }, ({ path }) => {
      const target = imports[path]?.default ?? imports[path]
      return { path: target.replace('./dist/', `${root}src/`).replace(/\.js$/, '.ts') }
    })
  },
}

const planting = ({ file, find, replace }) => ({
  name: 'planting',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      if (path !== `${root}src/${file}`) return undefined
      const source = readFileSync(path, 'utf8')
      if (source.split(find).length !== 2) throw new Error(`${file} does not have "${find}" once`)
      return { contents: source.replace(find, () => replace), loader: 'ts' }
    })
  },
})

/** The simulator with a bug in it; without one where no patch is given. */
async function bundle(name, patch) {
  const { build } = await import('esbuild')
  const outfile = `${folder}/${name}.mjs`
  await build({
    entryPoints: [`${root}src/simulator/index.ts`],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    ignoreAnnotations: true,
    plugins: [...(patch === undefined ? [] : [planting(patch)]), sourceDoors],
    logLevel: 'error',
  })
  return outfile
}

/** One process: plays what it is asked to play, and says what broke. */
async function serve(file) {
  const simulator = await import(pathToFileURL(file).href)
  const tripwire = simulator.layTripwire(syncBuiltinESMExports)
  const { simulatedCast } = simulator
  process.on('message', async ({ seed, wishes, hostile, rules }) => {
    const drawn = simulator.scenarioOf(seed, wishes, simulatedCast)
    const ruled = { ...drawn.rules, ...rules }
    const reorganizes = ruled.cycle < drawn.pulses
    const scenario = cast({ ...drawn, rules: ruled, reorganizes }, hostile)
    const outcome = await simulator.play(scenario, { cast: simulatedCast, tripwire })
    const { failure } = outcome
    process.send(failure === undefined ? {} : { id: failure.id, what: failure.what })
  })
  process.on('disconnect', () => process.exit(0))
  process.send('ready')
}

/** Gives one seat of each committee, or all of a captured one, to the kind that a bug needs. */
function cast(scenario, kind) {
  if (kind === undefined) return scenario
  const { domains, nodes, captured } = scenario
  if (captured !== undefined) {
    const hostile = Array.from({ length: nodes }, (_, seat) => (captured + 1) * nodes + seat)
    return { ...scenario, hostile: hostile.map((node) => ({ node, kind })) }
  }
  const committees = Array.from({ length: domains + 1 }, (_, place) => place * nodes)
  const hostile = committees.map((first) => ({ node: first + 1, kind }))
  return { ...scenario, hostile }
}

/** Plays seeds of one bundle in a process of its own, which is started when it is needed. */
class Player {
  #file
  #child
  constructor(file) {
    this.#file = file
  }

  async play(seed, needs) {
    this.#child ??= await this.#start()
    const child = this.#child
    return new Promise((resolve) => {
      const end = (found) => {
        clearTimeout(timer)
        child.removeAllListeners()
        resolve(found)
      }
      const timer = setTimeout(() => {
        this.stop()
        end({ id: 'HANG', what: `the run did not end in ${mostMillis / 1000} s` })
      }, mostMillis)
      child.once('message', end)
      child.once('exit', (code) => {
        this.#child = undefined
        end({ id: 'CRASH', what: `the process ended (${code})` })
      })
      child.send({ seed, ...needs })
    })
  }

  #start() {
    return new Promise((resolve, reject) => {
      const child = fork(self, ['--serve', this.#file], { stdio: ['ignore', 2, 2, 'ipc'] })
      child.once('message', () => resolve(child))
      child.once('exit', () => reject(new Error(`${this.#file} does not start`)))
    }).then((child) => {
      child.removeAllListeners()
      return child
    })
  }

  stop() {
    this.#child?.kill()
    this.#child = undefined
  }
}

/** Plays seeds with one bug until one breaks that is green without it. */
async function seek(patch, at, options, sound, note) {
  const began = performance.now()
  const seconds = () => (performance.now() - began) / 1000
  const mutant = new Player(await bundle(`bug-${at}`, patch))
  const { hostile, rules } = patch
  const needs = { wishes: { ...size, ...patch.wishes }, hostile, rules }
  const result = { name: patch.name, file: patch.file, seeds: 0, passedOver: 0 }
  try {
    while (result.seeds < options.seeds && seconds() < options.seconds) {
      const seed = String(options.seed + result.seeds)
      result.seeds++
      note(patch.name, result.seeds)
      const found = await mutant.play(seed, needs)
      if (found.id === undefined) continue
      const isSound = (await sound.play(seed, needs)).id === undefined
      if (!isSound) result.passedOver++
      else return { ...result, killedBy: found.id, what: found.what, seed, seconds: seconds() }
    }
    return { ...result, seconds: seconds() }
  } finally {
    mutant.stop()
  }
}

function showProgress(done, all, name, seeds) {
  if (!process.stderr.isTTY) return
  process.stderr.write(`\r${done}/${all}  ${name}: seed ${seeds}`.slice(0, 78).padEnd(79))
}

function tableOf(results) {
  const rows = results.map(({ name, killedBy, seeds, seconds }) => [
    name,
    killedBy ?? 'not found',
    String(seeds),
    seconds.toFixed(0),
  ])
  const all = [['bug', 'found by', 'seeds', 'seconds'], ['---', '---', '---:', '---:'], ...rows]
  return `${all.map((row) => `| ${row.join(' | ')} |`).join('\n')}\n`
}

async function main(given) {
  const options = readOptions(given)
  if (options === undefined) {
    process.stdout.write(usage)
    return
  }
  const words = options.only.split(',')
  const chosen = patches.filter(({ name }) => words.some((word) => name.includes(word)))
  if (chosen.length === 0) throw new Error(`no bug is named "${options.only}"`)
  mkdirSync(folder, { recursive: true })
  const trueCopy = await bundle('true', undefined)
  const waiting = [...chosen.keys()]
  const results = []
  const work = async () => {
    const sound = new Player(trueCopy)
    for (let at = waiting.shift(); at !== undefined; at = waiting.shift()) {
      const note = (name, seeds) =>
        showProgress(results.filter(Boolean).length, chosen.length, name, seeds)
      results[at] = await seek(chosen[at], at, options, sound, note)
      const { name, killedBy, seed, what } = results[at]
      const end = killedBy === undefined ? 'not found' : `${killedBy} at seed ${seed}: ${what}`
      if (!options.json) process.stderr.write(`\r${name}: ${end}\n`.padEnd(80))
    }
    sound.stop()
  }
  try {
    await Promise.all(Array.from({ length: Math.min(options.workers, chosen.length) }, work))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  const found = results.filter(({ killedBy }) => killedBy !== undefined).length
  if (options.json) process.stdout.write(`${JSON.stringify({ found, results }, null, 2)}\n`)
  else process.stdout.write(`${tableOf(results)}\n${found} of ${results.length} bugs found\n`)
  if (found < target * results.length) process.exitCode = 1
}

const [first, ...rest] = process.argv.slice(2)
if (first === '--serve') await serve(rest[0])
else {
  try {
    await main(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 2
  }
}

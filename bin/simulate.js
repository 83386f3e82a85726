#!/usr/bin/env node
/**
 * `npm run simulate -- …`: plays seeds of the simulator. Bundles `src/simulator` with the folders
 * below it, so that nothing else needs to be built, and spreads a range of seeds over processes.
 */
import { fork } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const self = fileURLToPath(import.meta.url)

/** Doors of package.json lead to `dist`; the bundle reads the sources that they were built from. */
function sourceDoors() {
  const { imports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
  return {
    name: 'source-doors',
    setup({ onResolve }) {
      onResolve({ filter: /^#/ }, ({ path }) => {
        const target = imports[path]?.default ?? imports[path]
        return { path: target.replace('./dist/', `${root}src/`).replace(/\.js$/, '.ts') }
      })
    },
  }
}

async function bundleSimulator() {
  const { build } = await import('esbuild')
  const outfile = `${root}build/simulate/${process.pid}.mjs`
  await build({
    entryPoints: [`${root}src/simulator/index.ts`],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    ignoreAnnotations: true,
    sourcemap: 'inline',
    plugins: [sourceDoors()],
    logLevel: 'error',
  })
  return outfile
}

/** One process: plays what it is asked to play, and answers with a summary. */
async function serve(file) {
  const simulator = await import(pathToFileURL(file).href)
  const player = playerOf(simulator)
  process.on('message', async ({ seed, wishes, isTwice }) => {
    const scenario = simulator.scenarioOf(seed, wishes, simulator.simulatedCast)
    process.send(await player(scenario, isTwice))
  })
  process.on('disconnect', () => process.exit(0))
  process.send('ready')
}

/** A function that plays a scenario and measures the processor's time. */
function playerOf(simulator, observers = [], progress = undefined) {
  const tripwire = simulator.layTripwire(syncBuiltinESMExports)
  const { simulatedCast } = simulator
  const cast = { ...simulatedCast, observers: [...simulatedCast.observers, ...observers] }
  return async (scenario, isTwice = false) => {
    const before = process.cpuUsage()
    const play = isTwice ? simulator.playTwice : simulator.play
    const outcome = await play(scenario, { cast, tripwire, progress })
    const { user, system } = process.cpuUsage(before)
    return simulator.summaryOf(outcome, (user + system) / 1000)
  }
}

const width = 30

function showProgress(done, all, note) {
  if (!process.stderr.isTTY) return
  const filled = Math.round((width * done) / all)
  const bar = '#'.repeat(filled).padEnd(width, '.')
  process.stderr.write(`\r${bar} ${done}/${all}${note}  `)
  if (done === all) process.stderr.write('\n')
}

/** Plays a range of seeds, each in the process that is free first. */
async function playRange(simulator, command, file) {
  const seeds = simulator.seedsOf(command)
  const waiting = [...seeds.keys()]
  const summaries = []
  const began = performance.now()
  const children = []
  const work = () =>
    new Promise((resolve, reject) => {
      const child = fork(self, ['--serve', file], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        // Most of what a run makes lives for one event: more room for the young costs the least.
        execArgv: ['--max-semi-space-size=64'],
      })
      children.push(child)
      let at
      const next = () => {
        at = waiting.shift()
        if (at === undefined) {
          child.disconnect()
          resolve()
        } else child.send({ seed: seeds[at], wishes: command.wishes, isTwice: at % 100 === 50 })
      }
      child.on('message', (answer) => {
        if (answer !== 'ready') {
          summaries[at] = answer
          const failed = summaries.filter((summary) => summary?.failure !== undefined).length
          const done = summaries.filter((summary) => summary !== undefined).length
          if (answer.failure !== undefined && !command.isJson) {
            process.stdout.write(`\n${simulator.failureText(answer)}`)
          }
          showProgress(done, seeds.length, failed > 0 ? `, ${failed} failed` : '')
        }
        next()
      })
      child.on('error', reject)
      child.on('exit', (code) => {
        if (at !== undefined) reject(new Error(`the process of seed ${seeds[at]} ended (${code})`))
      })
    })
  const count = Math.min(command.workers, seeds.length)
  await Promise.all(Array.from({ length: count }, work))
  return { summaries, seconds: (performance.now() - began) / 1000 }
}

function rangeResult(command, { summaries, seconds }) {
  const failed = summaries.filter(({ failure }) => failure !== undefined)
  const marks = {}
  for (const summary of summaries) {
    for (const [mark, count] of Object.entries(summary.marks)) {
      marks[mark] = (marks[mark] ?? 0) + count
    }
  }
  const sum = (member) => summaries.reduce((total, summary) => total + summary[member], 0)
  return {
    seeds: summaries.length,
    green: summaries.length - failed.length,
    seconds: Number(seconds.toFixed(1)),
    cpuSeconds: Number((sum('cpuMillis') / 1000).toFixed(1)),
    events: sum('steps'),
    messages: sum('messages'),
    marks,
    failures: failed.map(({ scenario, failure }) => ({ scenario, failure })),
  }
}

function sayRange(simulator, command, result) {
  if (command.isJson) {
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
    return
  }
  const { seeds, green, seconds, cpuSeconds, events } = result
  const failed = result.failures.map(({ scenario }) => scenario.seed)
  process.stdout.write(
    `${green} of ${seeds} seeds green in ${seconds} s (${cpuSeconds} s of processor, ` +
      `${events} events)\n${failed.length > 0 ? `failed: ${failed.join(' ')}\n` : ''}` +
      simulator.marksText(result.marks),
  )
}

/** Plays one scenario, with a picture or a smaller copy of it where that was asked for. */
async function playOne(simulator, command) {
  const scenario =
    command.replay === undefined
      ? simulator.scenarioOf(command.seed, command.wishes, simulator.simulatedCast)
      : readScenario(command.replay)
  const recorder = simulator.recorder()
  const observers = command.trace === undefined ? [] : [recorder.observer]
  const player = playerOf(simulator, observers, (millis) =>
    showProgress(Math.min(millis / 1000, scenario.pulses), scenario.pulses, ' pulses'),
  )
  const summary = await player(scenario)
  if (command.trace !== undefined) writeFileSync(command.trace, recorder.page(summary))
  const isGreen = summary.failure === undefined
  if (command.isJson) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`)
  else if (isGreen) {
    process.stdout.write(simulator.successText(summary) + simulator.marksText(summary.marks))
  } else process.stdout.write(simulator.failureText(summary))
  if (!isGreen && command.isShrinking) await shrinkOne(simulator, player, summary)
  return isGreen
}

async function shrinkOne(simulator, player, { scenario, failure }) {
  const stillFails = async (smaller) => (await player(smaller)).failure?.id === failure.id
  const tell = ({ pulses, faults, hostile, clients }) =>
    process.stderr.write(
      `${pulses} pulses, ${faults.length} faults, ${hostile.length} hostile, ${clients} clients\n`,
    )
  const smallest = await simulator.shrink(scenario, stillFails, tell)
  process.stdout.write(`${JSON.stringify(smallest, null, 2)}\n`)
}

function readScenario(file) {
  try {
    const value = JSON.parse(readFileSync(file, 'utf8'))
    return value.scenario ?? value
  } catch (error) {
    throw new Error(`${file} holds no scenario (${error.message}); print one with --json`)
  }
}

async function main(words) {
  const file = await bundleSimulator()
  try {
    const simulator = await import(pathToFileURL(file).href)
    const command = simulator.parseCommand(words)
    if (command.isHelp) {
      process.stdout.write(simulator.helpText(simulator.simulatedCast.hostile))
      return
    }
    if (command.modelCheck !== undefined) {
      const bound = { views: 2, hostile: [command.modelCheck], mostStates: 2_000_000 }
      const found = simulator.modelCheck(bound)
      const { states, isExhausted, violation = 'nothing that must not be' } = found
      const extent = isExhausted ? 'all there are within two views' : 'more are left'
      const text = `${states} states (${extent}): ${violation}`
      process.stdout.write(`${command.isJson ? JSON.stringify(found) : text}\n`)
      if (found.violation !== undefined) process.exitCode = 1
      return
    }
    if (command.seeds === 1 || command.replay !== undefined) {
      if (!(await playOne(simulator, command))) process.exitCode = 1
      return
    }
    const result = rangeResult(command, await playRange(simulator, command, file))
    sayRange(simulator, command, result)
    if (result.failures.length > 0) process.exitCode = 1
  } finally {
    rmSync(file, { force: true })
  }
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

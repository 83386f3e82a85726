/** The command `simulate`: its options, its help, and what it says. */
import { ScenarioInvalid } from './errors.js'
import { hostileWish, type Wishes } from './expand.js'
import { damageFaults, faultKinds, networkFaults, nodeFaults } from './fault-draw.js'
import type { Outcome } from './run.js'
import type { Scenario } from './scenario.js'

export interface Command {
  readonly seed: string
  /** how many seeds: this one and those after it */
  readonly seeds: number
  readonly wishes: Wishes
  readonly isJson: boolean
  readonly isShrinking: boolean
  readonly isHelp: boolean
  /** file for the picture */
  readonly trace: string | undefined
  /** file with a scenario */
  readonly replay: string | undefined
  readonly workers: number
  /** hostile seat of a search through all states, in place of a run */
  readonly modelCheck: number | undefined
}

const options = {
  '--seed': 'S          the run to play (a number or a word); default 1',
  '--seeds': 'N         so many seeds, from S on',
  '--domains': 'D       branches; default 4',
  '--nodes': 'N         bookkeepers of each branch and of the root; default 4',
  '--pulses': 'P        length of the first phase; default 60',
  '--clients': 'C       nodes of clients; default 4',
  '--faults': 'KINDS    all, none, or a list with commas; default all',
  '--real': '           real signatures (Ed25519) in place of cheap ones',
  '--captured': '       one branch has none but hostile bookkeepers',
  '--own-copies': '     each receiver decodes its own copy of a message',
  '--json': '           figures as JSON',
  '--trace': 'FILE      writes a picture of the run (HTML)',
  '--shrink': '         makes a failing run as small as it gets',
  '--replay': 'FILE     plays a scenario that was printed',
  '--workers': 'N       processes for a range of seeds; default 2',
  '--model-check': 'S   visits all states of four bookkeepers in two views, seat S hostile',
  '--help': '           this',
} as const
type Option = keyof typeof options

const flags = new Set<Option>([
  '--real',
  '--captured',
  '--own-copies',
  '--json',
  '--shrink',
  '--help',
])

const isOption = (word: string): word is Option => word in options

/** What the command says of itself. @param hostile names and deeds of hostile kinds */
export function helpText(hostile: readonly { readonly name: string; readonly does: string }[]) {
  const lines = Object.entries(options).map(([name, rest]) => `  ${name} ${rest}`)
  return [
    'usage: npm run simulate -- [options]',
    '',
    'Plays whole organizations in one process: network, disks, clocks, hostile nodes, all from one',
    'seed. The same seed is the same run. Exit code 1 where an invariant did not hold.',
    '',
    ...lines,
    '',
    `network faults: ${networkFaults.join(' ')}`,
    `node faults:    ${nodeFaults.join(' ')}`,
    `disk damage:    ${damageFaults.join(' ')}`,
    `hostile nodes:  ${hostileWish}`,
    ...hostile.map(({ name, does }) => `  ${name}: ${does}`),
    '',
  ].join('\n')
}

function readWords(words: readonly string[]): Map<Option, string> {
  const given = new Map<Option, string>()
  for (let i = 0; i < words.length; i++) {
    const word = words[i]
    if (!isOption(word)) {
      const near = Object.keys(options).join(' ')
      throw new ScenarioInvalid(`there is no option ${word}`, `choose among ${near}`)
    }
    if (flags.has(word)) given.set(word, '')
    else if (i + 1 < words.length && !isOption(words[i + 1])) given.set(word, words[++i])
    else throw new ScenarioInvalid(`${word} has no value`, `write ${word} and its value`)
  }
  return given
}

function wholeNumber(given: ReadonlyMap<Option, string>, name: Option): number | undefined {
  const text = given.get(name)
  if (text === undefined) return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new ScenarioInvalid(`${name} ${text} is no whole number`, `write ${name} 4, for example`)
}

function faultList(text: string | undefined): readonly string[] | undefined {
  if (text === undefined || text === 'all') return undefined
  if (text === 'none') return []
  const known = new Set<string>([...faultKinds, hostileWish])
  const kinds = text.split(',').filter((kind) => kind !== '')
  const strange = kinds.find((kind) => !known.has(kind))
  if (strange === undefined) return kinds
  throw new ScenarioInvalid(`there is no fault ${strange}`, `choose among ${[...known].join(' ')}`)
}

function seatOf(seat: number | undefined): number | undefined {
  if (seat === undefined || seat < 4) return seat
  throw new ScenarioInvalid(`there is no seat ${seat} among four`, 'write 0 to 3')
}

/** Reads the words after the command. @throws ScenarioInvalid */
export function parseCommand(words: readonly string[]): Command {
  const given = readWords(words)
  const optional = (name: keyof Wishes, option: Option): Wishes => {
    const value = wholeNumber(given, option)
    return value === undefined ? {} : { [name]: value }
  }
  const faults = faultList(given.get('--faults'))
  return {
    seed: given.get('--seed') ?? '1',
    seeds: Math.max(1, wholeNumber(given, '--seeds') ?? 1),
    wishes: {
      ...optional('domains', '--domains'),
      ...optional('nodes', '--nodes'),
      ...optional('pulses', '--pulses'),
      ...optional('clients', '--clients'),
      ...(faults === undefined ? {} : { faults }),
      ...(given.has('--real') ? { signatures: 'real' } : {}),
      ...(given.has('--own-copies') ? { copies: 'own' } : {}),
      ...(given.has('--captured') ? { captured: true } : {}),
    },
    isJson: given.has('--json'),
    isShrinking: given.has('--shrink'),
    isHelp: given.has('--help'),
    trace: given.get('--trace'),
    replay: given.get('--replay'),
    workers: Math.max(1, wholeNumber(given, '--workers') ?? 2),
    modelCheck: seatOf(wholeNumber(given, '--model-check')),
  }
}

/** The seeds of a range: numbers count on, words get a number. */
export const seedsOf = ({ seed, seeds }: Command): readonly string[] =>
  Array.from({ length: seeds }, (_, i) => {
    if (/^\d{1,15}$/.test(seed)) return String(Number(seed) + i)
    return i === 0 ? seed : `${seed}-${i}`
  })

/** What travels between processes and into `--json`. */
export interface Summary extends Omit<Outcome, 'marks' | 'pulse'> {
  readonly pulse: number
  readonly marks: Readonly<Record<string, number>>
  /** milliseconds of the processor */
  readonly cpuMillis: number
}

export const summaryOf = (outcome: Outcome, cpuMillis: number): Summary => ({
  ...outcome,
  pulse: Number(outcome.pulse),
  marks: Object.fromEntries([...outcome.marks].sort(([a], [b]) => (a < b ? -1 : 1))),
  cpuMillis: Math.round(cpuMillis),
})

/** A failing run for people: what broke, and how to see it again. */
export function failureText({ scenario, failure }: Pick<Summary, 'scenario' | 'failure'>): string {
  if (failure === undefined) return ''
  return [
    `seed ${scenario.seed} fails at ${(failure.time / 1000).toFixed(3)} s: ${failure.what}`,
    ...failure.stack.split('\n').slice(1, 9),
    `options: ${JSON.stringify(scenario)}`,
    `again:   npm run simulate -- --seed ${scenario.seed}${againOf(scenario)}`,
    '',
  ].join('\n')
}

function againOf(scenario: Scenario): string {
  const { domains, nodes, pulses, clients, signatures, captured, kinds } = scenario
  const parts = [` --domains ${domains} --nodes ${nodes} --pulses ${pulses} --clients ${clients}`]
  if (kinds !== undefined) parts.push(` --faults ${kinds.join(',') || 'none'}`)
  if (signatures === 'real') parts.push(' --real')
  if (captured !== undefined) parts.push(' --captured')
  return parts.join('')
}

/** One good run for people. */
export const successText = (summary: Summary): string =>
  [
    `seed ${summary.scenario.seed}: green`,
    `  ${summary.pulse} pulses in ${(summary.millis / 1000).toFixed(1)} simulated seconds`,
    `  ${summary.steps} events, ${summary.messages} messages, ${summary.bytes} bytes`,
    `  ${summary.scenario.faults.length} faults, ${summary.scenario.hostile.length} hostile nodes`,
    `  ${summary.cpuMillis} ms of processor, trace ${summary.trace}`,
    '',
  ].join('\n')

/** How often each rare path was taken, over many runs. */
export function marksText(marks: Readonly<Record<string, number>>): string {
  const lines = Object.entries(marks).sort(([a], [b]) => (a < b ? -1 : 1))
  if (lines.length === 0) return ''
  const width = Math.max(...lines.map(([mark]) => mark.length))
  return ['rare paths', ...lines.map(([m, n]) => `  ${m.padEnd(width)}  ${n}`), ''].join('\n')
}

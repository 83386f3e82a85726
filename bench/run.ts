/** `npm run bench -- SUITE [--json] [--quick] [--save] [--only PART]`: figures beside limits. */
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import type { Figure } from './figure.js'
import { type Target, targets } from './targets.js'

interface Part {
  readonly name: string
  readonly run: (quick: boolean) => Promise<readonly Figure[]>
}

/** Each part is loaded when its turn comes: one that is missing or broken stops no other. */
const suites: Record<string, readonly Part[]> = {
  light: [
    { name: 'start', run: async () => (await import('./start.js')).startFigures() },
    { name: 'disk', run: async (q) => (await import('./disk.js')).diskFigures(q) },
    { name: 'database', run: async (q) => (await import('./database.js')).databaseFigures(q) },
    { name: 'blocks', run: async (q) => (await import('./blocks.js')).blocksFigures(q) },
    { name: 'stream', run: async (q) => (await import('./stream.js')).streamFigures(q) },
    { name: 'network', run: async (q) => (await import('./network.js')).networkFigures(q) },
  ],
  ledger: [
    { name: 'tree', run: async (q) => (await import('./ledger-tree.js')).ledgerTreeFigures(q) },
    { name: 'store', run: async (q) => (await import('./ledger-store.js')).ledgerStoreFigures(q) },
    { name: 'system', run: async (q) => (await import('./ledger-system.js')).systemFigures(q) },
    { name: 'roles', run: async (q) => (await import('./ledger-roles.js')).ledgerRolesFigures(q) },
    { name: 'seeds', run: async (q) => (await import('./ledger-seeds.js')).ledgerSeedFigures(q) },
  ],
}

const partsOf = (suite: string): string => suites[suite].map(({ name }) => name).join(', ')

const help = `npm run bench -- SUITE [--json] [--quick] [--save] [--only PART]
  SUITE     ${Object.keys(suites).join(', ')}
  --json    one JSON object a line: name, value, unit, limit, ratio
  --quick   less data, for a first look
  --save    write the table to bench/RESULTS.md, with the commit
  --only    one part:
${Object.keys(suites)
  .map((suite) => `              ${suite}: ${partsOf(suite)}`)
  .join('\n')}`

const round = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(3)

const meets = (figure: Figure, target: Target | undefined): boolean =>
  target === undefined ||
  ((target.atLeast === undefined || figure.ratio >= target.atLeast) &&
    (target.atMost === undefined || figure.ratio <= target.atMost) &&
    (target.leastValue === undefined || figure.value >= target.leastValue) &&
    (target.mostValue === undefined || figure.value <= target.mostValue))

function row(figure: Figure): string[] {
  const target = targets[figure.name]
  const mark = target === undefined ? '' : meets(figure, target) ? 'yes' : 'NO'
  return [
    figure.name,
    `${round(figure.value)} ${figure.unit}`,
    `${round(figure.limit)} ${figure.unit}`,
    figure.ratio.toFixed(2),
    target?.text ?? '',
    mark,
  ]
}

const heading = ['name', 'value', 'limit or peer', 'ratio', 'target', 'met']
const table = (rows: readonly string[][]): string =>
  [heading, heading.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

async function save(suite: string, figures: readonly Figure[]): Promise<void> {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim()
  const cpu = cpus()
  const load = loadavg()[0].toFixed(1)
  const section = [
    `## ${suite}`,
    '',
    `Commit ${commit}, Node ${process.version}, ${cpu.length} x ${cpu[0].model.trim()}. ` +
      `\`npm run bench -- ${suite} --save\`. Load ${load}. On a noisy machine ratios say more than values.`,
    '',
    table(figures.map(row)),
    '',
  ].join('\n')
  const path = 'bench/RESULTS.md'
  let text = ''
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    text = '# Results\n\nEach figure stands beside its limit or peer, measured in the same run.\n'
  }
  const parts = text.split(/\n(?=## )/).filter((part) => !part.startsWith(`## ${suite}\n`))
  const page = [...parts.map((part) => part.trimEnd()), section].join('\n\n')
  const { format } = await import('prettier')
  writeFileSync(path, await format(page, { parser: 'markdown' }))
}

/** Runs one part in this process. */
async function figuresHere({ name, run }: Part, quick: boolean): Promise<readonly Figure[]> {
  process.stderr.write(`${name} …\n`)
  try {
    return await run(quick)
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    process.stderr.write(`${name} failed: ${text}\n`)
    process.exitCode = 1
    return []
  }
}

/**
 * Runs one part in a process of its own: what one leaves in memory, the collector would look through
 * again and again while the next is measured. One that fails says so; the others have their turn.
 */
function figuresApart(suite: string, { name }: Part, quick: boolean): readonly Figure[] {
  const args = [suite, '--json', '--only', name, ...(quick ? ['--quick'] : [])]
  const { status, stdout } = spawnSync(process.execPath, [process.argv[1], ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  })
  if (status !== 0) process.exitCode = 1
  const lines = stdout.split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as Figure)
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      quick: { type: 'boolean' },
      save: { type: 'boolean' },
      only: { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  const [suite = ''] = positionals
  if (values.help === true || !Object.hasOwn(suites, suite)) {
    process.stderr.write(`${help}\n`)
    process.exitCode = values.help === true ? 0 : 2
    return
  }
  if (values.save === true && (values.only ?? values.quick) !== undefined) {
    process.stderr.write('error: --save keeps whole runs only, without --only and --quick\n')
    process.exitCode = 2
    return
  }
  const chosen = suites[suite].filter(({ name }) => [undefined, name].includes(values.only))
  if (chosen.length === 0) {
    process.stderr.write(`error: there is no part "${values.only}" of ${suite}\n\n${help}\n`)
    process.exitCode = 2
    return
  }
  const figures: Figure[] = []
  for (const part of chosen) {
    const quick = values.quick === true
    const isAlone = values.only !== undefined
    const found = isAlone ? await figuresHere(part, quick) : figuresApart(suite, part, quick)
    for (const figure of found) {
      figures.push(figure)
      if (values.json === true) process.stdout.write(`${JSON.stringify(figure)}\n`)
    }
  }
  if (values.json !== true) process.stdout.write(`${table(figures.map(row))}\n`)
  if (values.save === true && process.exitCode === undefined) await save(suite, figures)
}

await main()
process.exit()

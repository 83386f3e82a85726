/** A writing process is killed at any moment: all that it acknowledged is there, batches whole. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fromText, toText } from '#base'
import type { Disk } from '#world'
import { openDisk } from './disk.js'

const source = fileURLToPath(new URL('..', import.meta.url))
const rounds = 15
const batchKeys = 3

/**
 * Writes batches, files and batches that are not durable, several at a time, and says the number of
 * each when it was acknowledged, in a way that outlives the process.
 */
const writer = `
  import { writeSync } from 'node:fs'
  import { openDisk } from './disk.js'

  const [, , home, start] = process.argv
  let next = Number(start)
  const text = (value) => new TextEncoder().encode(value)

  async function main() {
    const disk = await openDisk({ home })
    const write = async (durable) => {
      const number = next++
      const value = text(String(number).repeat(1 + (number % 200)))
      const changes = Array.from({ length: ${batchKeys} }, (_, i) =>
        ({ key: text('key/' + number + '/' + i), value }))
      await disk.write(changes, { durable })
      writeSync(1, 'key ' + number + '\\n')
    }
    const writeFile = async () => {
      const number = next++
      await disk.files.write('folder' + (number % 5) + '/' + number, text('file ' + number))
      writeSync(1, 'file ' + number + '\\n')
    }
    const forever = async (action) => { for (;;) await action() }
    await Promise.all([
      forever(() => write(true)), forever(() => write(true)), forever(() => write(true)),
      forever(() => write(false)), forever(writeFile), forever(writeFile),
    ])
  }
  void main()
`

let folder: string
let script: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leither-crash-'))
  script = join(folder, 'writer.cjs')
  await build({
    stdin: { contents: writer, resolveDir: join(source, 'host'), loader: 'ts' },
    bundle: true,
    platform: 'node',
    outfile: script,
    external: ['classic-level'],
    alias: {
      '#base': join(source, 'base/index.ts'),
      '#world': join(source, 'world/index.ts'),
      // The writer hashes nothing: it can do without the native hash of the other one.
      '#digest': join(source, 'base/digest-browser.ts'),
    },
  })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

interface Said {
  readonly keys: number[]
  readonly files: number[]
}

interface Death {
  /** acknowledgements to wait for */
  readonly after: number
  /** what to do then, while the writer goes on */
  readonly meanwhile: () => Promise<unknown>
}

/** Starts the writer at a number, lets it write for a while, kills it. */
async function writeAndDie(home: string, start: number, death: Death): Promise<Said> {
  const child: ChildProcess = spawn(process.execPath, [script, home, String(start)], {
    env: { ...process.env, NODE_PATH: join(source, '../node_modules') },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  let killed: Promise<unknown> | undefined
  const ended = once(child, 'close')
  child.stdout?.setEncoding('utf8')
  child.stdout?.on('data', (piece: string) => {
    said += piece
    if (said.split('\n').length <= death.after) return
    killed ??= death.meanwhile().finally(() => child.kill('SIGKILL'))
  })
  const [code, signal] = (await ended) as [number | null, string | null]
  await killed
  expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' })
  const numbers = (kind: string): number[] =>
    [...said.matchAll(new RegExp(`^${kind} (\\d+)\\n`, 'gm'))].map(([, number]) => Number(number))
  return { keys: numbers('key'), files: numbers('file') }
}

it('keeps others out while it runs, and lets them in when it was killed', async () => {
  const home = join(folder, 'locked')
  const locked = { code: 'HOME_IN_USE', data: { home } }
  const meanwhile = async (): Promise<void> => {
    await expect(openDisk({ home })).rejects.toMatchObject(locked)
  }
  const said = await writeAndDie(home, 0, { after: 5, meanwhile })
  expect(said.keys.length + said.files.length).toBeGreaterThanOrEqual(5)
  await (await openDisk({ home })).close()
})

/** How many keys of each batch are there. */
async function batchesIn(disk: Disk): Promise<Map<number, number>> {
  const batches = new Map<number, number>()
  for await (const [key, value] of disk.scan({ from: fromText('key/') })) {
    const number = Number(toText(key).split('/')[1])
    expect(toText(value)).toBe(String(number).repeat(1 + (number % 200)))
    batches.set(number, (batches.get(number) ?? 0) + 1)
  }
  return batches
}

async function filesIn(disk: Disk): Promise<Set<number>> {
  const files = new Set<number>()
  for await (const name of disk.files.list('')) {
    const number = Number(name.split('/')[1])
    expect(toText((await disk.files.read(name)) ?? new Uint8Array(0))).toBe(`file ${number}`)
    files.add(number)
  }
  return files
}

it('loses nothing that was acknowledged when it is killed', { timeout: 120_000 }, async () => {
  const home = join(folder, 'home')
  const all: Said = { keys: [], files: [] }
  for (let round = 0; round < rounds; round++) {
    // Early and late moments alike: right after the first words, and amid many.
    const after = round % 3 === 0 ? 1 : Math.floor(Math.random() * 300)
    const meanwhile = (): Promise<unknown> => setTimeout(Math.random() * 60)
    const said = await writeAndDie(home, round * 1_000_000, { after, meanwhile })
    all.keys.push(...said.keys)
    all.files.push(...said.files)

    const disk = await openDisk({ home })
    const batches = await batchesIn(disk)
    expect([...batches.values()].filter((keys) => keys !== batchKeys)).toEqual([])
    expect(all.keys.filter((number) => !batches.has(number))).toEqual([])
    const files = await filesIn(disk)
    expect(all.files.filter((number) => !files.has(number))).toEqual([])
    expect(await readdir(join(home, 'unfinished'))).toEqual([])
    await disk.close()
  }
  expect(all.keys.length).toBeGreaterThan(rounds)
})

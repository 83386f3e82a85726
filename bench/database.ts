/**
 * Database units beside LevelDB used directly: durable batches, random reads of cur before and
 * after a backup, and what a backup of few changes costs in a large unit.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import type { CID, Value } from '#base'
import { type Blocks, openBlocks } from '#blocks'
import { openDisk, systemClock, systemRandom } from '#host'
import type { Disk } from '#world'
import { foldDatabase, openWorkingDatabase } from '../src/mimei/database/index.js'
import { openOverlay, type Overlay } from '../src/mimei/overlay.js'
import { type Figure, figure, median } from './figure.js'

type Level = ClassicLevel<Uint8Array, Uint8Array>
type Pair = readonly [key: string, value: Value]

const batchSize = 1000
const reads = 50_000
const mebibyte = 1024 * 1024
const encoder = new TextEncoder()

/** A database unit with just what a backup needs around it. */
class Unit {
  root: CID | null = null
  readonly database

  constructor(
    readonly disk: Disk,
    readonly blocks: Blocks,
    readonly overlay: Overlay,
  ) {
    this.database = openWorkingDatabase({
      blocks,
      overlay,
      root: () => this.root,
      clock: systemClock(),
      random: systemRandom(),
      onChange: () => undefined,
    })
  }

  async backup(): Promise<void> {
    const frozen = this.overlay.freeze()
    const { root } = await foldDatabase(this.blocks, this.root, frozen)
    await this.disk.write(frozen.settle())
    this.root = root
    frozen.settled()
  }
}

const freshKey = (): string => randomBytes(8).toString('hex')
const freshValue = (): Uint8Array => new Uint8Array(randomBytes(100))
const freshPairs = (count: number): Pair[] =>
  Array.from({ length: count }, () => [freshKey(), freshValue()] as const)

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

/** Ours and raw in turn, so that both meet the same noise; the first round only warms up. */
async function beside(
  name: string,
  unit: string,
  amount: number,
  rounds: number,
  both: () => { ours: () => Promise<unknown>; raw: () => Promise<unknown> },
): Promise<Figure> {
  const rates = { ours: [] as number[], raw: [] as number[] }
  for (let round = 0; round <= rounds; round++) {
    const work = both()
    const turns = round % 2 === 0 ? (['ours', 'raw'] as const) : (['raw', 'ours'] as const)
    for (const turn of turns) {
      const taken = await seconds(work[turn])
      if (round > 0) rates[turn].push(amount / taken)
    }
  }
  return figure(name, median(rates.ours), unit, median(rates.raw))
}

async function putRaw(level: Level, pairs: readonly Pair[], sync: boolean): Promise<void> {
  const batch = level.batch()
  for (const [key, value] of pairs) batch.put(encoder.encode(key), value as Uint8Array)
  await batch.write({ sync })
}

function batchFigure(unit: Unit, level: Level, quick: boolean): Promise<Figure> {
  const batches = 10
  return beside('database-batch', 'keys/s', batches * batchSize, quick ? 5 : 15, () => {
    const sets = Array.from({ length: batches }, () => freshPairs(batchSize))
    return {
      ours: async () => {
        for (const set of sets) await unit.database.mset(set)
      },
      raw: async () => {
        for (const set of sets) await putRaw(level, set, true)
      },
    }
  })
}

function readFigure(name: string, unit: Unit, level: Level, keys: string[]): Promise<Figure> {
  return beside(name, 'reads/s', reads, 7, () => {
    const chosen = Array.from(
      { length: reads },
      () => keys[Math.floor(Math.random() * keys.length)],
    )
    return {
      ours: async () => {
        for (const key of chosen) {
          if (unit.database.get(key) === undefined) throw new Error(`no ${key}`)
        }
      },
      raw: async () => {
        for (const key of chosen) {
          if (level.getSync(encoder.encode(key)) === undefined) throw new Error(`no ${key}`)
        }
      },
    }
  })
}

async function load(unit: Unit, level: Level, count: number): Promise<string[]> {
  const keys: string[] = []
  for (let at = 0; at < count; at += batchSize) {
    const pairs = freshPairs(batchSize)
    for (const [key] of pairs) keys.push(key)
    await Promise.all([unit.database.mset(pairs), putRaw(level, pairs, false)])
  }
  return keys
}

/** @param quick 100,000 keys instead of a million */
export async function databaseFigures(quick = false): Promise<Figure[]> {
  const home = await mkdtemp(join(tmpdir(), 'leither-bench-database-'))
  const disk = await openDisk({ home: join(home, 'ours') })
  const level: Level = new ClassicLevel(join(home, 'raw'), {
    keyEncoding: 'view',
    valueEncoding: 'view',
    cacheSize: 32 * mebibyte,
  })
  await level.open()
  const blocks = openBlocks({ disk })
  const open = async (): Promise<Unit> =>
    new Unit(disk, blocks, await openOverlay(disk, new Uint8Array(randomBytes(20))))
  try {
    const figures = [await batchFigure(await open(), level, quick)]
    const unit = await open()
    const keys = await load(unit, level, quick ? 100_000 : 1_000_000)
    figures.push(await readFigure('database-read-overlay', unit, level, keys))
    const whole = await seconds(() => unit.backup())
    await unit.overlay.swept()
    figures.push(await readFigure('database-read-version', unit, level, keys))
    const folds: number[] = []
    for (let round = 0; round < 5; round++) {
      const changed = keys.filter((_, i) => i % (keys.length / batchSize) === round)
      await unit.database.mset(changed.map((key) => [key, freshValue()] as const))
      folds.push(await seconds(() => unit.backup()))
    }
    // Beside the first backup of all keys: a backup costs what changed, not what there is.
    figures.push(figure('database-fold-1000', median(folds) * 1000, 'ms', whole * 1000))
    return figures
  } finally {
    await disk.close()
    await level.close()
    await rm(home, { recursive: true, force: true })
  }
}

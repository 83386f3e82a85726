/**
 * The disk beside what it stands on: LevelDB used directly, plain file descriptors. Ours and raw
 * take turns within one run, so that both meet the same noise.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { openDisk } from '#host'
import type { Change, Disk } from '#world'
import { type Figure, figure, median } from './figure.js'

type Level = ClassicLevel<Uint8Array, Uint8Array>
type Work = () => Promise<unknown>

const batchSize = 1000
const mebibyte = 1024 * 1024

const entry = (): Change & { value: Uint8Array } => ({
  key: new Uint8Array(randomBytes(16)),
  value: new Uint8Array(randomBytes(100)),
})
const entries = (count: number) => Array.from({ length: count }, entry)

/** Work done a second. */
async function rate(amount: number, work: Work): Promise<number> {
  const start = performance.now()
  await work()
  return amount / ((performance.now() - start) / 1000)
}

/** Runs both in turn, once for warmth, and takes the medians. */
async function beside(
  name: string,
  unit: string,
  amount: number,
  rounds: number,
  both: () => { ours: Work; raw: Work },
): Promise<Figure> {
  const rates = { ours: [] as number[], raw: [] as number[] }
  for (let round = 0; round <= rounds; round++) {
    const { ours, raw } = both()
    const turns = round % 2 === 0 ? (['ours', 'raw'] as const) : (['raw', 'ours'] as const)
    for (const turn of turns) {
      const measured = await rate(amount, turn === 'ours' ? ours : raw)
      if (round > 0) rates[turn].push(measured)
    }
  }
  return figure(name, median(rates.ours), unit, median(rates.raw))
}

async function putRaw(level: Level, changes: readonly Change[], sync: boolean): Promise<void> {
  const batch = level.batch()
  for (const { key, value } of changes) if (value !== undefined) batch.put(key, value)
  await batch.write({ sync })
}

/** @param quick less data and fewer rounds */
export async function diskFigures(quick = false): Promise<Figure[]> {
  const home = await mkdtemp(join(tmpdir(), 'leither-bench-disk-'))
  const disk = await openDisk({ home: join(home, 'ours') })
  const level: Level = new ClassicLevel(join(home, 'raw'), {
    keyEncoding: 'view',
    valueEncoding: 'view',
    cacheSize: 32 * mebibyte,
  })
  await level.open()
  try {
    return [
      ...(await keyFigures(disk, level, quick)),
      ...(await fileFigures(disk, join(home, 'raw-file'), quick)),
    ]
  } finally {
    await disk.close()
    await level.close()
    await rm(home, { recursive: true, force: true })
  }
}

async function keyFigures(disk: Disk, level: Level, quick: boolean): Promise<Figure[]> {
  const rounds = quick ? 5 : 11
  const batches = 4
  const batch = await beside('disk-batch', 'keys/s', batches * batchSize, 6 * rounds, () => {
    const sets = Array.from({ length: batches }, () => entries(batchSize))
    const each = (write: (set: Change[]) => Promise<void>) => async () => {
      for (const set of sets) await write(set)
    }
    return { ours: each((s) => disk.write(s)), raw: each((s) => putRaw(level, s, true)) }
  })
  const single = await beside('disk-writers-64', 'writes/s', 64 * 10, rounds, () => {
    const sets = Array.from({ length: 64 }, () => entries(10))
    const inParallel = (write: (set: Change[]) => Promise<void>) => () =>
      Promise.all(
        sets.map(async (set) => {
          for (const one of set) await write([one])
        }),
      )
    return {
      ours: inParallel((s) => disk.write(s)),
      raw: inParallel((s) => putRaw(level, s, true)),
    }
  })
  const stored = entries(quick ? 100_000 : 300_000)
  for (let at = 0; at < stored.length; at += batchSize) {
    const set = stored.slice(at, at + batchSize)
    await Promise.all([disk.write(set, { durable: false }), putRaw(level, set, false)])
  }
  const reads = 50_000
  const get = await beside('disk-get', 'reads/s', reads, rounds, () => {
    const keys = Array.from(
      { length: reads },
      () => stored[Math.floor(Math.random() * stored.length)].key,
    )
    const each = (read: (key: Uint8Array) => unknown) => async () => {
      for (const key of keys) if (read(key) === undefined) throw new Error('a key is missing')
    }
    return { ours: each((key) => disk.get(key)), raw: each((key) => level.getSync(key)) }
  })
  const scanned = 50_000
  const scan = await beside('disk-scan', 'entries/s', scanned, rounds, () => ({
    ours: async () => {
      let count = 0
      for await (const [key] of disk.scan({ limit: scanned })) count += key.length > 0 ? 1 : 0
      if (count !== scanned) throw new Error(`${count} entries`)
    },
    raw: async () => {
      const iterator = level.iterator({ limit: scanned })
      let count = 0
      for (;;) {
        const piece = await iterator.nextv(1000)
        if (piece.length === 0) break
        count += piece.length
      }
      await iterator.close()
      if (count !== scanned) throw new Error(`${count} entries`)
    },
  }))
  return [batch, single, get, scan]
}

async function fileFigures(disk: Disk, path: string, quick: boolean): Promise<Figure[]> {
  const size = (quick ? 32 : 128) * mebibyte
  const rounds = quick ? 3 : 7
  const piece = new Uint8Array(randomBytes(mebibyte))
  async function* content() {
    for (let sent = 0; sent < size; sent += piece.length) yield piece
  }
  const write = await beside('disk-file-write', 'MB/s', size / 1e6, rounds, () => ({
    ours: () => disk.files.write('bench/file', content()),
    raw: async () => {
      const file = await open(path, 'w')
      for await (const part of content()) await file.write(part)
      await file.datasync()
      await file.close()
    },
  }))
  const read = await beside('disk-file-read', 'MB/s', size / 1e6, rounds, () => ({
    ours: async () => {
      let bytes = 0
      for await (const part of disk.files.stream('bench/file')) bytes += part.length
      if (bytes !== size) throw new Error(`${bytes} bytes`)
    },
    raw: async () => {
      const file = await open(path, 'r')
      let bytes = 0
      for (;;) {
        // Pieces of their own, as whoever passes them on needs them.
        const buffer = Buffer.allocUnsafeSlow(mebibyte)
        const { bytesRead } = await file.read(buffer, 0, buffer.length, null)
        if (bytesRead === 0) break
        bytes += bytesRead
      }
      await file.close()
      if (bytes !== size) throw new Error(`${bytes} bytes`)
    },
  }))
  const small = Array.from({ length: quick ? 100 : 300 }, (_, i) => ({
    name: `bench/${i % 16}/${i}`,
    content: new Uint8Array(randomBytes(64 * 1024)),
  }))
  const many = await beside('disk-files-many', 'files/s', small.length, rounds, () => ({
    ours: () => disk.files.writeAll(small),
    raw: async () => {
      for (const { content: bytes } of small) {
        const file = await open(path, 'w')
        await file.write(bytes)
        await file.datasync()
        await file.close()
      }
    },
  }))
  return [write, read, many]
}

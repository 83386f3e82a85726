/**
 * Files in and out of the content store, beside the least that anybody must do for it: read, hash,
 * write and fsync one plain file.
 */
import { createHash, randomFillSync } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addFile, openBlocks, readFile } from '#blocks'
import { openDisk } from '#host'
import { type Figure, figure, median } from './figure.js'

const piece = 1024 * 1024

/** @param quick a quarter of the data, fewer rounds */
export async function blocksFigures(quick = false): Promise<Figure[]> {
  const size = (quick ? 25 : 100) * piece
  const rounds = quick ? 3 : 5
  const home = await mkdtemp(join(tmpdir(), 'leither-bench-blocks-'))
  const rates = {
    add: [] as number[],
    addRaw: [] as number[],
    read: [] as number[],
    readRaw: [] as number[],
  }
  try {
    const disk = await openDisk({ home: join(home, 'node') })
    const blocks = openBlocks({ disk })
    for (let round = 0; round < rounds; round++) {
      const source = join(home, `source-${round}`)
      const copy = join(home, `copy-${round}`)
      await writeFile(source, randomFillSync(new Uint8Array(size)))
      let cid: Awaited<ReturnType<typeof addFile>>['cid'] | undefined
      const ours = async (): Promise<void> => {
        const content = createReadStream(source, { highWaterMark: piece })
        rates.add.push(await rate(size, async () => (cid = (await addFile(blocks, content)).cid)))
      }
      const raw = async (): Promise<void> => {
        rates.addRaw.push(await rate(size, () => copyHashed(source, copy)))
      }
      for (const run of round % 2 === 0 ? [raw, ours] : [ours, raw]) await run()
      rates.readRaw.push(
        await rate(size, () => drain(createReadStream(copy, { highWaterMark: piece }))),
      )
      const added = cid
      if (added === undefined) throw new Error('nothing was added')
      rates.read.push(await rate(size, () => drain(readFile(blocks, added))))
      await rm(source)
      await rm(copy)
    }
    await disk.close()
  } finally {
    await rm(home, { recursive: true, force: true })
  }
  return [
    figure('add-100mb', median(rates.add), 'MB/s', median(rates.addRaw)),
    figure('read-100mb', median(rates.read), 'MB/s', median(rates.readRaw)),
  ]
}

/** Megabytes a second. */
async function rate(bytes: number, work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return bytes / 1e6 / ((performance.now() - start) / 1000)
}

/** Reads a file piece by piece, hashes and writes it, and waits until it is on the disk. */
async function copyHashed(from: string, to: string): Promise<void> {
  const target = await open(to, 'w')
  const hash = createHash('sha256')
  for await (const part of createReadStream(from, { highWaterMark: piece })) {
    hash.update(part as Buffer)
    await target.write(part as Buffer)
  }
  hash.digest()
  await target.sync()
  await target.close()
}

async function drain(stream: AsyncIterable<Uint8Array>): Promise<void> {
  let bytes = 0
  for await (const part of stream) bytes += part.length
  if (bytes === 0) throw new Error('nothing was read')
}

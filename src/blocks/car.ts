/** CAR archives: whole DAGs as one stream. Version 1 goes out, versions 1 and 2 come in. */
import { CarBlockIterator } from '@ipld/car/iterator'
import { CarWriter } from '@ipld/car/writer'
import { type CID, LeitherError, limits } from '#base'
import type { Block, Blocks } from './blocks.js'
import { walkDag } from './dag.js'
import { CarInvalid } from './errors.js'

/** Bytes that go to the disk together. */
const groupBytes = 8 * 1024 * 1024
/** Bytes around a block's own: its length, its CID; a header with some thousand roots. */
const frameBytes = 256 * 1024

/**
 * All blocks under the roots as a CAR, each once, parents first.
 * @throws BlockMissing, BlockCorrupt, BlockMalformed
 */
export async function* exportCar(
  blocks: Pick<Blocks, 'get' | 'hold'>,
  roots: readonly CID[],
): AsyncIterableIterator<Uint8Array> {
  const letGo = roots.map((root) => blocks.hold(root))
  const { writer, out } = CarWriter.create([...roots])
  const written = writeBlocks(blocks, roots, writer)
  // Seen below, once the stream has ended; a failure meanwhile must not count as unhandled.
  written.catch(() => undefined)
  try {
    yield* out
    await written
  } finally {
    for (const release of letGo) release()
  }
}

async function writeBlocks(
  blocks: Pick<Blocks, 'get'>,
  roots: readonly CID[],
  writer: Pick<ReturnType<typeof CarWriter.create>['writer'], 'put' | 'close'>,
): Promise<void> {
  const seen = new Set<string>()
  try {
    for (const root of roots) {
      for await (const { cid, bytes } of walkDag(blocks, root, { skip: (c) => seen.has(`${c}`) })) {
        seen.add(`${cid}`)
        await writer.put({ cid, bytes })
      }
    }
  } finally {
    await writer.close()
  }
}

export interface ImportedCar {
  readonly roots: readonly CID[]
  readonly blocks: number
  /** bytes of the blocks */
  readonly bytes: number
}

/**
 * Takes the blocks of a CAR, each checked against its CID. Nothing refers to them yet: hold while
 * it runs, then pin the roots, or the next collection frees them. After a failure it frees what
 * came before it.
 * @param onProgress called with the bytes of blocks that are durable so far
 * @throws CarInvalid, BlockCorrupt, BlockTooLarge, CidUnsupported, DiskFull
 */
export async function importCar(
  blocks: Pick<Blocks, 'putMany'>,
  stream: AsyncIterable<Uint8Array>,
  onProgress?: (bytes: number) => void,
): Promise<ImportedCar> {
  const guard = new SectionGuard(stream)
  let group: Block[] = []
  let waiting = 0
  let count = 0
  let durable = 0
  const put = async (): Promise<void> => {
    await blocks.putMany(group)
    durable += waiting
    group = []
    waiting = 0
    onProgress?.(durable)
  }
  const { roots, archive } = await open(guard)
  for (;;) {
    const block = await next(archive)
    if (block === undefined) break
    guard.sectionRead()
    group.push(block)
    count++
    waiting += block.bytes.length
    if (waiting >= groupBytes) await put()
  }
  await put()
  return { roots, blocks: count, bytes: durable }
}

async function open(
  source: AsyncIterable<Uint8Array>,
): Promise<{ roots: CID[]; archive: AsyncIterator<Block> }> {
  try {
    const car = await CarBlockIterator.fromIterable(source)
    return { roots: await car.getRoots(), archive: car[Symbol.asyncIterator]() }
  } catch (error) {
    throw carError(error)
  }
}

async function next(archive: AsyncIterator<Block>): Promise<Block | undefined> {
  try {
    const result = await archive.next()
    return result.done === true ? undefined : result.value
  } catch (error) {
    throw carError(error)
  }
}

/** What the stream itself throws, such as a broken upload, is passed on as it is. */
const carError = (error: unknown): unknown =>
  error instanceof LeitherError
    ? error
    : new CarInvalid(error instanceof Error ? error.message : `${error}`, error)

/** Stops a CAR that promises a section larger than any block before it fills the memory. */
class SectionGuard implements AsyncIterable<Uint8Array> {
  #sinceSection = 0

  constructor(readonly source: AsyncIterable<Uint8Array>) {}

  sectionRead(): void {
    this.#sinceSection = 0
  }

  async *[Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    for await (const part of this.source) {
      this.#sinceSection += part.length
      yield part
      // Reached only when the reader wants more than it has.
      if (this.#sinceSection > limits.blockBytes + frameBytes) {
        throw new CarInvalid(`a section is over ${limits.blockBytes} bytes`)
      }
    }
  }
}

/** What the tests of units share: a node's units on a disk of memory, and keys. */
import { type Mid, toText } from '#base'
import { openBlocks, walkDag } from '#blocks'
import { type Key, keyFromSeed } from '#identity'
import { type Disk, handClock, memoryDisk, memoryLog, seededRandom } from '#world'
import type { Head, Unit, UnitEvent, Version } from './unit.js'
import { openUnits } from './units.js'

const keyOf = (byte: number): Key => keyFromSeed(new Uint8Array(32).fill(byte))
export const owner = keyOf(1)
export const friend = keyOf(2)
export const stranger = keyOf(3)

/** A node's units, on a fresh disk or on one that has been used before. */
export async function openTestUnits(disk: Disk = memoryDisk(), seed = 1) {
  const [clock, random, log] = [handClock(), seededRandom(seed), memoryLog()]
  const blocks = await openBlocks({ disk })
  const units = await openUnits({ disk, blocks, clock, random, log })
  const events: UnitEvent[] = []
  units.onEvent((event) => events.push(event))
  return { disk, blocks, units, clock, log, events }
}

export type TestUnits = Awaited<ReturnType<typeof openTestUnits>>

/** Gives another node the blocks of versions, as a sync would: version blocks and their content. */
export async function copyBlocks(
  from: TestUnits,
  to: TestUnits,
  versions: readonly Version[],
): Promise<void> {
  for (const { cid, root, refs } of versions) {
    await to.blocks.put(cid, await from.blocks.get(cid))
    for (const top of refs === null ? [root] : [root, refs]) {
      for await (const block of walkDag(from.blocks, top)) {
        await to.blocks.put(block.cid, block.bytes)
      }
    }
  }
}

/** What a publishing and a syncing node do: all blocks, then the head. */
export async function send(from: TestUnits, to: TestUnits, mid: Mid): Promise<Unit> {
  const unit = from.units.get(mid)
  await copyBlocks(from, to, unit.versions())
  return to.units.takeHead(to.units.readHead((unit.head() as Head).record))
}

export async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const one of source) all.push(one)
  return all
}

export async function textAt(unit: Unit, path: string, version?: 'last' | number): Promise<string> {
  let text = ''
  for await (const part of unit.files(version).read(path)) text += toText(part)
  return text
}

/** A disk whose writes are durable only some time after they are visible, and whose scans wait. */
export function slowDisk(turns: () => number): Disk {
  const disk = memoryDisk()
  const wait = async (): Promise<void> => {
    for (let left = turns(); left > 0; left--) {
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
  }
  return {
    ...disk,
    async write(changes) {
      await Promise.all([disk.write(changes), wait()])
    },
    scan(range) {
      const entries = disk.scan(range)
      return (async function* () {
        for await (const entry of entries) {
          await wait()
          yield entry
        }
      })()
    },
  }
}

/** A disk that can be had as it was after any of its writes. */
export function recordingDisk() {
  const disk = memoryDisk()
  const steps: ((target: Disk) => Promise<unknown>)[] = []
  const recording: Disk = {
    ...disk,
    write(changes, options) {
      const written = disk.write(changes, options)
      steps.push((target) => target.write(changes))
      return written
    },
    files: {
      ...disk.files,
      async write(name, content) {
        const size = await disk.files.write(name, content)
        const whole = (await disk.files.read(name)) as Uint8Array
        steps.push((target) => target.files.write(name, whole))
        return size
      },
      async writeAll(files) {
        await disk.files.writeAll(files)
        steps.push((target) => target.files.writeAll(files))
      },
    },
  }
  return {
    disk: recording,
    /** how many writes there were so far */
    count: () => steps.length,
    /** the disk as it was after the first `count` writes */
    async after(count: number): Promise<Disk> {
      const target = memoryDisk()
      for (const step of steps.slice(0, count)) await step(target)
      return target
    },
  }
}

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compare, fromText, toText } from '#base'
import { openBlocks } from '#blocks'
import { memoryDisk } from '#world'
import { openOverlay } from '../overlay.js'
import { Patch } from './patch.js'
import { type Entries, type Reader, readPatched, readTree, readWorking } from './reader.js'
import { Tree } from './tree-read.js'
import { applyChanges } from './tree-write.js'
import { decodeValue, encodeValue } from './values.js'

const name = fc.integer({ min: 10, max: 99 }).map(String)
const values = fc.dictionary(name, fc.constant('base'), { maxKeys: 60 })
const changes = fc.dictionary(name, fc.constantFrom('changed', null), { maxKeys: 30 })
const range = fc.record({
  from: name,
  to: name,
  reverse: fc.boolean(),
  skip: fc.integer({ min: 0, max: 30 }),
})

async function listed(entries: Entries): Promise<string[]> {
  const found: string[] = []
  for await (const [key, value] of entries)
    found.push(`${toText(key)} ${String(decodeValue(value))}`)
  return found
}

const encoded = (of: Record<string, string | null>) =>
  Object.entries(of)
    .map(([key, value]) => [fromText(key), value === null ? null : encodeValue(value)] as const)
    .sort((a, b) => compare(a[0], b[0]))

function laid(...layers: Record<string, string | null>[]): [string, string][] {
  const whole = new Map(layers.flatMap((layer) => Object.entries(layer)))
  return [...whole].filter((entry): entry is [string, string] => entry[1] !== null).sort()
}

type Range = { from: string; to: string; reverse: boolean; skip: number }

async function check(reader: Reader, expected: [string, string][], ranges: Range[]): Promise<void> {
  for (const { from, to, reverse, skip } of ranges) {
    const part = expected.filter(([key]) => key >= from && key < to)
    expect(await reader.count(fromText(from), fromText(to))).toBe(part.length)
    if (reverse) part.reverse()
    const entries = reader.entries({ from: fromText(from), to: fromText(to), reverse, skip })
    expect(await listed(entries)).toEqual(part.slice(skip).map(([key, value]) => `${key} ${value}`))
  }
  for (const [key, value] of expected) expect(decodeValue(reader.get(fromText(key))!)).toBe(value)
}

describe('the readers', () => {
  it('lay changes over a tree, skip and count without walking it', async () => {
    await fc.assert(
      fc.asyncProperty(
        values,
        changes,
        changes,
        fc.array(range, { minLength: 5, maxLength: 12 }),
        async (base, over, patched, ranges) => {
          const disk = memoryDisk()
          const blocks = openBlocks({ disk })
          const { root } = await applyChanges(blocks, null, encoded(base))
          const tree = new Tree(blocks, root)
          await check(readTree(tree), laid(base), ranges)
          const overlay = await openOverlay(disk, new Uint8Array(20))
          const stored = encoded(over).map(([key, value]) => ({ key, value: value ?? undefined }))
          await overlay.write(stored)
          const working = readWorking(() => tree, overlay)
          await check(working, laid(base, over), ranges)
          const patch = new Patch()
          for (const [key, value] of encoded(patched)) patch.set(key, value)
          await check(readPatched(working, patch), laid(base, over, patched), ranges)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('show the moment of the call', async () => {
    const disk = memoryDisk()
    const blocks = openBlocks({ disk })
    const tree = new Tree(
      blocks,
      (await applyChanges(blocks, null, encoded({ a: '1', b: '1' }))).root,
    )
    const overlay = await openOverlay(disk, new Uint8Array(20))
    const put = (key: string, value: string) =>
      overlay.write([{ key: fromText(key), value: encodeValue(value) }])
    await put('b', '2')
    const patch = new Patch()
    patch.set(fromText('c'), encodeValue('3'))
    const reader = readPatched(
      readWorking(() => tree, overlay),
      patch,
    )
    const all = { from: fromText('a'), to: fromText('z') }
    const entries = reader.entries(all)
    const skipped = reader.entries({ ...all, skip: 1 })
    const count = reader.count(all.from, all.to)
    await put('d', '4')
    await put('b', '5')
    patch.set(fromText('c'), null)
    expect(await listed(entries)).toEqual(['a 1', 'b 2', 'c 3'])
    expect(await listed(skipped)).toEqual(['b 2', 'c 3'])
    expect(await count).toBe(3)
  })
})

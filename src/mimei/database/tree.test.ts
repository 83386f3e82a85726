import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type CID,
  cidOf,
  codecs,
  compare,
  concat,
  decodeCbor,
  encodeCbor,
  fromText,
  toHex,
  type Value,
} from '#base'
import { type Block, dagLinks } from '#blocks'
import { diffTrees } from './tree-diff.js'
import { keyHash } from './tree-chunk.js'
import { Tree } from './tree-read.js'
import { type TreeChange, applyChanges, emptyRoot } from './tree-write.js'

/** Blocks in a map, counting what is asked and put. */
class CountedBlocks {
  readonly held = new Map<string, Uint8Array>()
  reads = 0
  puts = 0

  getSync(cid: CID): Uint8Array {
    this.reads++
    const bytes = this.held.get(cid.toString())
    if (bytes === undefined) throw new Error(`no block ${cid}`)
    return bytes
  }

  async putMany(blocks: readonly Block[]): Promise<void> {
    for (const { cid, bytes } of blocks) {
      expect(cid.equals(cidOf(codecs.dagCbor, bytes))).toBe(true)
      this.puts++
      this.held.set(cid.toString(), bytes)
    }
  }
}

type Model = Map<string, Value>

const sorted = (model: ReadonlyMap<string, Value | undefined>): TreeChange[] =>
  [...model]
    .map(([key, value]): TreeChange => [
      fromText(key),
      value === undefined ? null : encodeCbor(value),
    ])
    .sort((a, b) => compare(a[0], b[0]))

/** The CBOR of a value as plain bytes, as a sealed value shows itself. */
const bytesOf = (value: Value): Uint8Array => new Uint8Array(encodeCbor(value))

const texts = (entries: Iterable<TreeChange>): string[] =>
  [...entries].map(([key, value]) => `${toHex(key)} ${toHex(value as Uint8Array)}`)

const build = (blocks: CountedBlocks, model: Model) => applyChanges(blocks, null, sorted(model))

const sizeOf = (model: Model): number =>
  sorted(model).reduce((sum, [key, value]) => sum + key.length + (value as Uint8Array).length, 0)

/** Keys that never end a node, or always would: what an attacker would choose. */
function chosenKeys(count: number, ends: boolean): string[] {
  const keys: string[] = []
  for (let i = 0; keys.length < count; i++) {
    const key = `k${i}`
    const low = keyHash(fromText(key), 0) < 0x01000000
    const high = keyHash(fromText(key), 0) > 0x20000000
    if (ends ? low : high) keys.push(key)
  }
  return keys
}
const stubborn = chosenKeys(3000, false)
const eager = chosenKeys(300, true)

const anyKey = fc.oneof(
  fc.integer({ min: 0, max: 400 }).map((n) => `key${n}`),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom(...stubborn.slice(0, 600)),
  fc.constantFrom(...eager),
  fc.integer({ min: 0, max: 30 }).map((n) => `${'long'.repeat(200)}${n}`),
)
const anyValue: fc.Arbitrary<Value> = fc.oneof(
  fc.integer(),
  fc.string({ maxLength: 60 }),
  fc.integer({ min: 0, max: 3000 }).map((n) => 'v'.repeat(n)),
  fc.integer({ min: 16_000, max: 40_000 }).map((n) => new Uint8Array(n)),
  fc.constant(emptyRoot),
  fc.constant([emptyRoot, { deep: [emptyRoot] }, 'x'.repeat(17_000)]),
  fc.constant({ deep: { er: [emptyRoot] } }),
  fc.constant(null),
)
const anyStep = fc.dictionary(anyKey, fc.option(anyValue, { nil: undefined, freq: 3 }), {
  maxKeys: 60,
})

function applyTo(model: Model, step: ReadonlyMap<string, Value | undefined>): void {
  for (const [key, value] of step) {
    if (value === undefined) model.delete(key)
    else model.set(key, value)
  }
}

/** Deterministic noise for large cases. */
function noise(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 0x100000000
  }
}

describe('the tree', () => {
  it('has one root for the same entries, whatever the order of writes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 1, maxLength: 6 }), async (steps) => {
        const blocks = new CountedBlocks()
        const model: Model = new Map()
        let root: CID | null = null
        for (const step of steps) {
          const changes = new Map(Object.entries(step))
          applyTo(model, changes)
          const result = await applyChanges(blocks, root, sorted(changes))
          const scratch = await build(new CountedBlocks(), model)
          expect(result.root.toString()).toBe(scratch.root.toString())
          expect(result).toMatchObject({ count: model.size, size: sizeOf(model) })
          root = result.root
        }
        const tree = new Tree(blocks, root)
        expect(texts(tree.entries())).toEqual(texts(sorted(model)))
      }),
      { numRuns: 250 },
    )
  }, 60_000)

  it('keeps its root through thousands of edits of large trees', async () => {
    for (const kind of ['plain', 'stubborn', 'eager', 'long'] as const) {
      const random = noise(kind.length)
      const name = (n: number): string =>
        kind === 'plain'
          ? `user:${n}`
          : kind === 'long'
            ? `${n}${'x'.repeat(900)}`
            : kind === 'stubborn'
              ? stubborn[n % stubborn.length]
              : eager[n % eager.length]
      const model: Model = new Map()
      for (let i = 0; i < 1500; i++) model.set(name(i), 'value'.repeat(Math.floor(random() * 20)))
      const blocks = new CountedBlocks()
      let { root } = await build(blocks, model)
      for (let round = 0; round < 30; round++) {
        const changes = new Map<string, Value | undefined>()
        const base = Math.floor(random() * 1500)
        const many = Math.floor(random() ** 4 * 900)
        for (let i = 0; i <= many; i++) {
          const key = name(random() < 0.5 ? base + i : Math.floor(random() * 2500))
          changes.set(key, random() < 0.5 ? undefined : 'changed'.repeat(Math.floor(random() * 20)))
        }
        applyTo(model, changes)
        const result = await applyChanges(blocks, root, sorted(changes))
        const scratch = await build(new CountedBlocks(), model)
        expect(result.root.toString()).toBe(scratch.root.toString())
        expect(result).toMatchObject({ count: model.size, size: sizeOf(model) })
        root = result.root
      }
      const none = new Map([...model.keys()].map((key) => [key, undefined]))
      expect((await applyChanges(blocks, root, sorted(none))).root.equals(emptyRoot)).toBe(true)
    }
  }, 60_000)

  it('costs in proportion to the change', async () => {
    const blocks = new CountedBlocks()
    const model: Model = new Map()
    for (let i = 0; i < 50_000; i++) model.set(`user:${i}`, `a value of the user ${i}`.repeat(4))
    const { root } = await build(blocks, model)
    expect(blocks.puts).toBeGreaterThan(1000)
    blocks.puts = 0
    const one = await applyChanges(blocks, root, [[fromText('user:777'), encodeCbor('new')]])
    expect(blocks.puts).toBeLessThan(12)
    blocks.puts = 0
    const same = await applyChanges(blocks, one.root, [[fromText('user:777'), encodeCbor('new')]])
    expect(same.root.equals(one.root)).toBe(true)
    expect(blocks.puts).toBe(0)
    // Fresh blocks have an empty cache: every node that is looked at is read.
    const fresh = new CountedBlocks()
    for (const [cid, bytes] of blocks.held) fresh.held.set(cid, bytes)
    const differences = [...diffTrees(fresh, root, one.root)]
    expect(differences).toEqual([{ key: fromText('user:777'), change: 'changed' }])
    expect(fresh.reads).toBeLessThan(24)
  })

  it('has nodes of about 4 KB', async () => {
    const blocks = new CountedBlocks()
    const model: Model = new Map()
    for (let i = 0; i < 40_000; i++) model.set(`user:${i}`, 'x'.repeat(100))
    await build(blocks, model)
    const sizes = [...blocks.held.values()].map((bytes) => bytes.length)
    const mean = sizes.reduce((a, b) => a + b, 0) / sizes.length
    expect(mean).toBeGreaterThan(3000)
    expect(mean).toBeLessThan(5000)
    expect(Math.max(...sizes)).toBeLessThan(18_000)
  })

  it('reads, ranks and walks ranges like a sorted list', async () => {
    const model: Model = new Map()
    for (let i = 0; i < 3000; i++)
      model.set(`key${(i * 7919) % 10_007}`, i % 50 === 0 ? 'y'.repeat(20_000) : i)
    const blocks = new CountedBlocks()
    const { root } = await build(blocks, model)
    const tree = new Tree(blocks, root)
    const list = sorted(model)
    await fc.assert(
      fc.asyncProperty(
        fc.option(anyKey, { nil: undefined }),
        fc.option(anyKey, { nil: undefined }),
        fc.boolean(),
        fc.integer({ min: 0, max: 60 }),
        async (fromKey, toKey, reverse, skip) => {
          const from = fromKey === undefined ? undefined : fromText(fromKey)
          const to = toKey === undefined ? undefined : fromText(toKey)
          const expected = list.filter(
            ([key]) =>
              (from === undefined || compare(key, from) >= 0) &&
              (to === undefined || compare(key, to) < 0),
          )
          expect(tree.countIn(from, to)).toBe(expected.length)
          if (reverse) expected.reverse()
          const wanted = expected.slice(skip).map(([key]) => toHex(key))
          const found = [...tree.entries({ from, to, reverse, skip })].map(([key]) => toHex(key))
          expect(found).toEqual(wanted)
        },
      ),
      { numRuns: 200 },
    )
    list.forEach(([key, value], rank) => {
      expect(tree.rankOf(key)).toBe(rank)
      expect(texts([tree.getAt(rank)!])).toEqual(texts([[key, value]]))
    })
    expect(tree.get(fromText('no such key'))).toBeUndefined()
    expect([tree.getAt(-1), tree.getAt(3000), tree.getAt(0.5)]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('finds exactly the differences of two trees', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyStep,
        anyStep,
        fc.integer({ min: 0, max: 1500 }),
        async (one, two, more) => {
          const blocks = new CountedBlocks()
          const a: Model = new Map()
          for (let i = 0; i < more; i++) a.set(`common${i}`, i)
          applyTo(a, new Map(Object.entries(one)))
          const b: Model = new Map(a)
          applyTo(b, new Map(Object.entries(two)))
          const [from, to] = [await build(blocks, a), await build(blocks, b)]
          const expected: { key: Uint8Array; change: string }[] = []
          for (const key of new Set([...a.keys(), ...b.keys()])) {
            const [before, after] = [a.get(key), b.get(key)]
            const same =
              before !== undefined &&
              after !== undefined &&
              compare(encodeCbor(before), encodeCbor(after)) === 0
            if (same) continue
            const change =
              before === undefined ? 'added' : after === undefined ? 'removed' : 'changed'
            expected.push({ key: fromText(key), change })
          }
          expected.sort((x, y) => compare(x.key, y.key))
          expect([...diffTrees(blocks, from.root, to.root)]).toEqual(expected)
        },
      ),
      { numRuns: 200 },
    )
  })

  it('is dag-cbor that any IPLD tool reads, whose links are all its own', async () => {
    const blocks = new CountedBlocks()
    const big = 'b'.repeat(30_000)
    const linked = [emptyRoot, 'x'.repeat(20_000)]
    const entries: [string, Value][] = [
      ['big', big],
      ['cid', emptyRoot],
      ['list', { of: [emptyRoot] }],
      ['longlist', linked],
      ['n', 1],
    ]
    const { root, size } = await build(blocks, new Map(entries))
    const bigCid = cidOf(codecs.dagCbor, encodeCbor(big))
    const sealed = encodeCbor(encodeCbor(linked))
    const longCid = cidOf(codecs.dagCbor, sealed)
    expect(decodeCbor(blocks.getSync(root))).toEqual([
      0,
      [
        [fromText('big'), bigCid],
        [fromText('cid'), bytesOf(emptyRoot)],
        [fromText('list'), bytesOf({ of: [emptyRoot] })],
        [fromText('longlist'), longCid],
        [fromText('n'), 1],
      ].flat(),
      [0, encodeCbor(big).length, 3, encodeCbor(linked).length],
      [1, 2, 3],
    ])
    expect(size).toBe(sizeOf(new Map(entries)))
    expect(dagLinks(root, blocks.getSync(root)).map(String)).toEqual([`${bigCid}`, `${longCid}`])
    expect(dagLinks(longCid, blocks.getSync(longCid))).toEqual([])
    const tree = new Tree(blocks, root)
    for (const [key, value] of entries) {
      expect(toHex(encodeCbor(decodeCbor(tree.get(fromText(key))!)))).toBe(toHex(encodeCbor(value)))
    }
  })

  it('tells a sealed value from the same bytes of a user', async () => {
    const blocks = new CountedBlocks()
    const sealed = await build(blocks, new Map<string, Value>([['k', emptyRoot]]))
    const given = await build(blocks, new Map<string, Value>([['k', encodeCbor(emptyRoot)]]))
    expect([...diffTrees(blocks, sealed.root, given.root)]).toEqual([
      { key: fromText('k'), change: 'changed' },
    ])
    expect(decodeCbor(new Tree(blocks, given.root).get(fromText('k'))!)).toBeInstanceOf(Uint8Array)
  })

  it('refuses blocks that are no nodes', async () => {
    const good = new CountedBlocks()
    const { root } = await build(good, new Map(stubborn.map((key) => [key, 'v'.repeat(50)])))
    const refused = (bytes: Uint8Array): void => {
      const cid = cidOf(codecs.dagCbor, bytes)
      const blocks = new CountedBlocks()
      for (const [name, held] of good.held) blocks.held.set(name, held)
      blocks.held.set(cid.toString(), bytes)
      expect(() => [...new Tree(blocks, cid).entries()]).toThrow(
        expect.objectContaining({ code: 'TREE_CORRUPT' }),
      )
    }
    const whole = good.getSync(root)
    refused(whole.subarray(0, whole.length - 1))
    refused(concat(whole, Uint8Array.of(0)))
    for (const value of [
      1,
      'x',
      [],
      [0],
      [0, []],
      [0, [1, 2], [], []],
      [1, []],
      [0, [fromText('k')], [], []],
    ]) {
      refused(encodeCbor(value))
    }
    refused(encodeCbor([0, [fromText('k'), 1], [0, 99], []]))
    refused(encodeCbor([0, [fromText('k'), 1], [], [0]]))
    // A child that is no child, of the wrong level, or with a wrong count.
    refused(encodeCbor([1, [fromText('k'), root, 3, 3]]))
    refused(encodeCbor([2, [fromText('k'), root, 3, 3]]))
    expect(() => new Tree(good, cidOf(codecs.raw, whole))).toThrow(/no dag-cbor block/)
  })
})

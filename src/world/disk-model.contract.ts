/** Every Disk against a plain model: writes, reads, scans in any order, half-read ones included. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { toHex } from '#base'
import type { Change, Disk, Entry, ScanRange } from './disk.js'
import { keyText } from './key-text.js'

const bytes = fc.uint8Array({ maxLength: 3, max: 4 })
const change = fc.record({ key: bytes, value: fc.option(bytes, { nil: undefined }) })
const range: fc.Arbitrary<ScanRange> = fc.record(
  { from: bytes, to: bytes, reverse: fc.boolean(), limit: fc.nat(6) },
  { requiredKeys: [] },
)
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      changes: fc.array(change),
      durable: fc.boolean(),
      wait: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('scan' as const), range }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('step' as const),
      which: fc.nat(),
      leave: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('get' as const), key: bytes }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('flush' as const) }) },
)

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
type Model = ReadonlyMap<string, { readonly key: Uint8Array; readonly value: Uint8Array }>

const shown = ([key, value]: Entry): string => `${toHex(key)}=${toHex(value)}`

function withChanges(model: Model, changes: readonly Change[]): Model {
  const next = new Map(model)
  for (const { key, value } of changes) {
    if (value === undefined) next.delete(keyText(key))
    else next.set(keyText(key), { key, value })
  }
  return next
}

function expected(model: Model, { from, to, reverse, limit }: ScanRange): string[] {
  const texts = [...model.keys()].sort()
  if (reverse === true) texts.reverse()
  return texts
    .filter((text) => from === undefined || text >= keyText(from))
    .filter((text) => to === undefined || text < keyText(to))
    .slice(0, limit)
    .flatMap((text) => {
      const entry = model.get(text)
      return entry === undefined ? [] : [shown([entry.key, entry.value])]
    })
}

interface OpenScan {
  readonly scan: AsyncIterableIterator<Entry>
  readonly expected: string[]
  readonly found: string[]
}

async function advance(open: OpenScan): Promise<boolean> {
  const { done, value } = await open.scan.next()
  if (done !== true) open.found.push(shown(value))
  return done !== true
}

async function play(disk: Disk, steps: Step[]): Promise<void> {
  let model: Model = new Map()
  const scans: OpenScan[] = []
  const writes: Promise<void>[] = []
  for (const one of steps) {
    if (one.do === 'write') {
      const written = disk.write(one.changes, { durable: one.durable })
      model = withChanges(model, one.changes)
      writes.push(written)
      if (one.wait) await written
    } else if (one.do === 'scan') {
      scans.push({ scan: disk.scan(one.range), expected: expected(model, one.range), found: [] })
    } else if (one.do === 'step' && scans.length > 0) {
      const at = one.which % scans.length
      await advance(scans[at])
      if (!one.leave) continue
      const [left] = scans.splice(at, 1)
      await left.scan.return?.()
      expect(left.found).toEqual(left.expected.slice(0, left.found.length))
    } else if (one.do === 'get') {
      expect(disk.get(one.key)).toEqual(model.get(keyText(one.key))?.value)
    } else if (one.do === 'flush') {
      await disk.flush()
    }
  }
  for (const open of scans) {
    while (await advance(open));
    expect(open.found).toEqual(open.expected)
  }
  await Promise.all(writes)
  const rest: OpenScan = { scan: disk.scan({}), expected: expected(model, {}), found: [] }
  while (await advance(rest));
  expect(rest.found).toEqual(rest.expected)
}

/** @param open makes a new, empty disk */
export function diskModelContract(name: string, open: () => Promise<Disk>, runs: number): void {
  it(`${name}: does what a plain map would`, async () => {
    const disk = await open()
    await fc.assert(
      fc
        .asyncProperty(fc.array(step, { maxLength: 40 }), (steps) => play(disk, steps))
        .beforeEach(async () => {
          const left: Change[] = []
          for await (const [key] of disk.scan({})) left.push({ key, value: undefined })
          await disk.write(left)
        }),
      { numRuns: runs },
    )
    await disk.close()
  })
}

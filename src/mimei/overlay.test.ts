import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, fromText, toText } from '#base'
import { type Change, type Disk, keyspace, memoryDisk } from '#world'
import { type Frozen, openOverlay, type Overlay, type OverlayEntry } from './overlay.js'

const id = new Uint8Array(20).fill(3)
const otherId = new Uint8Array(20).fill(4)
const key = fromText
const all = { from: new Uint8Array(0) }

type Content = Map<string, string | null>

const changesOf = (content: Content): Change[] =>
  [...content].map(([name, value]) => ({
    key: key(name),
    value: value === null ? undefined : key(value),
  }))

async function read(scan: AsyncIterable<OverlayEntry>): Promise<[string, string | null][]> {
  const entries: [string, string | null][] = []
  for await (const [name, value] of scan) entries.push([toText(name), value && toText(value)])
  return entries
}

const sorted = (content: Content): [string, string | null][] =>
  [...content].sort(([a], [b]) => (a < b ? -1 : 1))

const merge = (...contents: (Content | undefined)[]): Content =>
  new Map(contents.flatMap((content) => [...(content ?? [])]))

async function copyOf(disk: Disk): Promise<Disk> {
  const copy = memoryDisk()
  const entries: Change[] = []
  for await (const [name, value] of disk.scan(all)) entries.push({ key: name, value })
  await copy.write(entries)
  return copy
}

async function count(disk: Disk): Promise<number> {
  let entries = 0
  for await (const [name] of disk.scan({ from: Uint8Array.of(keyspace.overlays) })) {
    if (name.length > 25) entries++
  }
  return entries
}

/** Calls `onWrite` after every write, with the disk as a crash at that moment would leave it. */
function watched(disk: Disk, onWrite: () => void): Disk {
  return {
    ...disk,
    write(...call) {
      const written = disk.write(...call)
      onWrite()
      return written
    },
  }
}

const names = fc.constantFrom('a', 'aa', 'b', 'c', 'd', '', '\u00ff')
const content = fc.dictionary(names, fc.option(fc.string({ maxLength: 3 }), { nil: null }))
const step = fc.oneof(
  { weight: 6, arbitrary: content.map((changes) => ({ do: 'write' as const, changes })) },
  {
    weight: 5,
    arbitrary: fc
      .constantFrom('freeze', 'drop', 'settle', 'thaw', 'reopen', 'sweep')
      .map((what) => ({ do: what as 'freeze' | 'drop' | 'settle' | 'thaw' | 'reopen' | 'sweep' })),
  },
)

/** An overlay and what it should be. */
class Play {
  private readonly live: Content[] = [new Map()]
  private frozen: { handle: Frozen; content: Content; hidden: boolean } | undefined

  constructor(
    private readonly disk: Disk,
    private overlay: Overlay,
  ) {}

  async step(one: { do: string; changes?: Record<string, string | null> }): Promise<void> {
    if (one.do === 'write') {
      const changes: Content = new Map(Object.entries(one.changes ?? {}))
      this.live[0] = merge(this.live[0], changes)
      await this.overlay.write(changesOf(changes))
    } else if (one.do === 'reopen') await this.reopen()
    else if (one.do === 'sweep') await this.overlay.swept()
    else if (one.do === 'freeze' || one.do === 'drop') this.hold(one.do)
    else if (one.do === 'settle') await this.settle()
    else this.thaw()
    await this.check()
  }

  private hold(how: 'freeze' | 'drop'): void {
    if (this.frozen !== undefined) {
      expect(() => this.overlay[how]()).toThrow(expect.objectContaining({ code: 'UNIT_BUSY' }))
      return
    }
    this.frozen = { handle: this.overlay[how](), content: this.live[0], hidden: how === 'drop' }
    this.live[0] = new Map()
  }

  private async settle(): Promise<void> {
    if (this.frozen === undefined) return
    await this.disk.write(this.frozen.handle.settle())
    this.frozen.handle.settled()
    this.frozen = undefined
  }

  private thaw(): void {
    if (this.frozen === undefined) return
    this.frozen.handle.thaw()
    this.live[0] = merge(this.frozen.content, this.live[0])
    this.frozen = undefined
  }

  private async reopen(): Promise<void> {
    await this.overlay.swept()
    // A crash while frozen: nothing was settled, so everything is a change again.
    this.live[0] = merge(this.frozen?.content, this.live[0])
    this.frozen = undefined
    this.overlay = await openOverlay(this.disk, id)
  }

  async check(): Promise<void> {
    const { frozen } = this
    const visible = merge(frozen?.hidden === true ? undefined : frozen?.content, this.live[0])
    expect(await read(this.overlay.scan())).toEqual(sorted(visible))
    expect(await read(this.overlay.scan({ reverse: true, limit: 3 }))).toEqual(
      sorted(visible).reverse().slice(0, 3),
    )
    const part = await read(this.overlay.scan({ from: key('aa'), to: key('c') }))
    expect(part).toEqual(sorted(visible).filter(([name]) => name >= 'aa' && name < 'c'))
    expect(this.overlay.isEmpty()).toBe(visible.size === 0)
    for (const name of ['a', 'aa', 'b', '', '\u00ff', 'never']) {
      const value = this.overlay.get(key(name))
      expect(value && toText(value)).toEqual(visible.get(name))
    }
    if (frozen === undefined) return
    expect(await read(frozen.handle.scan())).toEqual(sorted(frozen.content))
    expect(frozen.handle.isEmpty()).toBe(frozen.content.size === 0)
  }
}

describe('the overlay', () => {
  it('shows what was written, through freezes, settles, thaws and reopening', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const disk = memoryDisk()
        const neighbour = await openOverlay(disk, otherId)
        await neighbour.write(changesOf(new Map([['a', 'neighbour']])))
        const play = new Play(disk, await openOverlay(disk, id))
        for (const one of steps) await play.step(one)
        expect(await read(neighbour.scan())).toEqual([['a', 'neighbour']])
      }),
      { numRuns: 300 },
    )
  })

  it('loses nothing that was acknowledged, whenever the power fails', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(content, { minLength: 4, maxLength: 8 }),
        fc.nat(),
        async (writes, way) => {
          const inner = memoryDisk()
          const baseKey = Uint8Array.of(keyspace.units, 1)
          const moments: Promise<{ disk: Disk; whole: Content }>[] = []
          const bases: Content[] = [new Map()]
          let whole: Content = new Map()
          const moment = async () => {
            const now = whole
            return { disk: await copyOf(inner), whole: now }
          }
          const disk = watched(inner, () => moments.push(moment()))
          const overlay = await openOverlay(disk, id)
          for (const [i, one] of writes.entries()) {
            const changes: Content = new Map(Object.entries(one))
            whole = merge(whole, changes)
            await overlay.write(changesOf(changes))
            if ((way >> i) % 2 === 0) continue
            const frozen = overlay.freeze()
            const folded = merge(bases[bases.length - 1], new Map(await read(frozen.scan())))
            if ((way >> i) % 3 === 0) {
              frozen.thaw()
              continue
            }
            bases.push(folded)
            await disk.write([
              { key: baseKey, value: Uint8Array.of(bases.length - 1) },
              ...frozen.settle(),
            ])
            frozen.settled()
          }
          await overlay.swept()
          for (const { disk: left, whole: expected } of await Promise.all(moments)) {
            const base = bases[left.get(baseKey)?.[0] ?? 0]
            const opened = await openOverlay(left, id)
            const found = merge(base, new Map(await read(opened.scan())))
            expect(sorted(found)).toEqual(sorted(expected))
            await opened.swept()
            expect(sorted(merge(base, new Map(await read(opened.scan()))))).toEqual(
              sorted(expected),
            )
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  it('sweeps settled generations in small steps, also after a crash', async () => {
    const disk = memoryDisk()
    const overlay = await openOverlay(disk, id)
    const many: Content = new Map(Array.from({ length: 1000 }, (_, i) => [`key${i}`, `${i}`]))
    await overlay.write(changesOf(many))
    const frozen = overlay.freeze()
    await overlay.write(changesOf(new Map([['later', 'yes']])))
    await disk.write(frozen.settle())
    const crashed = await copyOf(disk)
    frozen.settled()
    expect(overlay.get(key('key1'))).toBeUndefined()
    await overlay.swept()
    expect(await count(disk)).toBe(1)
    const reopened = await openOverlay(crashed, id)
    expect(await read(reopened.scan())).toEqual([['later', 'yes']])
    await reopened.swept()
    expect(await count(crashed)).toBe(1)
  })

  it('melts generations that a failed backup left apart', async () => {
    const disk = memoryDisk()
    const overlay = await openOverlay(disk, id)
    for (let round = 0; round < 5; round++) {
      const changes: Content = new Map(
        Array.from({ length: 400 }, (_, i) => [`key${i * (round + 1)}`, `round ${round}`]),
      )
      await overlay.write(changesOf(changes))
      overlay.freeze().thaw()
    }
    const before = await read(overlay.scan())
    await overlay.swept()
    expect(await read(overlay.scan())).toEqual(before)
    expect(await count(disk)).toBe(before.length)
    expect(await read((await openOverlay(disk, id)).scan())).toEqual(before)
  })

  it('keeps what is written while it melts', async () => {
    const disk = memoryDisk()
    const overlay = await openOverlay(disk, id)
    const changes = Array.from({ length: 1500 }, (_, i): Change => ({
      key: key(`key${i}`),
      value: key('old'),
    }))
    await overlay.write(changes)
    overlay.freeze().thaw()
    for (let i = 0; i < 1500; i += 3)
      await overlay.write([{ key: key(`key${i}`), value: key('new') }])
    await overlay.swept()
    const entries = new Map(await read(overlay.scan()))
    for (let i = 0; i < 1500; i++) expect(entries.get(`key${i}`)).toBe(i % 3 === 0 ? 'new' : 'old')
  })

  it('refuses ids and records that are none', async () => {
    const disk = memoryDisk()
    await expect(openOverlay(disk, new Uint8Array(19))).rejects.toThrow(/20 bytes/)
    const record = concat(Uint8Array.of(keyspace.overlays), id, new Uint8Array(4))
    await disk.write([{ key: record, value: Uint8Array.of(1, 2) }])
    await expect(openOverlay(disk, id)).rejects.toMatchObject({ code: 'OVERLAY_CORRUPT' })
  })
})

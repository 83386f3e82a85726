import { describe, expect, it } from 'vitest'
import { codecs, cidOf, fromText, midOf, parseCid, toText } from '#base'
import { openBlocks } from '#blocks'
import { keyFromSeed } from '#identity'
import { rightWords } from '#rights'
import { handClock, memoryDisk, memoryLog, seededRandom } from '#world'
import { openUnits } from './units.js'
import type { UnitEvent } from './unit.js'

const owner = keyFromSeed(new Uint8Array(32).fill(1))
const friend = keyFromSeed(new Uint8Array(32).fill(2))
const stranger = keyFromSeed(new Uint8Array(32).fill(3))

async function open(disk = memoryDisk()) {
  const [clock, random, log] = [handClock(), seededRandom(1), memoryLog()]
  const blocks = await openBlocks({ disk, log })
  const units = await openUnits({ disk, blocks, clock, random, log })
  return { disk, blocks, units, clock, log }
}

async function readText(source: AsyncIterable<Uint8Array>): Promise<string> {
  let text = ''
  for await (const part of source) text += toText(part)
  return text
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const one of source) all.push(one)
  return all
}

describe('a unit', () => {
  it('works through its life, as a database', async () => {
    const { units, disk } = await open()
    const unit = await units.create(owner, { mark: 'diary', kind: 'database' })
    await unit.database().set('a', 1)
    const v1 = await unit.backup(owner, { memo: 'first' })
    expect(v1).toMatchObject({ number: 1, memo: 'first', parents: [] })
    await unit.database().set('a', 2)
    expect(unit.changed()).toBe(true)
    expect(unit.database('last').get('a')).toBe(1)
    expect(unit.database().get('a')).toBe(2)
    const v2 = await unit.backup(owner)
    expect(v2.parents).toEqual([v1.cid])
    expect(unit.changed()).toBe(false)
    const again = await open(disk)
    const reopened = again.units.get(unit.mid)
    expect(reopened.versions().map(({ number }) => number)).toEqual([1, 2])
    expect(reopened.database(1).get('a')).toBe(1)
    expect(reopened.database().get('a')).toBe(2)
    expect(await again.units.check()).toEqual([])
  })

  it('works through its life, as files', async () => {
    const { units, disk } = await open()
    const unit = await units.create(owner, { mark: 'site', kind: 'file' })
    const files = unit.files()
    await files.write('a/b.txt', fromText('one'))
    expect(await readText(files.read('a/b.txt'))).toBe('one')
    const v1 = await unit.backup(owner)
    expect(v1.size).toBe(3)
    await files.append('a/b.txt', fromText(' two'))
    await files.rename('a', 'c')
    expect((await collect(files.walk())).map(({ path }) => path)).toEqual(['c/b.txt'])
    const v2 = await unit.backup(owner)
    expect(v2.size).toBe(7)
    expect(await collect(unit.diff(1, 2))).toEqual([
      { path: 'c/b.txt', change: 'added' },
      { path: 'a/b.txt', change: 'removed' },
    ])
    const again = await open(disk)
    const reopened = again.units.get(unit.mid)
    expect(await readText(reopened.files(1).read('a/b.txt'))).toBe('one')
    expect(await readText(reopened.files('last').read('c/b.txt'))).toBe('one two')
    expect(await again.units.check()).toEqual([])
  })
})

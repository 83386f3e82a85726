import { describe, expect, it } from 'vitest'
import { cidOf, codecs, type CID, limits, midOf } from '#base'
import { openBlocks } from '#blocks'
import { memoryDisk } from '#world'
import { CurReferences, readReferences, writeReferences } from './references.js'
import { owner } from './test-units.contract.js'

const mid = midOf({ author: owner.id, app: '', ext: '', mark: 'a', kind: 'file' })
const id = (n: number): string => `${cidOf(codecs.raw, Uint8Array.of(n >> 16, n >> 8, n))}`

async function open(changed = new Map<string, number>()) {
  const disk = memoryDisk()
  const blocks = await openBlocks({ disk })
  const base: { cid: CID | null } = { cid: null }
  const references = new CurReferences(mid, disk, blocks, () => base.cid, changed)
  return { blocks, base, references }
}

describe('references', () => {
  it('end at the limit, where counts may still rise', async () => {
    const many = new Map(Array.from({ length: limits.refs }, (_, i) => [id(i), 1] as const))
    const { references } = await open(many)
    await expect(references.add(id(limits.refs), 1)).rejects.toMatchObject({
      code: 'REFERENCES_FULL',
      kind: 'limit',
    })
    expect(await references.add(id(0), 1)).toBe(2)
    expect(await references.remove(id(1), 1)).toBe(0)
    expect(await references.add(id(limits.refs), 1)).toBe(1)
  })

  it('read back as written, in one block or many, the same blocks in any order', async () => {
    const { blocks } = await open()
    expect(await writeReferences(blocks, new Map())).toBeNull()
    expect(await readReferences(blocks, null)).toEqual(new Map())
    for (const size of [1, 4096, 4097, 10_000]) {
      const counts = Array.from({ length: size }, (_, i) => [id(i), i + 1] as const)
      const cid = await writeReferences(blocks, new Map(counts))
      expect(await readReferences(blocks, cid)).toEqual(new Map(counts))
      expect(`${await writeReferences(blocks, new Map(counts.reverse()))}`).toBe(`${cid}`)
    }
  })

  it('changed while a backup is under way are told from what it holds', async () => {
    const { references, base, blocks } = await open()
    await references.add(id(1), 1)
    await references.add(id(2), 1)
    const frozen = references.freeze()
    await references.remove(id(1), 1)
    await references.add(id(3), 1)
    const cid = await writeReferences(blocks, await references.counts(frozen))
    references.settle(frozen)
    base.cid = cid
    references.settled(frozen)
    expect(await references.counts()).toEqual(
      new Map([
        [id(2), 1],
        [id(3), 1],
      ]),
    )
    expect(references.isEmpty()).toBe(false)
    await references.remove(id(3), 1)
    await references.add(id(1), 1)
    expect(await references.counts()).toEqual(await readReferences(blocks, cid))
    expect(references.isEmpty()).toBe(true)
  })
})

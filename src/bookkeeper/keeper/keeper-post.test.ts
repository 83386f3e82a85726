import { describe, expect, it } from 'vitest'
import { encode, fromText, keyId, sha256 } from '#base'
import { keyFromSeed, signatures } from '#identity'
import { accountOf, forms, type Header, headerHash, levels, type Row, wholeTree } from '#ledger'
import { genesisOf, seatingOf, usualRules } from '#organization'
import { memoryDisk } from '#world'
import type { Effect } from '../actor.js'
import { markBodyLayout, type Message } from '../messages.js'
import type { Post } from '../post.js'
import { blocksKept, openKeeperPost } from './keeper-post.js'

const keyNamed = (text: string) => keyFromSeed(sha256(fromText(text)))
const bookkeepers = ['a', 'b', 'c', 'd'].map(keyNamed)
const keeper = keyNamed('keeper')
const treasury = keyNamed('treasury').publicKey
const genesis = genesisOf(
  seatingOf({
    org: accountOf(keyNamed('org').publicKey),
    orgKey: keyNamed('org').publicKey,
    name: fromText('trees'),
    supply: 1000n,
    treasury,
    supervisors: [],
    rules: usualRules,
    root: bookkeepers.map(({ publicKey }) => publicKey),
    seats: [
      {
        prefix: wholeTree,
        committee: bookkeepers.map(({ publicKey }) => publicKey),
        keepers: [keyNamed('other keeper').publicKey, keeper.publicKey],
      },
    ],
    branches: [wholeTree],
  }),
  [
    {
      id: accountOf(treasury),
      amount: 1000n,
      pulse: 0n,
      cold: {
        blind: new Uint8Array(16),
        publicKey: treasury,
        nonce: 0n,
        held: 0n,
        bond: 0n,
        votesRoot: new Uint8Array(32),
        flags: 0,
      },
    },
  ],
)
const opening = genesis.headers.get(wholeTree) as Header
const dataOf = (height: number): Uint8Array => fromText(`closed data of ${height}`)
const headerOf = (height: number, view = height): Header => ({
  ...opening,
  form: forms.block,
  height: BigInt(height),
  view: BigInt(view),
  dataRoot: sha256(dataOf(height)),
})

async function openPost() {
  const disk = memoryDisk()
  const real = signatures()
  const post: Post = {
    genesis,
    key: keeper,
    signatures: real,
    disk: { records: [], rows: disk },
    nonce: 1n,
    branchSecret: () => undefined,
    members: () => [],
  }
  return { role: await openKeeperPost(post, wholeTree), disk, real, post }
}

const keep = (header: Header, data = dataOf(Number(header.height))): Message => ({
  kind: 'keep',
  level: levels.branch,
  prefix: wholeTree,
  header,
  data,
})
const chief = keyId(bookkeepers[0].publicKey)
const rowsOf = (effects: readonly Effect[]): readonly Row[] =>
  effects.flatMap((effect) => (effect.kind === 'store' ? effect.rows : []))
const fetchKept: Message = { kind: 'fetchKept', level: 1, prefix: wholeTree, nonce: 9n }
const keptIn = (effects: readonly Effect[]) =>
  effects.flatMap((effect) =>
    effect.kind === 'send' && effect.message.kind === 'kept' ? effect.message.kept : [],
  )

describe('a keeper', () => {
  it('marks a block only once its data is durable', async () => {
    const { role, real } = await openPost()
    const header = headerOf(1)
    const [effect] = role.receive(chief, keep(header), 0)
    if (effect.kind !== 'store') throw new Error('the data is not stored first')
    const [reply] = effect.then
    if (reply.kind !== 'send' || reply.message.kind !== 'mark') throw new Error('no mark')
    expect(reply.to).toBe(chief)
    const body = encode(markBodyLayout, {
      org: header.org,
      prefix: wholeTree,
      height: 1n,
      headerHash: headerHash(header),
      dataRoot: header.dataRoot,
    })
    const { mark } = reply.message
    expect(mark.keeper).toBe(1)
    const domain = 'leither/ledger/mark/1'
    expect(real.verify(keeper.publicKey, domain, body, mark.signature)).toBe(true)
    expect(role.receive(chief, keep(header), 0)[0].kind).toBe('store')
  })

  it('takes nothing from strangers, and no data that is not what the header says', async () => {
    const { role } = await openPost()
    expect(role.receive(keyId(treasury), keep(headerOf(1)), 0)).toEqual([])
    expect(role.receive(chief, keep(headerOf(1), fromText('other data')), 0)).toEqual([])
    const otherOrg = { ...headerOf(1), org: new Uint8Array(20) }
    expect(role.receive(chief, keep(otherOrg), 0)).toEqual([])
    expect(keptIn(role.receive(chief, fetchKept, 0))).toEqual([])
  })

  it('gives back after a restart what it marked, to bookkeepers alone', async () => {
    const { role, disk, post } = await openPost()
    for (let height = 1; height <= 5; height++) {
      await disk.write([...rowsOf(role.receive(chief, keep(headerOf(height)), 0))])
    }
    const again = await openKeeperPost(post, wholeTree)
    const kept = keptIn(again.receive(chief, fetchKept, 0))
    expect(kept.map(({ header }) => Number(header.height))).toEqual([1, 2, 3, 4, 5])
    expect(kept[2].data).toEqual(dataOf(3))
    expect(again.receive(keyId(treasury), fetchKept, 0)).toEqual([])
  })

  it('leaves out what its disk damaged', async () => {
    const { role, disk, post } = await openPost()
    const [row] = rowsOf(role.receive(chief, keep(headerOf(1)), 0))
    const value = (row.value as Uint8Array).slice()
    value[value.length - 1] ^= 1
    await disk.write([{ key: row.key, value }])
    const again = await openKeeperPost(post, wholeTree)
    expect(keptIn(again.receive(chief, fetchKept, 0))).toEqual([])
  })

  it('drops old blocks, and holds few rivals of one height', async () => {
    const { role } = await openPost()
    for (let view = 1; view <= 9; view++) role.receive(chief, keep(headerOf(1, view)), 0)
    expect(keptIn(role.receive(chief, fetchKept, 0))).toHaveLength(4)
    const rows = rowsOf(role.receive(chief, keep(headerOf(1 + blocksKept)), 0))
    expect(rows.filter(({ value }) => value === undefined)).toHaveLength(4)
    expect(keptIn(role.receive(chief, fetchKept, 0))).toHaveLength(1)
    expect(role.receive(chief, keep(headerOf(1)), 0)).toEqual([])
  })
})

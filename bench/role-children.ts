/** 256 branches as the root sees them: headers that follow the rules, really signed and marked. */
import { encode, fromText, sha256 } from '#base'
import { markBodyLayout, type Report } from '#bookkeeper'
import { type Key, keyFromSeed, sign } from '#identity'
import {
  type Account,
  type Channel,
  channelHash,
  emptyChannel,
  forms,
  type Header,
  headerHash,
  levels,
  listRoot,
  type Prefix,
  quorum,
  toPrefix,
  voteBodyLayout,
  votes,
} from '#ledger'
import {
  type Charter,
  type Genesis,
  genesisOf,
  marksNeeded,
  seatingOf,
  usualRules,
} from '#organization'

export const keyNamed = (name: string): Key => keyFromSeed(sha256(fromText(name)))
export const keysNamed = (name: string, count: number): Key[] =>
  Array.from({ length: count }, (_, i) => keyNamed(`${name} ${i}`))
export const publicKeys = (keys: readonly Key[]): Uint8Array[] =>
  keys.map(({ publicKey }) => publicKey)

export const org = sha256(fromText('organization')).slice(0, 20)

export interface SeatKeys {
  readonly prefix: Prefix
  readonly committee: readonly Key[]
  readonly keepers: readonly Key[]
}

/** A charter of these seats. */
export function charterOf(
  root: readonly Key[],
  seats: readonly SeatKeys[],
  supply: bigint,
  rules: Partial<Charter['rules']> = {},
): Charter {
  return {
    org,
    orgKey: keyNamed('org').publicKey,
    name: fromText('bench'),
    supply,
    treasury: keyNamed('treasury').publicKey,
    supervisors: [],
    rules: { ...usualRules, ...rules },
    root: publicKeys(root),
    seats: seats.map(({ prefix, committee, keepers }) => ({
      prefix,
      committee: publicKeys(committee),
      keepers: publicKeys(keepers),
    })),
    branches: seats.map(({ prefix }) => prefix),
  }
}

export const accountAt = (id: Uint8Array, publicKey: Uint8Array, amount: bigint): Account => ({
  id,
  amount,
  pulse: 0n,
  cold: {
    blind: publicKey.slice(0, 16),
    publicKey,
    nonce: 0n,
    held: 0n,
    bond: 0n,
    votesRoot: new Uint8Array(32),
    flags: 0,
  },
})

const first = 1_000_000n
export const childCount = 256

/** Amounts that go from child to child, as they are sent and taken. */
export class Children {
  readonly genesis: Genesis
  readonly #seats: readonly SeatKeys[]
  readonly #headers: Header[]
  readonly #channels: Channel[][]
  readonly #hashes: Uint8Array[][]
  /** sent to each child up to the last pulse, and since */
  #due: bigint[]
  #sent: bigint[]

  constructor(root: readonly Key[], members: number, keepers: number) {
    this.#seats = Array.from({ length: childCount }, (_, i) => ({
      prefix: toPrefix(i.toString(2).padStart(8, '0')),
      committee: keysNamed(`seat ${i}`, members),
      keepers: keysNamed(`keeper ${i}`, keepers),
    }))
    const accounts = this.#seats.map(({ committee }, i) =>
      accountAt(Uint8Array.of(i, ...new Uint8Array(19)), committee[0].publicKey, first),
    )
    const supply = first * BigInt(childCount)
    this.genesis = genesisOf(seatingOf(charterOf(root, this.#seats, supply)), accounts)
    this.#headers = this.#seats.map(({ prefix }) => this.genesis.headers.get(prefix) as Header)
    this.#channels = this.#seats.map(({ prefix }) =>
      this.#seats
        .filter((other) => other.prefix !== prefix)
        .map((other) => emptyChannel(prefix, other.prefix)),
    )
    this.#hashes = this.#channels.map((channels) => channels.map(channelHash))
    this.#due = this.#seats.map(() => 0n)
    this.#sent = this.#seats.map(() => 0n)
  }

  /** The bookkeepers that carry a child's reports. */
  carriers(child: number): readonly Key[] {
    return this.#seats[child].committee.slice(0, 2)
  }

  /** A report of each child: `changes` channels went on by one receipt. */
  reports(pulse: bigint, changes: number): readonly Report[] {
    const reports = this.#seats.map((_, child) => this.#report(child, pulse, changes))
    this.#due = this.#sent
    this.#sent = [...this.#sent]
    return reports
  }

  #report(child: number, pulse: bigint, changes: number): Report {
    const channels = this.#channels[child]
    const changed = new Set<number>()
    for (let i = 0; i < changes; i++) changed.add((Number(pulse) * 15 + i) % channels.length)
    for (const at of changed) {
      const old = channels[at]
      const head = sha256(old.head)
      const { sequence, cumulative } = old
      channels[at] = { ...old, sequence: sequence + 1n, cumulative: cumulative + 1n, head }
      this.#hashes[child][at] = channelHash(channels[at])
      this.#sent[parseInt(old.destination, 2)] += 1n
    }
    const header = this.#header(child, pulse, BigInt(changed.size))
    const inOrder = [...changed].sort((a, b) => a - b)
    return signed(
      this.#seats[child],
      header,
      inOrder.map((at) => channels[at]),
    )
  }

  #header(child: number, pulseSeen: bigint, out: bigint): Header {
    const before = this.#headers[child]
    const cumIn = this.#due[child]
    const height = before.height + 1n
    const header = {
      ...before,
      form: forms.block,
      height,
      view: before.view + 1n,
      pulseSeen,
      prev: headerHash(before),
      stateRoot: sha256(before.stateRoot),
      total: before.total + (cumIn - before.cumIn) - out,
      cumDebit: before.cumDebit + out,
      cumOut: before.cumOut + out,
      cumIn,
      channelRoot: listRoot(this.#hashes[child]),
      dataRoot: sha256(before.dataRoot),
    }
    this.#headers[child] = header
    return header
  }
}

function signed(
  { committee, keepers, prefix }: SeatKeys,
  header: Header,
  channels: readonly Channel[],
): Report {
  const hash = headerHash(header)
  const { view, cycle, height, dataRoot } = header
  const kind = votes.finalize
  const body = { org, level: levels.branch, prefix, cycle, kind, view, hash }
  const voted = encode(voteBodyLayout, body)
  const marked = encode(markBodyLayout, { org, prefix, height, headerHash: hash, dataRoot })
  return {
    headers: [header],
    certificate: {
      body,
      signers: committee.slice(0, quorum(committee.length)).map((key, seat) => ({
        seat,
        signature: sign(key, 'leither/ledger/vote/1', voted),
      })),
    },
    marks: keepers.slice(0, marksNeeded(keepers.length)).map((key, keeper) => ({
      keeper,
      signature: sign(key, 'leither/ledger/mark/1', marked),
    })),
    channels,
  }
}

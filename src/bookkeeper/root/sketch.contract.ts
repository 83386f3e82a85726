/**
 * Branches that are sketched: headers that follow the rules, certified and marked, without any
 * accounts behind; and an organization for them.
 */
import { concat, encode, equal, fromText, keyId, sha256 } from '#base'
import type { Key, Signatures } from '#identity'
import {
  type Account,
  type Channel,
  emptyChannel,
  forms,
  type Header,
  headerHash,
  levels,
  type Prefix,
  quorum,
  toPrefix,
  voteBodyLayout,
  votes,
} from '#ledger'
import { type Charter, type Genesis, genesisOf, seatingOf, usualRules } from '#organization'
import { ChannelBook } from '../branch/channels.js'
import { openingPrev } from '../branch/opening.js'
import { markBodyLayout, type Report } from '../messages.js'

/** Signs by hashing: enough among those who do not forge. */
export const cheapSignatures: Signatures = {
  sign: ({ publicKey }, domain, body) => {
    const half = sha256(concat(publicKey, fromText(domain), body))
    return concat(half, half)
  },
  verify: (publicKey, domain, body, signature) =>
    equal(signature.subarray(0, 32), sha256(concat(publicKey, fromText(domain), body))),
}

export const keyNamed = (name: string): Key => {
  const publicKey = sha256(fromText(name))
  return { id: keyId(publicKey), publicKey, seed: publicKey }
}
const keysNamed = (name: string, count: number): Key[] =>
  Array.from({ length: count }, (_, i) => keyNamed(`${name} ${i}`))

const keeperCount = 3
export const rootKeys = keysNamed('root', 4)
export const committeeKeys = (prefix: string): Key[] => keysNamed(`branch ${prefix}`, 4)
export const keeperKeys = (prefix: string): Key[] => keysNamed(`keeper ${prefix}`, keeperCount)
const publicKeys = (keys: readonly Key[]): Uint8Array[] => keys.map(({ publicKey }) => publicKey)

export const branchNames = ['', '0', '1', '00', '01', '10', '11']
export const supply = 1000n
const org = new Uint8Array(20).fill(7)

/** An account of 250 in each quarter of the tree. */
const accounts = [0, 64, 128, 192].map((first): Account => ({
  id: Uint8Array.of(first, ...new Uint8Array(19)),
  amount: 250n,
  pulse: 0n,
  cold: {
    blind: new Uint8Array(16),
    publicKey: keyNamed(`owner ${first}`).publicKey,
    nonce: 0n,
    held: 0n,
    bond: 0n,
    votesRoot: new Uint8Array(32),
    flags: 0,
  },
}))

export function genesisWith(
  rules: Partial<Charter['rules']> = {},
  branches: readonly string[] = ['0', '1'],
  members = 4,
  names: readonly string[] = branchNames,
): Genesis {
  const charter: Charter = {
    org,
    orgKey: keyNamed('org').publicKey,
    name: fromText('council'),
    supply,
    treasury: keyNamed('treasury').publicKey,
    supervisors: [],
    rules: { ...usualRules, ...rules },
    root: publicKeys(rootKeys.slice(0, members)),
    seats: names.map((name) => ({
      prefix: toPrefix(name),
      committee: publicKeys(committeeKeys(name)),
      keepers: publicKeys(keeperKeys(name)),
    })),
    branches: branches.map(toPrefix),
  }
  return genesisOf(seatingOf(charter), accounts)
}

/** What a branch's next block does. */
export interface Change {
  /** by destination */
  readonly out?: Readonly<Record<string, bigint>>
  readonly taken?: bigint
  readonly debit?: bigint
  readonly pulseSeen?: bigint
  readonly form?: number
  readonly count?: number
  /** written over the header at last */
  readonly wrong?: Partial<Header>
}

/** A branch without accounts. */
export class Sketch {
  header: Header
  book: ChannelBook
  /** since the last report */
  headers: Header[] = []
  #reported: ChannelBook

  constructor(header: Header, book = ChannelBook.of([])) {
    this.header = header
    this.book = book
    this.#reported = book
  }

  get prefix(): Prefix {
    return this.header.prefix
  }

  copy(): Sketch {
    const copy = new Sketch(this.header, this.book)
    copy.headers = [...this.headers]
    copy.#reported = this.#reported
    return copy
  }

  step(change: Change = {}): this {
    const { header, prefix } = this
    const { out = {}, taken = 0n, debit = 0n } = change
    const sent = Object.entries(out).map(([to, amount]): Channel => {
      const old = this.book.get(prefix, toPrefix(to)) ?? emptyChannel(prefix, toPrefix(to))
      const head = sha256(concat(old.head, fromText(`${amount}`)))
      const sequence = old.sequence + 1n
      return { ...old, sequence, cumulative: old.cumulative + amount, head }
    })
    this.book = this.book.with(sent)
    const left = Object.values(out).reduce((sum, amount) => sum + amount, 0n)
    const height = header.height + 1n
    this.header = {
      ...header,
      form: change.form ?? forms.block,
      height,
      view: header.view + 1n,
      pulseSeen: change.pulseSeen ?? header.pulseSeen,
      prev: headerHash(header),
      stateRoot: sha256(fromText(`${prefix} ${height} ${left} ${taken}`)),
      total: header.total + taken - left,
      count: change.count ?? header.count,
      cumDebit: header.cumDebit + debit + left,
      cumOut: header.cumOut + left,
      cumIn: header.cumIn + taken,
      channelRoot: this.book.root,
      dataRoot: sha256(fromText(`data of ${prefix} ${height}`)),
      ...change.wrong,
    }
    this.headers.push(this.header)
    return this
  }

  /** All since the table has taken the last report, or since `included` was called. */
  report(): Report {
    const old = this.#reported
    const channels = this.book.list.filter(
      ({ source, destination, sequence }) => old.get(source, destination).sequence !== sequence,
    )
    return reportOf(this.headers, channels)
  }

  /** The table has the newest header. */
  included(): this {
    this.headers = []
    this.#reported = this.book
    return this
  }
}

/** Finalized by three of the committee, marked by two keepers. */
export function reportOf(headers: readonly Header[], channels: readonly Channel[]): Report {
  const header = headers[headers.length - 1]
  const { prefix } = header
  const hash = headerHash(header)
  const body = {
    org,
    level: levels.branch,
    prefix,
    cycle: header.cycle,
    kind: votes.finalize,
    view: header.view,
    hash,
  }
  const signed = encode(voteBodyLayout, body)
  const { height, dataRoot } = header
  const marked = encode(markBodyLayout, { org, prefix, height, headerHash: hash, dataRoot })
  return {
    headers,
    certificate: {
      body,
      signers: committeeKeys(prefix)
        .slice(0, quorum(4))
        .map((key, seat) => ({
          seat,
          signature: cheapSignatures.sign(key, 'leither/ledger/vote/1', signed),
        })),
    },
    marks: keeperKeys(prefix)
      .slice(0, 2)
      .map((key, keeper) => ({
        keeper,
        signature: cheapSignatures.sign(key, 'leither/ledger/mark/1', marked),
      })),
    channels,
  }
}

/** The opening of a branch in place of closed ones. */
export function openingOf(
  prefix: string,
  closing: readonly Header[],
  sums: { readonly total: bigint; readonly count: number },
  wrong: Partial<Header> = {},
): Header {
  const seats = seatingOf(genesisWith().seating.charter).committee(toPrefix(prefix))
  const committee = seats?.hash ?? new Uint8Array(32)
  return {
    ...closing[0],
    form: forms.opening,
    prefix: toPrefix(prefix),
    cycle: Math.max(...closing.map(({ cycle }) => cycle)) + 1,
    ...{ height: 0n, view: 0n, cumDebit: 0n, cumOut: 0n, cumIn: 0n, outboxSize: 0n },
    channelRoot: new Uint8Array(32),
    prev: openingPrev(closing),
    total: sums.total,
    count: sums.count,
    committee,
    nextCommittee: committee,
    ...wrong,
  }
}

/** What rehearsals order: numbers, each of which must stand in the chain once. */
import { concat, encode, equal, fromText, sha256, u64 } from '#base'
import { keyId } from '#base'
import type { Key, Signatures } from '#identity'
import { committeeOf, forms, type Header, headerHash, noRoot, wholeTree } from '#ledger'
import type { Effect } from '../actor.js'
import type { Block, SealedBlock } from '../messages.js'
import type { Application } from './application.js'
import { Simplex } from './simplex.js'

/** Signs by hashing: enough among those who do not forge. */
export const cheapSignatures: Signatures = {
  sign: ({ publicKey }, domain, body) => {
    const half = sha256(concat(publicKey, fromText(domain), body))
    return concat(half, half)
  },
  verify: (publicKey, domain, body, signature) =>
    equal(signature.subarray(0, 32), sha256(concat(publicKey, fromText(domain), body))),
}

export const keyOfSeat = (seat: number): Key => {
  const publicKey = sha256(fromText(`seat ${seat}`))
  return { id: keyId(publicKey), publicKey, seed: publicKey }
}

export const testOrg = new Uint8Array(20).fill(7)
export const genesisHeader: Header = {
  form: forms.block,
  org: testOrg,
  prefix: wholeTree,
  cycle: 0,
  height: 0n,
  view: 0n,
  pulseSeen: 0n,
  time: 0n,
  prev: noRoot,
  stateRoot: noRoot,
  total: 0n,
  bondSum: 0n,
  count: 0,
  cumDebit: 0n,
  cumOut: 0n,
  cumIn: 0n,
  bodyRoot: noRoot,
  outboxRoot: noRoot,
  outboxSize: 0n,
  channelRoot: noRoot,
  cursorRoot: noRoot,
  dataRoot: noRoot,
  tallyRoot: noRoot,
  evidenceRoot: noRoot,
  committee: noRoot,
  nextCommittee: noRoot,
}

/** A block of numbered items. */
export const blockOf = (parent: Header, view: bigint, items: readonly bigint[]): Block => {
  const body = concat(...items.map((item) => encode(u64, item)))
  const bodyRoot = sha256(body)
  const stateRoot = sha256(concat(parent.stateRoot, bodyRoot))
  const header = { ...parent, height: parent.height + 1n, view, prev: headerHash(parent) }
  return { header: { ...header, bodyRoot, stateRoot }, body }
}

export const itemsOf = ({ body }: Block): bigint[] => {
  const view = new DataView(body.buffer, body.byteOffset, body.length)
  return Array.from({ length: body.length / 8 }, (_, i) => view.getBigUint64(8 * i, true))
}

/** Orders numbers: what every node is told of must end up in the chain once. */
export class Counting implements Application {
  finalizedHeader: Header
  readonly pending = new Set<bigint>()
  readonly done = new Set<bigint>()
  fellBehindAt?: bigint
  /** answers of `check` until further notice, where not decided by the block */
  isWaiting = false

  constructor(readonly rows: Map<bigint, SealedBlock>) {
    let header = genesisHeader
    for (let height = 1n; rows.has(height); height++) {
      const { block } = rows.get(height)!
      header = block.header
      for (const item of itemsOf(block)) this.done.add(item)
    }
    this.finalizedHeader = header
  }

  #open(ancestry: readonly Block[]): bigint[] {
    const taken = new Set(ancestry.flatMap(itemsOf))
    return [...this.pending].filter((item) => !taken.has(item) && !this.done.has(item))
  }

  propose(ancestry: readonly Block[], view: bigint, _now: number, isStuck: boolean) {
    const items = this.#open(ancestry)
    if (items.length === 0 && !isStuck) return undefined
    return blockOf(ancestry.at(-1)?.header ?? this.finalizedHeader, view, items.slice(0, 4))
  }

  check(block: Block, ancestry: readonly Block[]) {
    if (this.isWaiting) return 'later'
    const parent = ancestry.at(-1)?.header ?? this.finalizedHeader
    const again = blockOf(parent, block.header.view, itemsOf(block))
    const isSame = equal(headerHash(again.header), headerHash(block.header))
    return isSame ? 'valid' : 'invalid'
  }

  isOwed(ancestry: readonly Block[]) {
    return this.#open(ancestry).length > 0
  }

  finalized(sealed: SealedBlock): Effect[] {
    const { header } = sealed.block
    if (header.height !== this.finalizedHeader.height + 1n) throw new RangeError('out of order')
    if (!equal(header.prev, headerHash(this.finalizedHeader))) throw new RangeError('other chain')
    this.finalizedHeader = header
    for (const item of itemsOf(sealed.block)) this.done.add(item)
    this.rows.set(header.height, sealed)
    return []
  }

  sealedAt(height: bigint) {
    return this.rows.get(height)
  }

  fellBehind(height: bigint): Effect[] {
    this.fellBehindAt = height
    return []
  }
}

export const committeeOfSize = (size: number) =>
  committeeOf(Array.from({ length: size }, (_, seat) => keyOfSeat(seat).publicKey))

export function engineOf(size: number, seat: number, application: Application, nonce: bigint) {
  return new Simplex({
    org: testOrg,
    level: 1,
    prefix: wholeTree,
    cycle: 0,
    committee: committeeOfSize(size),
    seat,
    key: keyOfSeat(seat),
    signatures: cheapSignatures,
    rules: { viewMillis: 250, mostViewMillis: 2000 },
    application,
    nonce,
  })
}

/** A small generator of random numbers (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

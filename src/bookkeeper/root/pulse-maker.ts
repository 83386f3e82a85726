/**
 * The root as consensus sees it (spec OL-1, E 4 and 5): proposes, checks and takes tables. A pulse
 * comes once in a while, and only if its table differs from the one before.
 */
import { decode, encode, equal, type ValueOf } from '#base'
import { type Header, type Prefix, type Table, tableLayout } from '#ledger'
import type { Rules } from '#organization'
import { type Effect, type NodeName, reached, tell } from '../actor.js'
import { keyOf } from '../simplex/state.js'
import type { Block, SealedBlock } from '../messages.js'
import type { Post } from '../post.js'
import type { Application } from '../simplex/application.js'
import { late } from './admission.js'
import { compose, heldFault, isTight, mayStand } from './compose.js'
import { nextState } from './next-state.js'
import type { Held, ReportPool } from './report-pool.js'
import { type PulseRow, readPulse, type Restored } from './rows.js'
import { type Included, rootBodyLayout, type RootState } from './state.js'
import { hashOf } from './steps.js'

/** Reports that are asked for at a time. */
const mostWanted = 1024
/** Pulses of which the table is held in memory. */
const tablesHeld = 4n

interface Asked {
  readonly hash: Uint8Array
  readonly of: NodeName
}

type RootBody = ValueOf<typeof rootBodyLayout>
const bodies = new WeakMap<Block, RootBody>()

/** A block's body, read once. @throws LayoutInvalid */
function bodyOf(block: Block): RootBody {
  let body = bodies.get(block)
  if (body === undefined) bodies.set(block, (body = decode(rootBodyLayout, block.body)))
  return body
}

export class PulseMaker implements Application {
  readonly #post: Post
  readonly #rules: Rules
  readonly #pool: ReportPool
  readonly #leaders: readonly NodeName[]
  /** of blocks after the final one, by hash */
  readonly #states = new Map<string, RootState>()
  /** when a block was first seen, this node's clock, by hash */
  readonly #seen = new Map<string, number>()
  readonly #rows = new Map<bigint, PulseRow>()
  readonly #asked = new Map<string, Asked>()
  #final: RootState
  /** what the owner does after the engine's step */
  #effects: Effect[] = []
  #sealed: { readonly row: PulseRow; readonly state: RootState }[] = []
  /** when to ask again, this node's clock */
  #askAt: number | undefined

  constructor(post: Post, pool: ReportPool, { state }: Restored, leaders: readonly NodeName[]) {
    this.#post = post
    this.#rules = post.genesis.seating.charter.rules
    this.#pool = pool
    this.#leaders = leaders
    this.#final = state
  }

  get finalizedHeader(): Header {
    return this.#final.header
  }
  /** What is in the newest pulse. */
  get final(): RootState {
    return this.#final
  }

  /** The state after these blocks. @throws BlockInvalid, LayoutInvalid where one is false */
  #stateAfter(ancestry: readonly Block[]): RootState {
    let state = this.#final
    ancestry.forEach((block, i) => {
      if (block.header.height <= this.#final.header.height) return
      state = this.#after(state, block, ancestry.slice(0, i))
    })
    return state
  }

  #after(state: RootState, block: Block, ancestry: readonly Block[]): RootState {
    const name = keyOf(hashOf(block.header))
    const known = this.#states.get(name)
    if (known !== undefined) return known
    const { included } = bodyOf(block)
    const next = this.#next(state, included, block.header, ancestry)
    this.#states.set(name, next)
    return next
  }

  #next(
    state: RootState,
    included: readonly Included[],
    { view, time }: { readonly view: bigint; readonly time: bigint },
    ancestry: readonly Block[],
  ): RootState {
    const tableAt = (pulse: bigint): Table | undefined => {
      const block = ancestry.find(({ header }) => header.pulseSeen === pulse)
      if (block === undefined) return this.rowAt(pulse)?.table
      return this.#states.get(keyOf(hashOf(block.header)))?.table
    }
    return nextState(state, included, {
      seating: this.#post.genesis.seating,
      view,
      time,
      tableAt,
    })
  }

  /** A stored pulse. */
  rowAt(pulse: bigint): PulseRow | undefined {
    return this.#rows.get(pulse) ?? readPulse(this.#post.disk.rows, pulse)
  }

  #seenAt(header: Header): number {
    return this.#seen.get(keyOf(hashOf(header))) ?? Number.NEGATIVE_INFINITY
  }

  /**
   * When the pulse after this one is due. Its leader's clock says when it was proposed, so that no
   * hop is added to every pulse; a clock that is off moves the next one by a hop or two at most.
   */
  #dueAt(header: Header): number {
    const { pulseMillis, viewMillis } = this.#rules
    const seen = this.#seenAt(header)
    const proposed = Number(header.time)
    const began = Math.max(seen - viewMillis / 2, Math.min(seen, proposed))
    return began + pulseMillis
  }

  #note(hash: Uint8Array, now: number): void {
    const name = keyOf(hash)
    if (!this.#seen.has(name)) this.#seen.set(name, now)
  }

  /** Whether it is time; if not, the owner asks again then. */
  #isTime(at: number, now: number): boolean {
    if (now >= at) return true
    if (this.#askAt === undefined || at < this.#askAt) this.#askAt = at
    return false
  }

  propose(
    ancestry: readonly Block[],
    view: bigint,
    now: number,
    isStuck: boolean,
  ): Block | undefined {
    const parent = this.#stateAfter(ancestry)
    const isEmptyWanted = isStuck || isTight(parent, this.#rules.cover)
    const { branches } = this.#pool
    if (branches.length === 0 && !isEmptyWanted) return undefined
    if (!this.#isTime(this.#dueAt(parent.header), now)) return undefined
    const { included, refused } = compose(parent, this.#pool, this.#post.genesis.seating)
    if (ancestry.length === 0) this.#refuse(refused)
    if (included.length === 0 && !isEmptyWanted) return undefined
    const time = BigInt(Math.max(0, Math.floor(now)))
    const clock = time > parent.header.time ? time : parent.header.time
    const next = this.#next(parent, included, { view, time: clock }, ancestry)
    const hash = hashOf(next.header)
    this.#states.set(keyOf(hash), next)
    this.#note(hash, now)
    return { header: next.header, body: encode(rootBodyLayout, { table: next.table, included }) }
  }

  #refuse(refused: ReturnType<typeof compose>['refused']): void {
    for (const { held, fault } of refused) {
      this.#pool.drop(held)
      if (late.has(fault)) continue
      const what = `branch "${held.header.prefix}" finalized ${fault}`
      this.#effects.push(tell({ kind: 'evidence', what, node: held.signer }))
    }
  }

  check(block: Block, ancestry: readonly Block[], now: number): 'valid' | 'invalid' | 'later' {
    return this.#verdict(() => {
      const parent = this.#stateAfter(ancestry)
      const early = this.#seenAt(parent.header) + this.#rules.pulseMillis / 2
      if (!this.#isTime(early, now)) return 'later'
      const { included } = bodyOf(block)
      const isMissing = this.#isMissing(included, block.header, parent)
      if (isMissing) return 'later'
      if (included.some(({ header }) => this.#heldFault(parent, header) !== undefined)) {
        return 'invalid'
      }
      if (!this.#isGenuine(block, ancestry, parent)) return 'invalid'
      const isIdle = included.length === 0 && ancestry.length === 0
      if (isIdle && !isTight(parent, this.#rules.cover)) return 'later'
      this.#note(hashOf(block.header), now)
      return 'valid'
    })
  }

  /** A block that a quorum has certified: whether its body is what its header says. */
  matches(block: Block, ancestry: readonly Block[], now: number): 'valid' | 'invalid' | 'later' {
    return this.#verdict(() => {
      const parent = this.#stateAfter(ancestry)
      if (!this.#isGenuine(block, ancestry, parent)) return 'invalid'
      this.#note(hashOf(block.header), now)
      return 'valid'
    })
  }

  #verdict(judge: () => 'valid' | 'invalid' | 'later'): 'valid' | 'invalid' | 'later' {
    try {
      return judge()
    } catch (error) {
      const code = (error as { code?: unknown }).code
      if (code === 'LEDGER_STUCK') return 'later'
      if (code === 'BLOCK_INVALID' || code === 'LAYOUT_INVALID') return 'invalid'
      if (code === 'PREFIX_INVALID' || code === 'SUM_OVERFLOW') return 'invalid'
      throw error
    }
  }

  #heldFault(parent: RootState, header: Header) {
    const held = this.#pool.get(hashOf(header))
    return held === undefined ? 'missing' : heldFault(parent, held)
  }

  /** Whether reports are missing that the table refers to; its leader is asked for them. */
  #isMissing(included: readonly Included[], block: Header, parent: RootState): boolean {
    const of = this.#leaders[Number(block.view % BigInt(this.#leaders.length))]
    let isMissing = false
    for (const { header } of included) {
      const hash = hashOf(header)
      if (this.#pool.get(hash) !== undefined) continue
      const present = parent.sources.get(header.prefix)
      if (present !== undefined && equal(hashOf(present.header), hash)) return false
      isMissing = true
      const name = keyOf(hash)
      if (this.#asked.has(name) || this.#asked.size >= mostWanted) continue
      this.#asked.set(name, { hash, of })
      this.#effects.push(...this.#ask({ hash, of }))
    }
    return isMissing
  }

  #ask({ hash, of }: Asked): readonly Effect[] {
    if (of === this.#post.key.id) return []
    const { level, prefix } = { level: 0, prefix: '' as Prefix }
    return [
      reached('root/report fetched'),
      { kind: 'send', to: of, message: { kind: 'fetchBlock', level, prefix, hash } },
    ]
  }

  #isGenuine(block: Block, ancestry: readonly Block[], parent: RootState): boolean {
    const { header, body } = block
    if (header.time < parent.header.time) return false
    const name = keyOf(hashOf(header))
    const { included } = bodyOf(block)
    const next = this.#states.get(name) ?? this.#next(parent, included, header, ancestry)
    if (keyOf(hashOf(next.header)) !== name) return false
    const table = encode(tableLayout, next.table)
    if (!equal(table, body.subarray(0, table.length))) return false
    this.#states.set(name, next)
    return true
  }

  isOwed(ancestry: readonly Block[], now: number): boolean {
    const parent = this.#stateAfter(ancestry)
    const { pulseMillis, viewMillis } = this.#rules
    const patience = pulseMillis + viewMillis
    if (isTight(parent, this.#rules.cover)) {
      if (this.#isTime(this.#seenAt(parent.header) + patience, now)) return true
    }
    const { seating } = this.#post.genesis
    const late: Held[] = []
    let next = Number.POSITIVE_INFINITY
    for (const held of this.#pool.all()) {
      if (held.since + patience <= now) late.push(held)
      else next = Math.min(next, held.since + patience)
    }
    if (late.some((held) => mayStand(parent, this.#pool, held, seating))) return true
    if (next < Number.POSITIVE_INFINITY) this.#isTime(next, now)
    return false
  }

  finalized(sealed: SealedBlock, now: number): readonly Effect[] {
    const { header } = sealed.block
    const state = this.#after(this.#final, sealed.block, [])
    this.#note(hashOf(header), now)
    const row = { sealed, table: state.table }
    this.#final = state
    this.#rows.set(header.pulseSeen, row)
    this.#rows.delete(header.pulseSeen - tablesHeld)
    this.#sealed.push({ row, state })
    this.#pool.settle(state)
    this.#forget()
    return []
  }

  /** States and times of what cannot matter any more. */
  #forget(): void {
    const { height } = this.#final.header
    for (const [name, { header }] of this.#states) {
      if (header.height < height) this.#states.delete(name)
    }
    const final = keyOf(hashOf(this.#final.header))
    for (const name of this.#seen.keys()) {
      if (name !== final && !this.#states.has(name)) this.#seen.delete(name)
    }
    this.#asked.clear()
  }

  sealedAt(height: bigint): SealedBlock | undefined {
    return this.rowAt(height)?.sealed
  }

  /** Pulses are kept for ever: whoever is ahead has all blocks. */
  fellBehind(height: bigint): readonly Effect[] {
    return [tell({ kind: 'stuck', what: `the root needs the blocks up to pulse ${height}` })]
  }

  /** What came of the engine's step: pulses that became final, oldest first, and more to do. */
  flush(): {
    readonly sealed: readonly { readonly row: PulseRow; readonly state: RootState }[]
    readonly effects: readonly Effect[]
    readonly askAt: number | undefined
  } {
    const flushed = { sealed: this.#sealed, effects: this.#effects, askAt: this.#askAt }
    this.#sealed = []
    this.#effects = []
    this.#askAt = undefined
    return flushed
  }

  /** Whether a report is one that a proposal is waiting for. */
  isAsked(hash: Uint8Array): boolean {
    return this.#asked.has(keyOf(hash))
  }
}

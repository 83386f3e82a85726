/**
 * From a finalized block to the root (spec OL-1, E steps 2 and 3): keepers hold its data and mark
 * it, its leader reports it with its certificate and marks.
 */
import { encode, equal } from '#base'
import { type Certificate, type Channel, type Header, type TableEntry, votes } from '#ledger'
import { marksNeeded } from '#organization'
import { type Effect, type NodeName, send } from '../actor.js'
import { markBodyLayout, type Message, type MessageOf, type Report } from '../messages.js'
import { hashOf, type Step } from './chain.js'
import { keyOf, type Seat, toBranch, toRoot } from './seat.js'

type Mark = Report['marks'][number]

/** Blocks whose data and marks are remembered. */
const remembered = 128
/** Headers of one report at most (see reportLayout). */
const mostHeaders = 64

interface Kept {
  readonly header: Header
  readonly data: Uint8Array
  readonly marks: Map<number, Mark>
}

/** A finalized block that the root does not have yet. */
export interface Unreported {
  readonly header: Header
  /** its own, or of a later block that made it final as well */
  readonly certificate: Certificate
  readonly channels: readonly Channel[]
}

const isOwn = ({ header, certificate }: Unreported): boolean =>
  certificate.body.kind === votes.finalize && equal(certificate.body.hash, hashOf(header))

export class Reports {
  readonly #seat: Seat
  readonly #kept = new Map<string, Kept>()
  /** finalized and not included, ascending */
  #blocks: Unreported[] = []
  #reported = 0n
  #offered: readonly Channel[] = []

  constructor(seat: Seat, channels: readonly Channel[]) {
    this.#seat = seat
    this.#offered = channels
  }

  get isWaiting(): boolean {
    return this.#blocks.length > 0
  }

  /**
   * Whether this seat carries a block out of the branch: its leader. Where a pulse comes without
   * the block, another seat does it `again`.
   */
  #isCarrier({ view }: Header): boolean {
    const { members, seat } = this.#seat
    return view % BigInt(members.length) === BigInt(seat)
  }

  /** A block was executed here: its data go to the keepers. */
  executed({ block: { header }, hash, applied: { data } }: Step): readonly Effect[] {
    if (this.#seat.keepers.length === 0) return []
    const name = keyOf(hash)
    if (!this.#kept.has(name)) this.#kept.set(name, { header, data, marks: new Map() })
    if (this.#kept.size > remembered) {
      const [oldest] = this.#kept.keys()
      this.#kept.delete(oldest)
    }
    return this.#isCarrier(header) ? this.#keep(name) : []
  }

  #keep(name: string): readonly Effect[] {
    const kept = this.#kept.get(name)
    if (kept === undefined) return []
    const { header, data, marks } = kept
    const message: Message = { kind: 'keep', ...toBranch(this.#seat.prefix), header, data }
    return this.#seat.keepers
      .filter((_, keeper) => !marks.has(keeper))
      .map((keeper) => send(keeper, message))
  }

  /** A keeper's mark. Its signature is checked where it may decide. */
  mark(from: NodeName, { headerHash, mark }: MessageOf<'mark'>): readonly Effect[] {
    const { keepers, post, org, prefix } = this.#seat
    const name = keyOf(headerHash)
    const kept = this.#kept.get(name)
    if (kept === undefined || keepers[mark.keeper] !== from || kept.marks.has(mark.keeper))
      return []
    const { height, dataRoot } = kept.header
    const body = encode(markBodyLayout, { org, prefix, height, headerHash, dataRoot })
    const key = post.genesis.seating.keepers(prefix)[mark.keeper]
    if (!post.signatures.verify(key, 'leither/ledger/mark/1', body, mark.signature)) return []
    kept.marks.set(mark.keeper, mark)
    const isEnough = kept.marks.size === marksNeeded(keepers.length)
    return isEnough && this.#isCarrier(kept.header) ? this.#report() : []
  }

  /** A block is final. */
  finalized(block: Unreported): readonly Effect[] {
    this.#blocks.push(block)
    return this.#isCarrier(block.header) ? this.#report() : []
  }

  #marks(header: Header): readonly Mark[] | undefined {
    const needed = marksNeeded(this.#seat.keepers.length)
    if (needed === 0) return []
    const marks = [...(this.#kept.get(keyOf(hashOf(header)))?.marks.values() ?? [])]
    if (marks.length < needed) return undefined
    return marks.sort((a, b) => a.keeper - b.keeper)
  }

  /** Reports the newest block that has all it needs, once. */
  #report(isAgain = false): readonly Effect[] {
    const last = this.#blocks.slice(0, mostHeaders).findLast((block) => {
      return isOwn(block) && this.#marks(block.header) !== undefined
    })
    if (last === undefined || (!isAgain && last.header.height <= this.#reported)) return []
    if (last.header.height > this.#reported) this.#reported = last.header.height
    const report: Report = {
      headers: this.#blocks.slice(0, this.#blocks.indexOf(last) + 1).map(({ header }) => header),
      certificate: last.certificate,
      marks: this.#marks(last.header) ?? [],
      channels: changedSince(this.#offered, last.channels),
    }
    const message: Message = { kind: 'report', ...toRoot, report }
    return this.#seat.root.map((member) => send(member, message))
  }

  /** A pulse has included our block of this height. @param channels as they were after it */
  included({ height }: TableEntry, channels: readonly Channel[]): void {
    this.#blocks = this.#blocks.filter(({ header }) => header.height > height)
    this.#offered = channels
    for (const [name, { header }] of this.#kept)
      if (header.height <= height) this.#kept.delete(name)
  }

  /** A pulse or some time has passed and the root still lacks our blocks. */
  again(turn: bigint): readonly Effect[] {
    const { seat, members } = this.#seat
    if (this.#blocks.length === 0 || turn % BigInt(members.length) !== BigInt(seat)) return []
    const newest = this.#blocks.slice(0, mostHeaders).findLast(isOwn)
    if (newest === undefined) return []
    const lacks = this.#marks(newest.header) === undefined
    return [...(lacks ? this.#keep(keyOf(hashOf(newest.header))) : []), ...this.#report(true)]
  }

  /** Goes on from a state that others have given. @param channels as they stand in it */
  adopt(channels: readonly Channel[]): void {
    this.#blocks = []
    this.#kept.clear()
    this.#offered = channels
  }

  /** The data of a block that was finalized before this start are offered again. */
  known(step: Step): void {
    const { header } = step.block
    const name = keyOf(step.hash)
    if (this.#kept.has(name)) return
    this.#kept.set(name, { header, data: step.applied.data, marks: new Map() })
  }
}

/** Channels that stand elsewhere than they did. */
function changedSince(before: readonly Channel[], now: readonly Channel[]): readonly Channel[] {
  const stood = new Map(before.map((channel) => [nameOf(channel), channel.sequence]))
  return now.filter((channel) => stood.get(nameOf(channel)) !== channel.sequence)
}
const nameOf = ({ source, destination }: Channel): string => `${source} ${destination}`

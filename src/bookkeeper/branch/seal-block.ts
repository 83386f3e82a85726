/** The header that a block's execution gives (spec OL-1, C). */
import { encode } from '#base'
import {
  appendedAll,
  type Header,
  headerHash,
  headerLayout,
  listRoot,
  type Mmr,
  mmrRoot,
  noRoot,
  type Sums,
} from '#ledger'
import type { Seating } from '#organization'
import { BlockInvalid } from '../errors.js'
import type { ChannelBook } from './channels.js'
import type { Work } from './execute.js'

/** What the maker of a block chooses. */
export interface Frame {
  readonly form: number
  readonly view: bigint
  readonly time: bigint
}

/** What a branch has sent and taken. */
export interface Books {
  readonly channels: ChannelBook
  readonly cursors: ChannelBook
  readonly outbox: Mmr
}

/** Where a branch stands beside its accounts. Never changes. */
export interface Standing extends Books {
  readonly header: Header
  readonly pageFrom: Uint8Array
  /** closed data of the block; undefined where it is not known */
  readonly data: Uint8Array | undefined
}

/** The standing's own roots. */
export const rootsOf = ({ channels, cursors, outbox }: Books) => ({
  outboxRoot: mmrRoot(outbox),
  outboxSize: outbox.size,
  channelRoot: channels.root,
  cursorRoot: cursors.root,
})

/** The committees that a branch's headers name. */
export function seatsOf(seating: Seating, prefix: Header['prefix']) {
  const committee = seating.committee(prefix)
  if (committee === undefined) throw new BlockInvalid(`branch "${prefix}" has no seats`)
  return { committee: committee.hash, nextCommittee: committee.hash }
}

/** Channels, cursors and outbox after the block's work. */
export function booksAfter(work: Work, { outbox }: Books): Books {
  const { channels, cursors } = work.footing
  return {
    channels: channels.with(work.out),
    cursors: cursors.with(work.taken),
    outbox: appendedAll(outbox, work.sentHashes),
  }
}

/** The header of the block: everything that follows from the parent, the frame and the work. */
export function headerAfter(
  work: Work,
  frame: Frame,
  state: { readonly stateRoot: Uint8Array; readonly sums: Sums },
  roots: ReturnType<typeof rootsOf>,
  dataRoot: Uint8Array,
): Header {
  const { parent, prefix, seating } = work.footing
  const { total, bond, count } = state.sums
  const { cumDebit, cumOut, cumIn } = work
  if (total - parent.total !== cumIn - parent.cumIn - (cumOut - parent.cumOut)) {
    throw new BlockInvalid(`the sum ${total} does not follow from ${parent.total}`)
  }
  return {
    form: frame.form,
    org: parent.org,
    prefix,
    cycle: parent.cycle,
    height: parent.height + 1n,
    view: frame.view,
    pulseSeen: work.pulse,
    time: frame.time,
    prev: headerHash(parent),
    stateRoot: state.stateRoot,
    total,
    bondSum: bond,
    count,
    ...{ cumDebit, cumOut, cumIn },
    bodyRoot: listRoot(work.entries),
    ...roots,
    dataRoot,
    tallyRoot: noRoot,
    evidenceRoot: noRoot,
    ...seatsOf(seating, prefix),
  }
}

const text = (value: unknown): string =>
  value instanceof Uint8Array ? Buffer.from(value).toString('hex') : String(value)

/** @throws BlockInvalid naming the first field in which two headers differ */
export function checkHeader(given: Header, found: Header): void {
  if (Buffer.compare(encode(headerLayout, given), encode(headerLayout, found)) === 0) return
  for (const [name, value] of Object.entries(given)) {
    const own = text((found as unknown as Record<string, unknown>)[name])
    if (text(value) !== own) {
      throw new BlockInvalid(`the header's ${name} is ${text(value)}, not ${own}`)
    }
  }
}

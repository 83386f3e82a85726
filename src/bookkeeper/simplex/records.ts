/**
 * What an engine has in its journal: its votes, with the blocks that they are for, the certificates
 * that it went by, and the view up to which it must not vote any more.
 */
import { encode, listOf, oneOf, struct, u32, u64, bytesOf, type ValueOf } from '#base'
import { certificateLayout, voteBodyLayout } from '#ledger'
import type { Effect } from '../actor.js'
import { blockLayout } from '../messages.js'
import type { Engine } from './state.js'

export const recordLayout = oneOf({
  vote: struct({
    body: voteBodyLayout,
    signature: bytesOf(64),
    /** what a notarizing vote is for */
    blocks: listOf(blockLayout, 1),
  }),
  certificate: struct({ certificate: certificateLayout }),
  /** votes stand only in later views than this */
  floor: struct({ cycle: u32, view: u64 }),
})
export type SimplexRecord = ValueOf<typeof recordLayout>

/** Appends; `then` once it is durable. @param view at whose finality the record is worth nothing */
export function appendRecord(
  engine: Engine,
  view: bigint,
  value: SimplexRecord,
  then: readonly Effect[],
): void {
  const record = encode(recordLayout, value)
  engine.journal.push({ view, record })
  engine.effects.push({ kind: 'append', record, then })
}

/** Drops what this finalized height and those before it have made worthless. */
export function forget(engine: Engine, height: bigint): void {
  const { header } = engine.final
  const at = height < header.height ? height : header.height
  const view = at === header.height ? header.view : engine.viewsOfHeights.get(at)
  if (view === undefined) return
  for (const known of engine.viewsOfHeights.keys()) {
    if (known <= at) engine.viewsOfHeights.delete(known)
  }
  const kept = engine.journal.filter((entry) => entry.view > view)
  if (kept.length === engine.journal.length) return
  raiseFloor(engine, view)
  const record = encode(recordLayout, { kind: 'floor', ...floorOf(engine) })
  engine.journal.splice(0, engine.journal.length, { view: engine.floor, record }, ...kept)
  const records = engine.journal.map((entry) => entry.record)
  engine.effects.push({ kind: 'rewrite', records, then: [] })
}

export const floorOf = ({ options, floor }: Engine) => ({ cycle: options.cycle, view: floor })

export function raiseFloor(engine: Engine, view: bigint): void {
  if (view > engine.floor) engine.floor = view
}

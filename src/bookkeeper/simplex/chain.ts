/** The chain: what stands on what, whose content is here, and what is final. */
import { equal } from '#base'
import { type Certificate, headerHash } from '#ledger'
import { reached, send } from '../actor.js'
import type { Block } from '../messages.js'
import {
  addressOf,
  certifiedIn,
  type Engine,
  keyOf,
  noteLie,
  type Offer,
  type ViewState,
} from './state.js'

/** Certificates that a proposal has room for. */
const mostReasons = 64

/**
 * Blocks after the finalized one up to the one of this hash, oldest first; undefined where the
 * content of one of them is not here, or where the hash does not descend from what is final.
 */
export function ancestryOf(engine: Engine, hash: Uint8Array): Block[] | undefined {
  const chain: Block[] = []
  let at = hash
  while (!equal(at, engine.final.hash)) {
    const block = engine.blocks.get(keyOf(at))
    if (block === undefined) return undefined
    chain.push(block)
    at = block.header.prev
  }
  return chain.reverse()
}

/** Views after the finalized one of which something is known, the newest first. */
const newestFirst = ({ views }: Engine): [bigint, ViewState][] =>
  [...views].sort(([a], [b]) => (a < b ? 1 : -1))

/** The longest notarized chain that is here whole. */
export function notarizedAncestry(engine: Engine): Block[] {
  for (const [, state] of newestFirst(engine)) {
    const certificate = certifiedIn(state)
    if (certificate === undefined) continue
    const chain = ancestryOf(engine, certificate.body.hash)
    if (chain !== undefined) return chain
  }
  return []
}

/** What the leader of the current view builds on; undefined while certificates or blocks lack. */
export function parentChain(engine: Engine): Block[] | undefined {
  for (let view = engine.view - 1n; view > engine.final.header.view; view--) {
    const state = engine.views.get(view)
    const certificate = certifiedIn(state)
    const chain = certificate && ancestryOf(engine, certificate.body.hash)
    if (chain !== undefined) return chain
    if (state?.skip === undefined) return undefined
  }
  return []
}

/** The view of a certified block that a proposal may stand on; undefined where it is unknown. */
export function viewOfParent(engine: Engine, hash: Uint8Array): bigint | undefined {
  if (equal(hash, engine.final.hash)) return engine.final.header.view
  for (const [view, state] of engine.views) {
    const certificate = certifiedIn(state)
    if (certificate !== undefined && equal(certificate.body.hash, hash)) return view
  }
  return undefined
}

/** Whether every view between the two is skipped. */
export function isSkipped({ views }: Engine, parent: bigint, view: bigint): boolean {
  for (let at = view - 1n; at > parent; at--) {
    if (views.get(at)?.skip === undefined) return false
  }
  return true
}

/** Why a block may stand where it stands: its parent's certificate, and skips, newest first. */
export function justificationOf(engine: Engine, { header }: Block): Certificate[] {
  const parent = viewOfParent(engine, header.prev)
  if (parent === undefined) return []
  const ofParent =
    parent === engine.final.header.view
      ? engine.final.certificate
      : certifiedIn(engine.views.get(parent))
  const reasons = ofParent === undefined ? [] : [ofParent]
  for (let view = header.view - 1n; view > parent && reasons.length < mostReasons; view--) {
    const skip = engine.views.get(view)?.skip
    if (skip !== undefined) reasons.push(skip)
  }
  return reasons
}

interface Certain {
  readonly hash: Uint8Array
  /** certifies the block of this hash, or a descendant */
  readonly certificate: Certificate
}

/** Hashes of certified blocks after the finalized one, and of their ancestors, by hash. */
function certain(engine: Engine): Map<string, Certain> {
  const found = new Map<string, Certain>()
  for (const [, state] of newestFirst(engine)) {
    const certificate = certifiedIn(state)
    let hash = certificate?.body.hash
    while (certificate !== undefined && hash !== undefined && !found.has(keyOf(hash))) {
      if (equal(hash, engine.final.hash)) break
      found.set(keyOf(hash), { hash, certificate })
      const header = contentOf(engine, hash)?.header
      hash = header && header.height > engine.final.header.height + 1n ? header.prev : undefined
    }
  }
  return found
}

const contentOf = ({ blocks, offers }: Engine, hash: Uint8Array): Block | undefined =>
  blocks.get(keyOf(hash)) ?? offers.get(keyOf(hash))?.block

/** Certain hashes whose content is not here. */
export const missing = (engine: Engine): Certain[] =>
  [...certain(engine).values()].filter(({ hash }) => contentOf(engine, hash) === undefined)

/** Asks those who certified them for blocks whose content is not here. */
export function fetchMissing(engine: Engine, attempt: number): void {
  const { seat } = engine.options
  for (const { hash, certificate } of missing(engine).slice(0, 8)) {
    const signers = certificate.signers.filter((signer) => signer.seat !== seat)
    if (signers.length === 0) continue
    const to = engine.names[signers[attempt % signers.length].seat]
    engine.effects.push(send(to, { kind: 'fetchBlock', ...addressOf(engine), hash }))
  }
}

/** Whether a hash is certified, or the parent of what is: then its header is genuine. */
export const isWanted = (engine: Engine, hash: Uint8Array): boolean =>
  missing(engine).some((entry) => equal(entry.hash, hash))

/** Keeps a block until its content can be checked. */
export function offer(engine: Engine, block: Block, hash: Uint8Array, from: string): void {
  engine.offers.set(keyOf(hash), { block, hash, from })
  engine.isCurious = true
}

/**
 * Checks what others have certified and this node has not: only the header is certain, so a false
 * body is thrown away and asked for again.
 * @returns whether a block was taken in
 */
export function admitOffers(engine: Engine): boolean {
  if (engine.offers.size === 0) return false
  const genuine = certain(engine)
  let isAdmitted = false
  for (const [key, held] of engine.offers) {
    if (genuine.has(key)) isAdmitted = admit(engine, key, held) || isAdmitted
    else if (held.block.header.view < engine.view) engine.offers.delete(key)
  }
  return isAdmitted
}

/** Whether a certified block's body belongs to its header. */
export function matches(engine: Engine, block: Block, chain: readonly Block[]) {
  const { application } = engine.options
  return application.matches === undefined
    ? application.check(block, chain, engine.now)
    : application.matches(block, chain, engine.now)
}

function admit(engine: Engine, key: string, { block, hash, from }: Offer): boolean {
  const chain = ancestryOf(engine, block.header.prev)
  if (chain === undefined) return false
  const verdict = matches(engine, block, chain)
  if (verdict === 'later') return false
  engine.offers.delete(key)
  if (verdict === 'invalid') {
    const seat = engine.seats.get(from)
    if (seat !== undefined) noteLie(engine, seat, 'a body that is not of its certified header')
    return false
  }
  engine.blocks.set(keyOf(hash), block)
  engine.isCurious = true
  return true
}

/** Makes final what a quorum finalized, with its ancestors, as far as their content is here. */
export function finalize(engine: Engine): boolean {
  for (const [, state] of newestFirst(engine)) {
    if (state.finalization === undefined) continue
    const chain = ancestryOf(engine, state.finalization.body.hash)
    if (chain === undefined || chain.length === 0) continue
    sealChain(engine, chain)
    return true
  }
  return false
}

function sealChain(engine: Engine, chain: readonly Block[]): void {
  const seals: Certificate[] = []
  for (const block of chain.toReversed()) {
    const own = engine.views.get(block.header.view)?.finalization
    seals.push(own ?? seals[seals.length - 1])
  }
  seals.reverse()
  chain.forEach((block, i) => seal(engine, block, seals[i]))
  prune(engine)
}

/** One block is final, and so is all before it. */
export function seal(engine: Engine, block: Block, certificate: Certificate): void {
  const { header } = block
  engine.final = { header, hash: headerHash(header), certificate }
  engine.viewsOfHeights.set(header.height, header.view)
  if (certificate.body.view !== header.view) engine.effects.push(reached('simplex/late-finality'))
  engine.effects.push(...engine.options.application.finalized({ block, certificate }, engine.now))
}

/** Forgets what lies before the finalized header. */
export function prune(engine: Engine): void {
  const { header } = engine.final
  for (const view of engine.views.keys()) if (view <= header.view) engine.views.delete(view)
  for (const [key, block] of engine.blocks) {
    if (block.header.view <= header.view) engine.blocks.delete(key)
  }
  for (const [key, held] of engine.offers) {
    if (held.block.header.view <= header.view) engine.offers.delete(key)
  }
  for (const peer of engine.peers) {
    peer.isEmpty = false
    peer.answers = 0
  }
  engine.isStuck = false
  engine.isCurious = true
}

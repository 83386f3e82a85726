/** Healing: who is how far, and what those who are behind get from the others. */
import { equal } from '#base'
import { type Certificate, headerHash, votes } from '#ledger'
import { reached, send } from '../actor.js'
import type { MessageOf, SealedBlock } from '../messages.js'
import { repeatVotes } from './ballot.js'
import { isValid, takeCertificate } from './certificates.js'
import { fetchMissing, isWanted, matches, offer, prune, seal } from './chain.js'
import {
  addressOf,
  certifiedIn,
  type Engine,
  keyOf,
  mayAnswer,
  noteLie,
  toOthers,
} from './state.js'

const timerName = 'simplex/status'
/** Bytes and blocks of one answer, about. */
const answerBytes = 4 * 1024 * 1024
const answerBlocks = 64
/** Certificates that someone in an older view gets at once. */
const mostCertificates = 16

const statusOf = (engine: Engine): MessageOf<'status'> => ({
  kind: 'status',
  ...addressOf(engine),
  view: wholeUpTo(engine),
  height: engine.final.header.height,
  pulse: engine.options.application.newestPulse?.()?.header.height ?? 0n,
  // Terms of one branch count their views anew: what one says means nothing in another.
  token: BigInt(engine.options.cycle),
})

/** The first view of which a certificate is wanting: without it nothing can be built on it. */
function wholeUpTo({ views, view, final }: Engine): bigint {
  for (let at = final.header.view + 1n; at < view; at++) {
    const state = views.get(at)
    if (state?.skip === undefined && certifiedIn(state) === undefined) return at
  }
  return view
}

/** Whether something is going on: statuses come more often then. */
const isActive = (engine: Engine): boolean =>
  engine.viewTimer.isSet ||
  !engine.recall.isDone ||
  [...engine.views.values()].some(({ notarization, finalization }) =>
    Boolean(notarization ?? finalization),
  )

/** Keeps the status timer running: often while something goes on, slowly otherwise. */
export function armStatus(engine: Engine): void {
  if (engine.names.length === 1) return
  const { statusTimer } = engine
  const isSlow = !isActive(engine)
  if (statusTimer.isSet && (isSlow || !statusTimer.isSlow)) return
  statusTimer.isSet = true
  statusTimer.isSlow = isSlow
  const afterMillis = engine.options.rules.viewMillis * (isSlow ? 20 : 4)
  engine.effects.push({ kind: 'timer', name: timerName, afterMillis })
}

export function ringStatus(engine: Engine): void {
  const { statusTimer, views } = engine
  statusTimer.isSet = false
  statusTimer.rings++
  for (const peer of engine.peers) peer.answers = 0
  engine.effects.push(...toOthers(engine, statusOf(engine)))
  const waiting = [...views].filter(([, { notarization }]) => notarization !== undefined)
  for (const [view] of waiting.slice(-8)) repeatVotes(engine, view, [votes.finalize])
  const oldest = waiting.map(([view]) => view).sort((a, b) => (a < b ? -1 : 1))[0]
  if (oldest !== undefined && statusTimer.waiting === oldest) {
    engine.isStuck = true
    engine.isCurious = true
    engine.effects.push(reached('simplex/stuck'))
  }
  statusTimer.waiting = oldest
  fetchMissing(engine, statusTimer.rings)
}

export function receiveStatus(engine: Engine, from: number, message: MessageOf<'status'>): void {
  if (message.token !== BigInt(engine.options.cycle)) return
  const peer = engine.peers[from]
  const { height } = engine.final.header
  peer.view = message.view
  peer.height = message.height
  if (message.height > height && mayFetch(engine, from)) fetchFrom(engine, from)
  const isBehind = message.height < height || message.view < engine.view
  if (!isBehind || !mayAnswer(engine, from)) return
  const to = engine.names[from]
  if (message.height < height) engine.effects.push(send(to, statusOf(engine)))
  for (const certificate of certificatesSince(engine, message.view)) {
    engine.effects.push(send(to, { kind: 'certificate', ...addressOf(engine), certificate }))
  }
}

/** By which someone in that view comes to ours. */
function certificatesSince(engine: Engine, view: bigint): Certificate[] {
  const found: Certificate[] = []
  for (let at = view; at < engine.view && found.length < mostCertificates; at++) {
    const state = engine.views.get(at)
    if (state?.notarization !== undefined) found.push(state.notarization)
    if (state?.skip !== undefined) found.push(state.skip)
    if (state === undefined && at <= engine.final.header.view) at = engine.final.header.view
  }
  if (engine.entry !== undefined && engine.view > view) found.push(engine.entry)
  return [...new Set(found)]
}

/** One is asked at a time; another one soon, the same one again only after a while. */
function mayFetch({ fetching, now, options }: Engine, seat: number): boolean {
  const pause = options.rules.viewMillis * (fetching.seat === seat ? 4 : 1)
  return now - fetching.at >= pause
}

function fetchFrom(engine: Engine, seat: number): void {
  engine.fetching = { seat, at: engine.now }
  const fromHeight = engine.final.header.height + 1n
  const message = { kind: 'fetch', ...addressOf(engine), fromHeight, most: answerBlocks } as const
  engine.effects.push(send(engine.names[seat], message))
}

export function receiveFetch(
  engine: Engine,
  from: number,
  { fromHeight, most }: MessageOf<'fetch'>,
): void {
  if (!mayAnswer(engine, from)) return
  const blocks: SealedBlock[] = []
  let bytes = 0
  for (let height = fromHeight; blocks.length < 256; height++) {
    const sealed = engine.options.application.sealedAt(height)
    if (sealed === undefined) break
    blocks.push(sealed)
    bytes += sealed.block.body.length + 2048
    const isFull = blocks.length >= Math.min(most, answerBlocks) || bytes > answerBytes
    if (isFull && isSealedItself(sealed)) break
  }
  engine.effects.push(send(engine.names[from], { kind: 'blocks', ...addressOf(engine), blocks }))
}

const isSealedItself = ({ block, certificate }: SealedBlock): boolean =>
  certificate.body.kind === votes.finalize &&
  certificate.body.view === block.header.view &&
  equal(certificate.body.hash, headerHash(block.header))

/** Finalized blocks in order: each run ends with one that its own certificate finalizes. */
export function receiveBlocks(engine: Engine, from: number, { blocks }: MessageOf<'blocks'>): void {
  const before = engine.final.header.height
  if (blocks.length === 0) return noteEmpty(engine, from)
  let run: SealedBlock[] = []
  for (const sealed of blocks) {
    if (sealed.block.header.height <= engine.final.header.height) continue
    run.push(sealed)
    if (!isSealedItself(sealed)) continue
    if (!takeRun(engine, from, run)) break
    run = []
  }
  const { height } = engine.final.header
  if (height > before && engine.peers[from].height > height) fetchFrom(engine, from)
}

function takeRun(engine: Engine, from: number, run: readonly SealedBlock[]): boolean {
  let { hash, header } = engine.final
  for (const { block } of run) {
    const isNext = block.header.height === header.height + 1n && equal(block.header.prev, hash)
    if (!isNext) return false
    header = block.header
    hash = headerHash(header)
  }
  const { certificate } = run[run.length - 1]
  if (!isValid(engine, from, certificate)) return false
  takeCertificate(engine, certificate)
  for (const { block } of run) {
    // The certificate may have finalized blocks that are here already.
    if (block.header.height <= engine.final.header.height) continue
    const verdict = engine.blocks.has(keyOf(headerHash(block.header)))
      ? 'valid'
      : matches(engine, block, [])
    if (verdict === 'invalid') noteLie(engine, from, 'a body that is not of its final header')
    if (verdict !== 'valid') return false
    seal(engine, engine.blocks.get(keyOf(headerHash(block.header))) ?? block, certificate)
    prune(engine)
  }
  return true
}

/** Nobody lies about being ahead when f + 1 say so. */
function noteEmpty(engine: Engine, from: number): void {
  const { peers, names, final, options } = engine
  peers[from].isEmpty = true
  const faulty = Math.floor((names.length - 1) / 3)
  const ahead = peers.filter(({ height, isEmpty }) => isEmpty && height > final.header.height)
  if (ahead.length <= faulty) return
  const heights = ahead.map(({ height }) => height).sort((a, b) => (a < b ? 1 : -1))
  for (const peer of peers) peer.isEmpty = false
  engine.effects.push(reached('simplex/fell-behind'))
  engine.effects.push(...options.application.fellBehind(heights[faulty], engine.now))
}

export function receiveFetchBlock(
  engine: Engine,
  from: number,
  { hash }: MessageOf<'fetchBlock'>,
): void {
  if (!mayAnswer(engine, from)) return
  const block = engine.blocks.get(keyOf(hash))
  const to = engine.names[from]
  if (block === undefined) engine.effects.push(send(to, statusOf(engine)))
  else engine.effects.push(send(to, { kind: 'block', ...addressOf(engine), block }))
}

export function receiveBlock(engine: Engine, from: number, { block }: MessageOf<'block'>): void {
  const hash = headerHash(block.header)
  if (isWanted(engine, hash)) offer(engine, block, hash, engine.names[from])
}

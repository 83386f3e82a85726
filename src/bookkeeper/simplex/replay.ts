/** After a restart: what the journal says. */
import { decode } from '#base'
import { headerHash, type VoteKind } from '#ledger'
import { isOurs } from './ballot.js'
import { keepCertificate, setView } from './certificates.js'
import { finalize } from './chain.js'
import { raiseFloor, recordLayout, type SimplexRecord } from './records.js'
import { type Engine, keyOf, viewState } from './state.js'

/** Takes up again what the application and the journal have. */
export function replay(engine: Engine, records: readonly Uint8Array[]): void {
  const { options } = engine
  // The application may have gone on from its own rows since the engine was made.
  const { finalizedHeader } = options.application
  if (finalizedHeader.height > engine.final.header.height) {
    engine.final = { header: finalizedHeader, hash: headerHash(finalizedHeader) }
    engine.view = finalizedHeader.view + 1n
  }
  const { final } = engine
  const certificate = options.application.sealedAt(final.header.height)?.certificate
  if (certificate?.body.view === final.header.view) {
    final.certificate = certificate
    engine.entry = certificate
  } else if (certificate !== undefined && keepCertificate(engine, certificate)) {
    setView(engine, certificate)
  }
  for (const record of records) replayRecord(engine, record)
  finalize(engine)
}

/** Records of another term of the same branch only show that this disk was there. */
function replayRecord(engine: Engine, record: Uint8Array): void {
  const value = decode(recordLayout, record)
  if (value.kind === 'floor') replayFloor(engine, value, record)
  else if (value.kind === 'certificate') {
    if (!isOurs(engine, value.certificate.body)) return
    engine.journal.push({ view: value.certificate.body.view, record })
    const isNew = keepCertificate(engine, value.certificate)
    if (isNew && value.certificate.body.view >= engine.view) setView(engine, value.certificate)
  } else {
    engine.recall.isBlank = false
    if (!isOurs(engine, value.body)) return
    engine.journal.push({ view: value.body.view, record })
    replayVote(engine, value)
  }
}

function replayFloor(
  engine: Engine,
  { cycle, view }: Extract<SimplexRecord, { kind: 'floor' }>,
  record: Uint8Array,
): void {
  engine.recall.isBlank = false
  if (cycle !== engine.options.cycle) return
  raiseFloor(engine, view)
  noteVoted(engine, view)
  engine.journal.push({ view, record })
}

function replayVote(
  engine: Engine,
  { body, signature, blocks: [block] }: Extract<SimplexRecord, { kind: 'vote' }>,
): void {
  noteVoted(engine, body.view)
  if (body.view <= engine.final.header.view) return
  const kind = body.kind as VoteKind
  const { own, heard } = viewState(engine, body.view)
  own.set(kind, block === undefined ? { body, signature } : { body, signature, block })
  const vote = { hash: body.hash, signature, isFalse: false, hasRival: false }
  heard.get(kind)?.set(engine.options.seat, vote)
  if (block !== undefined) engine.blocks.set(keyOf(headerHash(block.header)), block)
}

function noteVoted({ recall }: Engine, view: bigint): void {
  if (view > recall.journalView) recall.journalView = view
}

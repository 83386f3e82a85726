/** Certificates: checked once, kept by view, and what follows from them. */
import { equal } from '#base'
import { type Certificate, isCertified, votes } from '#ledger'
import { reached, tell } from '../actor.js'
import { castVote, isOurs } from './ballot.js'
import { appendRecord } from './records.js'
import {
  certifiedIn,
  type Engine,
  mayVote,
  mostLies,
  noteLie,
  viewState,
  viewTimerName,
} from './state.js'

/** Whether this very thing is certified here already: then signatures are not looked at. */
export function isKnown({ views, final }: Engine, { body }: Certificate): boolean {
  const state = views.get(body.view)
  if (body.kind === votes.skip) return state?.skip !== undefined
  const held = [state?.notarization, state?.finalization, final.certificate]
  return held.some(
    (known) =>
      known?.body.kind === body.kind &&
      known.body.view === body.view &&
      equal(known.body.hash, body.hash),
  )
}

/** Whether a certificate that a member sent holds. */
export function isValid(engine: Engine, from: number, certificate: Certificate): boolean {
  if (!isOurs(engine, certificate.body)) return false
  if (isKnown(engine, certificate)) return true
  if (engine.peers[from].lies >= mostLies) return false
  const { committee, signatures } = engine.options
  if (isCertified(certificate, committee, signatures)) return true
  noteLie(engine, from, 'a certificate that does not hold')
  return false
}

/** A certificate that came over the wire, or with a proposal. */
export function receiveCertificate(engine: Engine, from: number, certificate: Certificate): void {
  if (certificate.body.view <= engine.final.header.view) return
  if (isValid(engine, from, certificate)) takeCertificate(engine, certificate)
}

/** Keeps a certificate that holds, and goes where it leads. */
export function takeCertificate(engine: Engine, certificate: Certificate): void {
  const { body } = certificate
  if (!keepCertificate(engine, certificate)) return
  appendRecord(engine, body.view, { kind: 'certificate', certificate }, [])
  if (body.view >= engine.view) enterAfter(engine, certificate)
  engine.isCurious = true
}

/** @returns whether it is new */
export function keepCertificate(engine: Engine, certificate: Certificate): boolean {
  const { body, signers } = certificate
  if (signers.some(({ seat }) => seat === engine.options.seat)) noteShown(engine, body.view)
  if (body.view <= engine.final.header.view) return false
  const state = viewState(engine, body.view)
  if (body.kind === votes.skip) {
    if (state.skip !== undefined) return false
    state.skip = certificate
    return true
  }
  const before = certifiedIn(state)
  if (before !== undefined && !equal(before.body.hash, body.hash)) {
    // More than f members lie: nothing that is done here can be right.
    const what = `two certified blocks in view ${body.view}`
    engine.effects.push(tell({ kind: 'stuck', what }))
    return false
  }
  const place = body.kind === votes.notarize ? 'notarization' : 'finalization'
  if (state[place] !== undefined) return false
  state[place] = certificate
  return true
}

/** Somebody has shown that this node voted in a view. */
export function noteShown({ recall }: Engine, view: bigint): void {
  if (view > recall.shownView) recall.shownView = view
}

/** A certificate of this view or a later one ends it. */
export function enterAfter(engine: Engine, certificate: Certificate): void {
  const { kind, view, hash } = certificate.body
  if (kind === votes.notarize && mayVote(engine, view)) {
    const { own } = viewState(engine, view)
    const isFree = !own.has(votes.skip) && !own.has(votes.finalize)
    if (isFree) castVote(engine, votes.finalize, view, hash)
  }
  setView(engine, certificate)
  if (kind === votes.skip) engine.effects.push(reached('simplex/skipped'))
  if (engine.viewTimer.isSet) engine.effects.push({ kind: 'cancel', name: viewTimerName })
  engine.viewTimer = { isSet: false, rings: 0 }
}

/** Goes to the view after the one that is certified. */
export function setView(engine: Engine, certificate: Certificate): void {
  const { kind, view } = certificate.body
  engine.view = view + 1n
  engine.entry = certificate
  engine.skipsInRow = kind === votes.skip ? engine.skipsInRow + 1 : 0
  for (const peer of engine.peers) peer.answers = 0
  engine.isCurious = true
}

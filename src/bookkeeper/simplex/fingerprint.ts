/** What an engine will do from here on, as a text: two with the same one behave alike. */
import { type Certificate, votes } from '#ledger'
import { certifiedIn, type Engine, keyOf, type ViewState } from './state.js'

const nameOf = (certificate: Certificate | undefined): string =>
  certificate === undefined ? '-' : keyOf(certificate.body.hash)

/** Votes of a kind matter only until they have become a certificate. */
function heardIn(state: ViewState): string[] {
  return [...state.heard].flatMap(([kind, heard]) => {
    const isCounted =
      kind === votes.skip ? state.skip !== undefined : certifiedIn(state) !== undefined
    if (isCounted && !(kind === votes.finalize && state.finalization === undefined)) return []
    return [...heard].map(([seat, vote]) => `${kind}.${seat}.${keyOf(vote.hash)}.${vote.isFalse}`)
  })
}

function viewIn(state: ViewState): string {
  const own = [...state.own].map(([kind, { body }]) => `${kind}.${keyOf(body.hash)}`)
  const certificates = [state.notarization, state.skip, state.finalization].map(nameOf)
  const flags = `${state.isRefused}${state.isFetched}`
  return [...own.sort(), '|', ...heardIn(state).sort(), '|', ...certificates, flags].join(' ')
}

export function fingerprintOf(engine: Engine): string {
  const { view, floor, final, isStuck, viewTimer, recall } = engine
  const views = [...engine.views].sort(([a], [b]) => (a < b ? -1 : 1))
  const timer = `${viewTimer.isSet}${viewTimer.rings > 0}`
  return [
    `${view} ${floor} ${keyOf(final.hash)} ${isStuck} ${recall.isDone} ${timer}`,
    ...views.map(([number, state]) => `${number}: ${viewIn(state)}`),
    [...engine.blocks.keys()].sort().join(' '),
    [...engine.offers.keys()].sort().join(' '),
  ].join('\n')
}

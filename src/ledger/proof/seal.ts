/** Whether a pulse is one that the organization's bookkeepers made final. */
import { equal } from '#base'
import type { Signatures } from '#identity'
import { equalSums } from '../amount.js'
import {
  type Committee,
  committeeOf,
  forms,
  type Header,
  headerHash,
  isCertified,
  levels,
  votes,
} from '../header.js'
import { wholeTree } from '../prefix.js'
import { type Height, refuse } from './climb.js'
import type { SealedPulse, TrustedOrganization } from './proofs.js'

/** Bookkeepers below which nobody can be wrong without harm. */
const replicated = 4

/** Who signed a pulse, of how many. */
export interface Signers {
  readonly signers: number
  readonly members: number
}

function checkHeader({ form, org, prefix }: Header, trusted: TrustedOrganization): void {
  if (form !== forms.root || prefix !== wholeTree) refuse('its header is not a pulse')
  if (!equal(org, trusted.org)) refuse('its pulse is of another organization')
}

const committees = new WeakMap<readonly Uint8Array[], Committee>()

/** The committee of a list that is asked for again and again. */
function knownCommittee(members: readonly Uint8Array[]): Committee {
  const known = committees.get(members)
  if (known !== undefined) return known
  const committee = committeeOf(members)
  committees.set(members, committee)
  return committee
}

/** @throws LedgerError PROOF_INVALID unless a quorum made the pulse final */
export function checkSeal(
  { header, certificate }: SealedPulse,
  trusted: TrustedOrganization,
  checker: Pick<Signatures, 'verify'>,
): Signers {
  checkHeader(header, trusted)
  const { body, signers } = certificate
  if (body.kind !== votes.finalize) refuse('its votes do not make a pulse final')
  const isRoot = body.level === levels.root && body.prefix === header.prefix
  if (!isRoot || !equal(body.org, header.org)) {
    refuse('its votes are of another committee')
  }
  if (body.cycle !== header.cycle || body.view !== header.view) {
    refuse('its votes are of another view')
  }
  if (!equal(body.hash, headerHash(header))) refuse('its votes are for another pulse')
  const members = trusted.committee(header.committee)
  if (members === undefined) return refuse('nobody known to you keeps its books')
  if (members.length < replicated && !trusted.acceptsUnreplicated) {
    refuse(`only ${members.length} keep its books, unreplicated; accept that expressly`)
  }
  const committee = knownCommittee(members)
  if (!equal(committee.hash, header.committee)) refuse('its bookkeepers are others')
  if (!isCertified(certificate, committee, checker)) refuse('its votes are no quorum')
  return { signers: signers.length, members: members.length }
}

/** @throws LedgerError PROOF_INVALID unless a climb ended at the pulse's tree and sums */
export function checkTop({ hash, sums }: Height, header: Header): void {
  if (!equal(hash, header.stateRoot)) refuse("its path does not lead to the pulse's tree")
  const { total, bondSum, count } = header
  if (!equalSums(sums, { total, bond: bondSum, count })) {
    refuse("the sums on its path are not the pulse's")
  }
}

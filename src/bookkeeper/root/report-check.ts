/**
 * What a report shows by itself, whatever the table says: a chain of headers that the branch's
 * committee finalized and its keepers have on disk (spec OL-1, C and E 4).
 */
import { encode, equal } from '#base'
import type { Signatures } from '#identity'
import {
  type Certificate,
  type Digest,
  forms,
  type Header,
  isCertified,
  levels,
  votes,
} from '#ledger'
import { marksNeeded, type Seating } from '#organization'
import { markBodyLayout, type Report } from '../messages.js'
import { type Fault, stepFault } from './steps.js'

type Verifies = Pick<Signatures, 'verify'>

/**
 * What is wrong with a report by itself. Signatures come last: they cost most.
 * @param hashes of its headers
 */
export function reportFault(
  report: Report,
  hashes: readonly Digest[],
  seating: Seating,
  signatures: Verifies,
): Fault {
  const last = report.headers[report.headers.length - 1]
  const committee = seating.committee(last.prefix)
  if (committee === undefined || !equal(last.committee, committee.hash)) {
    return 'another committee'
  }
  if (!equal(last.org, seating.charter.org)) return 'another organization'
  const fault = chainFault(report.headers, hashes)
  if (fault !== undefined) return fault
  if (!isFinal(report.certificate, last, hashes[hashes.length - 1])) {
    return 'a certificate of something else'
  }
  if (!isCertified(report.certificate, committee, signatures)) return 'too few signatures'
  const isMarked = last.form === forms.opening || hasMarks(report, hashes, seating, signatures)
  return isMarked ? undefined : 'too few marks of keepers'
}

function chainFault(headers: readonly Header[], hashes: readonly Digest[]): Fault {
  const [first] = headers
  if (first.form === forms.opening) {
    return headers.length === 1 ? undefined : 'an opening with blocks'
  }
  if (first.form !== forms.block && first.form !== forms.closing) return 'another form'
  for (let i = 1; i < headers.length; i++) {
    const fault = stepFault(headers[i - 1], hashes[i - 1], headers[i])
    if (fault !== undefined) return fault
  }
  return undefined
}

const isFinal = ({ body }: Certificate, header: Header, hash: Digest): boolean =>
  body.kind === votes.finalize &&
  body.level === levels.branch &&
  body.prefix === header.prefix &&
  body.cycle === header.cycle &&
  body.view === header.view &&
  equal(body.org, header.org) &&
  equal(body.hash, hash)

function hasMarks(
  { headers, marks }: Report,
  hashes: readonly Digest[],
  seating: Seating,
  { verify }: Verifies,
): boolean {
  const last = headers[headers.length - 1]
  const keepers = seating.keepers(last.prefix)
  const body = encode(markBodyLayout, {
    org: last.org,
    prefix: last.prefix,
    height: last.height,
    headerHash: hashes[hashes.length - 1],
    dataRoot: last.dataRoot,
  })
  let missing = marksNeeded(keepers.length)
  const counted = new Set<number>()
  for (const { keeper, signature } of marks) {
    if (missing === 0) break
    if (keeper >= keepers.length || counted.has(keeper)) continue
    counted.add(keeper)
    if (verify(keepers[keeper], 'leither/ledger/mark/1', body, signature)) missing--
  }
  return missing === 0
}

/**
 * What is wrong between the table's header of a branch and a report that goes on from it or from
 * one before. Steps within the report are known to hold.
 * @param included the hash of the table's header
 */
export function attachFault(
  { headers }: Report,
  hashes: readonly Digest[],
  before: Header,
  included: Digest,
): Fault {
  const [first] = headers
  const next = equal(first.prev, included)
    ? 0
    : hashes.findIndex((hash) => equal(hash, included)) + 1
  if (next === headers.length) return 'nothing new'
  if (next === 0 && !equal(first.prev, included)) {
    return first.height > before.height + 1n ? detached : 'a chain beside the included one'
  }
  return stepFault(before, included, headers[next])
}

/** Headers between the table's and the report's first are not known here: its time may come. */
export const detached = 'headers in between are missing'

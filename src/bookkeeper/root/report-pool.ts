/**
 * Reports that are not yet in the table, each checked by itself. Only what a branch's committee has
 * finalized gets in, so there is little, whoever sends how much.
 */
import { keyId, toHex } from '#base'
import type { Signatures } from '#identity'
import { type Digest, forms, type Header, type Prefix } from '#ledger'
import type { Seating } from '#organization'
import type { NodeName, Notice } from '../actor.js'
import { keyOf } from '../simplex/state.js'
import type { Report } from '../messages.js'
import { reportFault } from './report-check.js'
import type { RootState } from './state.js'
import { hashOf } from './steps.js'

/** Reports of one branch that are held at most; the newest. */
const mostHeld = 8
/** Pairs of rivals that are remembered as told. */
const mostTold = 4096

export interface Held {
  readonly report: Report
  /** the last one */
  readonly header: Header
  /** of the report's headers */
  readonly hashes: readonly Digest[]
  /** of the last one */
  readonly hash: Digest
  readonly from: NodeName
  /** one of those who signed it: they, not who passed it on, answer for what it says */
  readonly signer: NodeName
  /** when it came, this node's clock */
  readonly since: number
}

/** What became of a report that came. */
export interface Taken {
  readonly held?: Held
  readonly notices: readonly Notice[]
  /** it was checked and is false */
  readonly isFalse?: boolean
}

/** Whether one header of a branch comes before another: in an older life, or lower in the same. */
const isBefore = (a: Header, b: Header): boolean =>
  a.cycle < b.cycle || (a.cycle === b.cycle && a.height < b.height)

export class ReportPool {
  readonly #seating: Seating
  readonly #signatures: Pick<Signatures, 'verify'>
  readonly #held = new Map<string, Held>()
  readonly #branches = new Map<Prefix, Held[]>()
  /** heights of a branch at which two headers were seen: told once */
  readonly #told = new Set<string>()

  constructor(seating: Seating, signatures: Pick<Signatures, 'verify'>) {
    this.#seating = seating
    this.#signatures = signatures
  }

  /** The report whose last header has this hash. */
  get(hash: Digest): Held | undefined {
    return this.#held.get(keyOf(hash))
  }

  /** Branches with reports, in the order of their prefixes. */
  get branches(): readonly Prefix[] {
    return [...this.#branches.keys()].sort()
  }

  /** All reports, in no order. */
  all(): Iterable<Held> {
    return this.#held.values()
  }

  /** A branch's reports, the newest first. */
  of(prefix: Prefix): readonly Held[] {
    return this.#branches.get(prefix) ?? []
  }

  /** Whether a bookkeeper of the branch, or another member of the root, has sent it. */
  #mayReport(from: NodeName, prefix: Prefix): boolean {
    const isOf = (keys: readonly Uint8Array[]) => keys.some((key) => keyId(key) === from)
    const committee = this.#seating.committee(prefix)
    return committee !== undefined && (isOf(committee.members) || isOf(this.#seating.root.members))
  }

  /** Takes a report. @param final what is in the table by now */
  take(from: NodeName, report: Report, final: RootState, now: number): Taken {
    if (report.headers.length === 0) return { notices: [] }
    const last = report.headers[report.headers.length - 1]
    if (!this.#mayReport(from, last.prefix)) return { notices: [] }
    const hashes = report.headers.map(hashOf)
    const hash = hashes[hashes.length - 1]
    const present = final.sources.get(last.prefix)
    const isOld = present !== undefined && isBefore(last, present.header)
    if (isOld || this.get(hash) !== undefined) return { notices: [] }
    const isPresent = present !== undefined && keyOf(hashOf(present.header)) === keyOf(hash)
    if (isPresent) return { notices: [] }
    const fault = reportFault(report, hashes, this.#seating, this.#signatures)
    if (fault !== undefined) {
      const what = `a report of branch "${last.prefix}" with ${fault}`
      return { notices: [{ kind: 'evidence', what, node: from }], isFalse: true }
    }
    const signer = this.#signerOf(report) ?? from
    const held: Held = { report, header: last, hashes, hash, from, signer, since: now }
    const notices = this.#rivals(held, final)
    if (present !== undefined && !isBefore(present.header, last)) return { notices }
    this.#hold(held)
    return { held, notices }
  }

  #signerOf({ headers, certificate }: Report): NodeName | undefined {
    const [first] = certificate.signers
    const members = this.#seating.committee(headers[0].prefix)?.members ?? []
    return first === undefined ? undefined : keyId(members[first.seat])
  }

  /** Two finalized headers of one height: the first that is included stays, all are told. */
  #rivals({ report, hashes, signer }: Held, final: RootState): readonly Notice[] {
    const { prefix } = report.headers[0]
    const known = new Map<string, Digest>()
    const nameOf = ({ cycle, height }: Header): string => `${prefix} ${cycle} ${height}`
    for (const other of this.of(prefix)) {
      other.report.headers.forEach((header, i) => known.set(nameOf(header), other.hashes[i]))
    }
    const present = final.sources.get(prefix)?.header
    if (present !== undefined) known.set(nameOf(present), hashOf(present))
    for (const [i, header] of report.headers.entries()) {
      const { height, form } = header
      const name = nameOf(header)
      const rival = known.get(name)
      if (rival === undefined || form === forms.opening) continue
      if (keyOf(rival) === keyOf(hashes[i])) continue
      if (this.#told.has(name)) return []
      if (this.#told.size >= mostTold) this.#told.clear()
      this.#told.add(name)
      const what =
        `branch "${prefix}" finalized two headers of height ${height}: ` +
        `${toHex(rival)} and ${toHex(hashes[i])}`
      return [{ kind: 'evidence', what, node: signer }]
    }
    return []
  }

  #hold(held: Held): void {
    const { prefix } = held.header
    this.#held.set(keyOf(held.hash), held)
    const all = [held, ...this.of(prefix)].sort((a, b) =>
      isBefore(a.header, b.header) ? 1 : isBefore(b.header, a.header) ? -1 : 0,
    )
    for (const old of all.splice(mostHeld)) this.#held.delete(keyOf(old.hash))
    this.#branches.set(prefix, all)
  }

  /** Lets go of a report. */
  drop({ hash, header: { prefix } }: Held): void {
    this.#held.delete(keyOf(hash))
    const rest = this.of(prefix).filter((held) => held.hash !== hash)
    if (rest.length > 0) this.#branches.set(prefix, rest)
    else this.#branches.delete(prefix)
  }

  /** Lets go of what the table has, or can no longer have. */
  settle({ sources }: RootState): void {
    for (const [prefix, all] of this.#branches) {
      const present = sources.get(prefix)?.header
      if (present === undefined) continue
      for (const held of all) if (!isBefore(present, held.header)) this.drop(held)
    }
  }
}

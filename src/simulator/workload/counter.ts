/**
 * How a client reaches the bookkeepers of an account, and counts what they say: something is
 * accepted, or refused for good, once f + 1 bookkeepers of one branch have said so.
 */
import { keyId } from '#base'
import type { MessageOf, NodeName } from '#bookkeeper'
import { covers, type Prefix } from '#ledger'
import type { Seating } from '#organization'
import type { Errand } from './purse.js'

/** Numbers of refusals that mean more to a client than that it was refused. */
export const codes = { nonceUsed: 4, busy: 20 } as const

/** What an `answer` says. */
export const answers = { unknown: 0, accepted: 1, debited: 2, committed: 3, refused: 4 } as const

export class Counter {
  /** branches that may have an account, in the charter's order, with their bookkeepers */
  readonly #branches: readonly { prefix: Prefix; names: readonly NodeName[] }[]
  /** the branch that last answered for an account */
  readonly #answered = new Map<string, Prefix>()

  constructor({ charter }: Seating) {
    const first = new Set(charter.branches)
    const seats = [...charter.seats].sort(
      (a, b) => Number(first.has(b.prefix)) - Number(first.has(a.prefix)),
    )
    this.#branches = seats.map(({ prefix, committee }) => ({
      prefix,
      names: committee.map((key) => keyId(key)),
    }))
  }

  /** Branches that may keep an account: the one that last answered first. */
  branchesOf(id: Uint8Array): readonly { prefix: Prefix; names: readonly NodeName[] }[] {
    const all = this.#branches.filter(({ prefix }) => covers(prefix, id))
    const last = this.#answered.get(String(id))
    const known = all.find(({ prefix }) => prefix === last)
    return known === undefined ? all : [known, ...all.filter((branch) => branch !== known)]
  }

  /** Bookkeepers of a branch that must agree: more than may lie. */
  #enough(names: readonly NodeName[]): number {
    return Math.floor((names.length - 1) / 3) + 1
  }

  /**
   * Counts an answer.
   * @returns what it decides, the first time that it does
   */
  count(
    errand: Errand<unknown>,
    from: NodeName,
    answer: MessageOf<'answer'>,
  ): 'accepted' | 'committed' | 'refused' | undefined {
    const branch = this.#branches.find(({ prefix }) => prefix === answer.prefix)
    if (branch === undefined || !branch.names.includes(from)) return undefined
    if (answer.state !== answers.unknown) this.#answered.set(String(errand.account), branch.prefix)
    const voice = `${branch.prefix}|${from}`
    const said = (voices: Iterable<string>): number =>
      [...voices].filter((other) => other.startsWith(`${branch.prefix}|`)).length
    const enough = this.#enough(branch.names)
    if (answer.state === answers.refused) {
      if (answer.code === codes.busy) return undefined
      errand.refused.set(voice, answer.code)
      if (errand.verdict === 'open' && said(errand.refused.keys()) >= enough) return 'refused'
      return undefined
    }
    if (answer.state === answers.unknown) return undefined
    errand.accepted.add(voice)
    if (errand.verdict === 'open' && said(errand.accepted) >= enough) return 'accepted'
    if (errand.verdict === 'accepted' && answer.state === answers.committed) return 'committed'
    return undefined
  }
}

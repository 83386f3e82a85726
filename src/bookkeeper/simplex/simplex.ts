/**
 * Consensus of one committee (Chan and Pass, "Simplex consensus", eprint 2023/463): a block or a
 * skip for every view, and finality three hops after a proposal. One engine for every level.
 */
import type { Key, Signatures } from '#identity'
import type { Certificate, Committee, Header, Level, Prefix } from '#ledger'
import type { Rules } from '#organization'
import type { Effect, NodeName } from '../actor.js'
import type { Block, Message } from '../messages.js'
import type { Application } from './application.js'

/** What an engine is made of. */
export interface SimplexOptions {
  readonly org: Uint8Array
  readonly level: Level
  readonly prefix: Prefix
  readonly cycle: number
  readonly committee: Committee
  /** this node's place in the committee */
  readonly seat: number
  readonly key: Key
  readonly signatures: Signatures
  readonly rules: Pick<Rules, 'viewMillis' | 'mostViewMillis'>
  readonly application: Application
  /** differs with every start of the node */
  readonly nonce: bigint
}

export class Simplex {
  constructor(readonly options: SimplexOptions) {}

  /** The attempt that the committee is at, as far as this node knows. */
  get view(): bigint {
    throw new RangeError('not started')
  }
  /** The newest header that is known here as final, and whose content is here. */
  get finalizedHeader(): Header {
    return this.options.application.finalizedHeader
  }
  get height(): bigint {
    return this.finalizedHeader.height
  }
  /** Blocks after the finalized one up to the newest that a quorum notarized, oldest first. */
  get ancestry(): readonly Block[] {
    return []
  }
  /** Whether this node may vote by now: after a restart it first asks the others (D: recall). */
  get isVoting(): boolean {
    return false
  }

  /**
   * Begins, or begins again. Other methods may be called only after it.
   * @param records what this engine appended to its journal, oldest first
   * @param now milliseconds
   * @param isDamaged whether the journal lost records that were durable (JOURNAL_DAMAGED)
   */
  start(_records: readonly Uint8Array[], _now: number, _isDamaged = false): Effect[] {
    return []
  }
  /** Takes a message of consensus; others, and those of other committees, have no effect. */
  receive(_from: NodeName, _message: Message, _now: number): Effect[] {
    return []
  }
  /** @param timer a name that begins with "simplex/" */
  ring(_timer: string, _now: number): Effect[] {
    return []
  }
  /** The application may have something to propose, or knows more than when it was last asked. */
  poke(_now: number): Effect[] {
    return []
  }
  /** Drops journal records up to this height: the owner has stored durably what follows from them. */
  forget(_height: bigint, _now: number): Effect[] {
    return []
  }
  /** Jumps to a finalized header whose state the application has got from others. */
  adopt(_sealed: { header: Header; certificate: Certificate }, _now: number): Effect[] {
    return []
  }
}

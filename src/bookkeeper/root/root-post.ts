/**
 * The root's seat: takes the branches' reports, agrees with the other members on one table a pulse,
 * keeps every pulse and tells all bookkeepers (spec OL-1, E 3 to 6, F and G).
 */
import { equal, keyId } from '#base'
import { levels, type Prefix, type SealedPulse, votes, wholeTree } from '#ledger'
import { CharterInvalid, type Seating } from '#organization'
import { type Effect, type NodeName, type Role, send, tell } from '../actor.js'
import type { Message, MessageOf } from '../messages.js'
import type { Post } from '../post.js'
import { Simplex } from '../simplex/simplex.js'
import { Allowance } from './allowance.js'
import { PulseMaker } from './pulse-maker.js'
import { ReportPool } from './report-pool.js'
import {
  checkpointEvery,
  checkpointRows,
  type PulseRow,
  pulseRow,
  restore,
  type Restored,
} from './rows.js'
import type { RootState } from './state.js'
import { hashOf } from './steps.js'

const toRoot = { level: levels.root, prefix: wholeTree } as const
const cutTimer = 'root/cut'
const storedTimer = 'root/stored/'

/** Answers to one node within the time of a pulse. */
const mostAnswers = 64
/** False reports of one node within the time of a pulse; then it is not listened to. */
const mostFalse = 1

class RootPost implements Role {
  readonly #post: Post
  readonly #pool: ReportPool
  readonly #maker: PulseMaker
  readonly #engine: Simplex
  /** bookkeepers and keepers that this seat tells about pulses */
  readonly #served: readonly NodeName[]
  readonly #members: ReadonlySet<NodeName>
  readonly #changed: Set<Prefix>
  readonly #answers: Allowance
  readonly #liars: Allowance
  /** when the timer rings, this node's clock */
  #ringsAt: number | undefined

  constructor(post: Post, seat: number, restored: Restored) {
    const { seating } = post.genesis
    const { charter, root } = seating
    const names = root.members.map((key) => keyId(key))
    this.#post = post
    this.#pool = new ReportPool(seating, post.signatures)
    this.#maker = new PulseMaker(post, this.#pool, restored, names)
    this.#members = new Set(names)
    this.#served = servedBy(seating, seat)
    this.#changed = new Set(restored.changed)
    this.#answers = new Allowance(mostAnswers, charter.rules.pulseMillis)
    this.#liars = new Allowance(mostFalse, charter.rules.pulseMillis)
    this.#engine = new Simplex({
      org: charter.org,
      ...toRoot,
      cycle: post.genesis.root.cycle,
      committee: root,
      seat,
      key: post.key,
      signatures: post.signatures,
      rules: charter.rules,
      application: this.#maker,
      nonce: post.nonce,
    })
  }

  start(now: number): readonly Effect[] {
    const { records, isDamaged } = this.#post.disk
    return this.#after(this.#engine.start(records, now, isDamaged), now)
  }

  receive(from: NodeName, message: Message, now: number): readonly Effect[] {
    if (message.level !== levels.root || message.prefix !== wholeTree) return []
    if (message.kind === 'report') return this.#report(from, message, now)
    if (message.kind === 'fetchPulse') return this.#givePulse(from, message.pulse, now)
    if (message.kind === 'status') return this.#status(from, message, now)
    if (message.kind === 'fetchBlock') return this.#fetch(from, message, now)
    return this.#after(this.#engine.receive(from, message, now), now)
  }

  ring(timer: string, now: number): readonly Effect[] {
    if (timer === cutTimer) {
      this.#ringsAt = undefined
      return this.#after(this.#engine.poke(now), now)
    }
    if (timer.startsWith(storedTimer)) {
      const height = BigInt(timer.slice(storedTimer.length))
      return this.#after(this.#engine.forget(height, now), now)
    }
    return this.#after(this.#engine.ring(timer, now), now)
  }

  #report(from: NodeName, { report }: MessageOf<'report'>, now: number): readonly Effect[] {
    if (this.#liars.isSpent(from, now)) return []
    const { held, notices, isFalse } = this.#pool.take(from, report, this.#maker.final, now)
    if (isFalse === true) this.#liars.spend(from, now)
    const told = notices.map(tell)
    if (held === undefined) return told
    return [...told, ...this.#after(this.#engine.poke(now), now)]
  }

  /** A member of the root lacks a report that we proposed, or a block. */
  #fetch(from: NodeName, message: MessageOf<'fetchBlock'>, now: number): readonly Effect[] {
    const held = this.#members.has(from) ? this.#pool.get(message.hash) : undefined
    if (held === undefined) return this.#after(this.#engine.receive(from, message, now), now)
    return [send(from, { kind: 'report', ...toRoot, report: held.report })]
  }

  /** Of a member of the root or of a bookkeeper that wants to know whether it is behind. */
  #status(from: NodeName, message: MessageOf<'status'>, now: number): readonly Effect[] {
    if (this.#members.has(from)) return this.#after(this.#engine.receive(from, message, now), now)
    const { pulseSeen } = this.#maker.final.header
    return message.pulse < pulseSeen ? this.#givePulse(from, pulseSeen, now) : []
  }

  #givePulse(from: NodeName, pulse: bigint, now: number): readonly Effect[] {
    const row = this.#maker.rowAt(pulse)
    if (row === undefined || !isOwnSeal(row) || !this.#answers.spend(from, now)) return []
    return [send(from, pulseMessage(row))]
  }

  /** Carries out what the engine's step has led to. */
  #after(effects: readonly Effect[], now: number): readonly Effect[] {
    const { sealed, effects: more, askAt } = this.#maker.flush()
    const all = [...effects, ...more]
    sealed.forEach(({ row, state }, i) => {
      all.push(this.#keep(row, state, i === sealed.length - 1))
    })
    if (askAt !== undefined && (this.#ringsAt === undefined || askAt < this.#ringsAt)) {
      this.#ringsAt = askAt
      const afterMillis = Math.max(1, Math.ceil(askAt - now))
      all.push({ kind: 'timer', name: cutTimer, afterMillis })
    }
    return all
  }

  /** A final pulse goes to the disk, then to those who wait for it, if it is the newest. */
  #keep(row: PulseRow, state: RootState, isNewest: boolean): Effect {
    const { header } = row.sealed.block
    const pulse = header.pulseSeen
    for (const { prefix } of state.table) {
      if (state.sources.get(prefix) !== this.#before?.sources.get(prefix)) this.#changed.add(prefix)
    }
    this.#before = state
    const rows = [pulseRow(row)]
    if (pulse % checkpointEvery === 0n) {
      rows.push(...checkpointRows(state, this.#changed))
      this.#changed.clear()
    }
    const notice = tell({ kind: 'pulse', pulse, hash: hashOf(header) })
    const message = isNewest && isOwnSeal(row) ? [pulseMessage(row)] : []
    const told = message.flatMap((one) => this.#served.map((node) => send(node, one)))
    const forget = { kind: 'timer', name: `${storedTimer}${pulse}`, afterMillis: 0 } as const
    return { kind: 'store', rows, then: [notice, ...told, forget] }
  }
  #before: RootState | undefined
}

/** Whether a pulse's certificate finalizes it and not one after it. */
const isOwnSeal = ({ sealed: { block, certificate } }: PulseRow): boolean =>
  certificate.body.kind === votes.finalize && equal(certificate.body.hash, hashOf(block.header))

function pulseMessage({ sealed: { block, certificate }, table }: PulseRow): Message {
  const pulse: SealedPulse = { header: block.header, certificate }
  return { kind: 'pulse', ...toRoot, pulse, table }
}

/**
 * Bookkeepers and keepers of all branches, those that are not there yet included: two members of
 * the root tell each of them.
 */
function servedBy({ charter, root }: Seating, seat: number): readonly NodeName[] {
  const names = new Set<NodeName>()
  for (const { committee, keepers } of charter.seats) {
    for (const key of [...committee, ...keepers]) names.add(keyId(key))
  }
  const count = root.members.length
  return [...names].filter((_, i) => (((i - seat) % count) + count) % count < 2)
}

/** The post of the root's seat. @throws CharterInvalid where the charter gives this node none */
export async function openRootPost(post: Post): Promise<Role> {
  const { seating } = post.genesis
  const seat = seating.root.members.findIndex((key) => equal(key, post.key.publicKey))
  if (seat < 0) throw new CharterInvalid(`node ${post.key.id} has no seat in the root`)
  return new RootPost(post, seat, restore(post.genesis, post.disk.rows))
}

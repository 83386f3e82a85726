/** What the model check has worked out: memories of engines, and what can arrive at them. */
import { encode } from '#base'
import {
  type Certificate,
  type Header,
  headerHash,
  noRoot,
  quorum,
  type VoteBody,
  voteBodyLayout,
  type VoteKind,
  votes,
} from '#ledger'
import type { Block, Message } from '../messages.js'
import { voteDomain } from './ballot.js'
import {
  address,
  blockOn,
  cheap,
  genesis,
  keys,
  nameOfVote,
  org,
  Puppet,
  seats,
  type Step,
} from './puppet.js'
import { keyOf } from './state.js'

export interface Bound {
  /** views in which messages are delivered and timers ring */
  readonly views: number
  /** seats of four that lie; more than one breaks what a committee of four can bear */
  readonly hostile: readonly number[]
  /** seats that never say anything */
  readonly silent?: readonly number[]
  /** the search gives up after so many states */
  readonly mostStates: number
}

/** What one engine remembers, with all that matters about it. */
interface Memory {
  readonly seat: number
  readonly steps: readonly Step[]
  readonly canRing: boolean
  /** numbers of its finalized chain and of what it cast: the same for the same */
  readonly chain: number
  readonly cast: number
  /** where each step leads that was taken from here, by the step's number */
  readonly after: Map<number, number>
}

/** A step with a number of its own. */
export interface Known {
  readonly number: number
  readonly step: Step
}

/** What can arrive when certain votes are cast, and whether that is lawful. */
interface Arriving {
  readonly steps: readonly Known[]
  readonly violation: string | undefined
}

/** Gives the same number to the same text. */
class Numbers {
  readonly texts: string[] = []
  readonly #numbers = new Map<string, number>()
  of(text: string): number {
    let number = this.#numbers.get(text)
    if (number === undefined) {
      number = this.texts.push(text) - 1
      this.#numbers.set(text, number)
    }
    return number
  }
}

const enough = quorum(seats.length)

/** Who has cast which vote, the hostile ones every one that could be of use. */
type Tally = ReadonlyMap<string, readonly number[]>

/** Everything that was seen of the committee in one state. */
export class Search {
  readonly memories: Memory[] = []
  readonly #ids = new Map<string, number>()
  readonly #casts = new Numbers()
  readonly #chains = new Numbers()
  readonly #stepNumbers = new Numbers()
  readonly #blocks = new Map<string, Block>()
  readonly #proposals = new Map<string, { from: number; message: Message }>()
  readonly #arriving = new Map<number, Arriving>()
  readonly ring: Known

  constructor(readonly bound: Bound) {
    this.ring = this.#known({ key: 'ring', messages: [] })
  }

  #known = (step: Step): Known => ({ number: this.#stepNumbers.of(step.key), step })

  /** The memory after these steps. */
  recall(seat: number, steps: readonly Step[]): number {
    const puppet = new Puppet(seat)
    for (const step of steps) puppet.take(step)
    const cast = [...puppet.cast].sort().join(' ')
    const key = `${seat}\n${puppet.engine.fingerprint}\n${cast}`
    const known = this.#ids.get(key)
    if (known !== undefined) return known
    for (const message of puppet.proposals) this.#learn(seat, message)
    const canRing = puppet.canRing && puppet.engine.view <= BigInt(this.bound.views)
    const chain = this.#chains.of(puppet.application.chain.join(' '))
    const memory = { seat, steps, canRing, chain, cast: this.#casts.of(cast), after: new Map() }
    const id = this.memories.push(memory) - 1
    this.#ids.set(key, id)
    return id
  }

  hasFinal = (id: number): boolean => this.#chains.texts[this.memories[id].chain] !== ''

  #learn(from: number, message: Message): string {
    if (message.kind !== 'proposal') return ''
    const { block } = message
    const hash = headerHash(block.header)
    const name = nameOfVote(votes.notarize, block.header.view, hash)
    this.#blocks.set(keyOf(hash), block)
    this.#proposals.set(name, { from, message })
    return name
  }

  /** The memory of one engine after one more step. */
  after(id: number, { number, step }: Known): number {
    const { seat, steps, after } = this.memories[id]
    let next = after.get(number)
    if (next === undefined) {
      next = this.recall(seat, [...steps, step])
      after.set(number, next)
    }
    return next
  }

  /** What can arrive at a seat when the honest ones have cast their votes of this state. */
  arriving(state: readonly number[]): Arriving {
    const key = state.reduce((sum, id) => sum * 65_536 + this.memories[id].cast, 0)
    let found = this.#arriving.get(key)
    if (found === undefined) {
      const tally = this.#tallyOf(state)
      const steps = [...this.#proposed(tally), ...this.#quorums(tally)].map(this.#known)
      found = { steps, violation: this.#unlawful(tally) }
      this.#arriving.set(key, found)
    }
    return found
  }

  #tallyOf(state: readonly number[]): Map<string, number[]> {
    const tally = new Map<string, number[]>()
    for (const id of state) {
      const { cast, seat } = this.memories[id]
      const names = this.#casts.texts[cast].split(' ').filter((name) => name !== '')
      for (const vote of names) tally.set(vote, [...(tally.get(vote) ?? []), seat])
    }
    return tally
  }

  #isInBound = (vote: string): boolean => Number(vote.split('/')[1]) <= this.bound.views

  /** Proposals of honest leaders, and all sorts of a hostile one's. */
  #proposed(tally: Tally): Step[] {
    const { views, hostile } = this.bound
    const found = [...tally.keys()].filter((vote) => this.#proposals.has(vote))
    for (let view = 1; view <= views; view++) {
      const from = view % seats.length
      if (!hostile.includes(from)) continue
      for (const { parent, justification } of this.#parents(tally, view)) {
        for (const time of [1n, 2n]) {
          const block = blockOn(parent, BigInt(view), time)
          const body = bodyOf(votes.notarize, BigInt(view), headerHash(block.header))
          const signature = signed(from, body)
          const rest = { ...address, justification, pulse: [], signature }
          found.push(this.#learn(from, { kind: 'proposal', block, ...rest }))
        }
      }
    }
    return [...new Set(found)].filter(this.#isInBound).map((vote) => ({
      key: `proposal ${vote}`,
      messages: [this.#proposals.get(vote)!],
    }))
  }

  /** Headers on which a liar could put a block of this view, with what reasons there are. */
  #parents(tally: Tally, view: number): { parent: Header; justification: Certificate[] }[] {
    const found: { parent: Header; justification: Certificate[] }[] = []
    const skips: Certificate[] = []
    for (let at = view - 1; at > 0; at--) {
      for (const { header } of this.#blocks.values()) {
        if (header.view !== BigInt(at)) continue
        const reason = this.#certificate(tally, votes.notarize, header.view, headerHash(header))
        if (reason !== undefined) found.push({ parent: header, justification: [reason, ...skips] })
      }
      const skip = this.#certificate(tally, votes.skip, BigInt(at), noRoot)
      if (skip !== undefined) skips.push(skip)
    }
    return [...found, { parent: genesis, justification: skips }]
  }

  /** Honest votes as far as there are any: what liars sign is left for other uses. */
  #signers(tally: Tally, vote: string): number[] | undefined {
    const signers = [...(tally.get(vote) ?? []), ...this.bound.hostile]
    return signers.length < enough ? undefined : signers.slice(0, enough).sort((a, b) => a - b)
  }

  #certificate(tally: Tally, kind: VoteKind, view: bigint, hash: Uint8Array) {
    const signers = this.#signers(tally, nameOfVote(kind, view, hash))
    const body = bodyOf(kind, view, hash)
    return (
      signers && { body, signers: signers.map((seat) => ({ seat, signature: signed(seat, body) })) }
    )
  }

  /** Every quorum that there is, as votes one by one and as a certificate. */
  #quorums(tally: Tally): Step[] {
    const names = [...tally.keys()].filter(this.#isInBound)
    return names.flatMap((vote): Step[] => {
      const signers = this.#signers(tally, vote)
      if (signers === undefined) return []
      const [kind, view, hash] = vote.split('/')
      const block = this.#blocks.get(hash)
      const bytes = block === undefined ? noRoot : headerHash(block.header)
      const certificate = this.#certificate(tally, Number(kind) as VoteKind, BigInt(view), bytes)!
      const { body } = certificate
      const singly = certificate.signers.map(({ seat, signature }) => ({
        from: seat,
        message: { kind: 'vote', ...address, body, seat, signature } as const,
      }))
      const whole = { kind: 'certificate', ...address, certificate } as const
      const steps: Step[] = [{ key: `votes ${vote} ${signers.join()}`, messages: singly }]
      const hasLiar = signers.some((seat) => this.bound.hostile.includes(seat))
      const from = this.bound.hostile[0]
      if (hasLiar) steps.push({ key: `whole ${vote}`, messages: [{ from, message: whole }] })
      return steps
    })
  }

  /** Votes of one seat that exclude each other, and certificates that do. */
  #unlawful(tally: Tally): string | undefined {
    const certified = [...tally.keys()].filter((vote) => this.#signers(tally, vote) !== undefined)
    const slots = certified.map((vote) => vote.split('/').slice(0, 2).join('/'))
    if (new Set(slots).size < slots.length) return 'two certificates of one kind in one view'
    if (slots.some((slot) => slots.includes(opposite(slot)))) return 'a view skipped and final'
    for (const seat of seats) {
      const cast = [...tally].filter(([, by]) => by.includes(seat)).map(([vote]) => vote)
      const own = cast.map((vote) => vote.split('/').slice(0, 2).join('/'))
      if (new Set(own).size < own.length) return 'two votes of one kind in one view'
      if (own.some((slot) => own.includes(opposite(slot)))) return 'votes to skip and to finalize'
    }
    return undefined
  }

  /** What must not be. */
  violationIn(state: readonly number[]): string | undefined {
    const [first, ...rest] = state.map((id) => this.memories[id].chain)
    if (rest.every((chain) => chain === first)) return undefined
    const chains = [first, ...rest].map((chain) => this.#chains.texts[chain])
    chains.sort((a, b) => a.length - b.length)
    const isOne = chains.every((chain, i) => i === 0 || chain.startsWith(chains[i - 1]))
    return isOne ? undefined : 'two blocks are final at one height'
  }
}

/** The kind and view that excludes a vote to skip, or to finalize, a view. */
function opposite(slot: string): string {
  const [kind, view] = slot.split('/')
  return Number(kind) === votes.skip ? `${votes.finalize}/${view}` : ''
}

const bodyOf = (kind: VoteKind, view: bigint, hash: Uint8Array): VoteBody => ({
  org,
  ...address,
  cycle: 0,
  kind,
  view,
  hash,
})

const signed = (seat: number, body: VoteBody): Uint8Array =>
  cheap.sign(keys[seat], voteDomain, encode(voteBodyLayout, body))

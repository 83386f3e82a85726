/** One engine that a search leads through steps: its committee of four, and what it orders. */
import { concat, equal, fromText, keyId, sha256 } from '#base'
import type { Key, Signatures } from '#identity'
import { committeeOf, forms, type Header, headerHash, noRoot, votes, wholeTree } from '#ledger'
import type { Effect } from '../actor.js'
import type { Block, Message, SealedBlock } from '../messages.js'
import type { Application } from './application.js'
import { Simplex } from './simplex.js'
import { keyOf } from './state.js'

export const seats = [0, 1, 2, 3]
export const org = new Uint8Array(20).fill(1)

/** Signs by hashing: the search forges nothing that a key would have to sign. */
export const cheap: Signatures = {
  sign({ publicKey }, domain, body) {
    const half = sha256(concat(publicKey, fromText(domain), body))
    return concat(half, half)
  },
  verify: (publicKey, domain, body, signature) =>
    equal(signature.subarray(0, 32), sha256(concat(publicKey, fromText(domain), body))),
}

export const keys: Key[] = seats.map((seat) => {
  const publicKey = sha256(fromText(`seat ${seat}`))
  return { id: keyId(publicKey), publicKey, seed: publicKey }
})
export const committee = committeeOf(keys.map(({ publicKey }) => publicKey))

/** Whom the committee's messages are for. */
export const address = { level: 1, prefix: wholeTree } as const

export const genesis: Header = {
  form: forms.block,
  org,
  prefix: wholeTree,
  cycle: 0,
  height: 0n,
  view: 0n,
  pulseSeen: 0n,
  time: 0n,
  prev: noRoot,
  stateRoot: noRoot,
  total: 0n,
  bondSum: 0n,
  count: 0,
  cumDebit: 0n,
  cumOut: 0n,
  cumIn: 0n,
  bodyRoot: noRoot,
  outboxRoot: noRoot,
  outboxSize: 0n,
  channelRoot: noRoot,
  cursorRoot: noRoot,
  dataRoot: noRoot,
  tallyRoot: noRoot,
  evidenceRoot: noRoot,
  committee: noRoot,
  nextCommittee: noRoot,
}

export const blockOn = (parent: Header, view: bigint, time: bigint): Block => ({
  header: { ...parent, height: parent.height + 1n, view, time, prev: headerHash(parent) },
  body: new Uint8Array(0),
})

/** Has something to say in every view, and remembers what became final. */
class Talkative implements Application {
  readonly finalizedHeader = genesis
  readonly chain: string[] = []
  propose(ancestry: readonly Block[], view: bigint) {
    return blockOn(ancestry.at(-1)?.header ?? this.#tip, view, 0n)
  }
  #tip: Header = genesis
  check() {
    return 'valid' as const
  }
  isOwed() {
    return true
  }
  finalized({ block }: SealedBlock): Effect[] {
    this.#tip = block.header
    this.chain.push(keyOf(headerHash(block.header)))
    return []
  }
  sealedAt() {
    return undefined
  }
  fellBehind() {
    return []
  }
}

/** What is done to an engine: its timer rings (no messages), or messages arrive. */
export interface Step {
  readonly key: string
  readonly messages: readonly { readonly from: number; readonly message: Message }[]
}

export const nameOfVote = (kind: number, view: bigint, hash: Uint8Array): string =>
  `${kind}/${view}/${keyOf(hash)}`

/** One engine that is led through steps. */
export class Puppet {
  readonly application = new Talkative()
  readonly engine: Simplex
  readonly cast = new Set<string>()
  readonly proposals: Message[] = []
  canRing = false

  constructor(readonly seat: number) {
    this.engine = new Simplex({
      org,
      ...address,
      cycle: 0,
      committee,
      seat,
      key: keys[seat],
      signatures: cheap,
      rules: { viewMillis: 1000, mostViewMillis: 1000 },
      application: this.application,
      nonce: 1n,
    })
    this.#obey(this.engine.start([], 0))
    const said = { kind: 'recalled', ...address, nonce: 1n << 32n, theirView: 0n } as const
    const others = keys.filter((_, other) => other !== seat)
    for (const { id } of others) {
      this.#obey(this.engine.receive(id, { ...said, view: 1n, height: 0n }, 0))
    }
  }

  take({ messages }: Step): void {
    if (messages.length === 0) this.#obey(this.engine.ring('simplex/view', 0))
    for (const { from, message } of messages) {
      this.#obey(this.engine.receive(keys[from].id, message, 0))
    }
  }

  #obey(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'append') this.#obey(effect.then)
      else if (effect.kind === 'send') this.#note(effect.message)
      else if (effect.kind === 'timer' && effect.name.startsWith('simplex/durable/')) {
        this.#obey(this.engine.ring(effect.name, 0))
      } else if (effect.kind === 'timer' && effect.name === 'simplex/view') this.canRing = true
      else if (effect.kind === 'cancel' && effect.name === 'simplex/view') this.canRing = false
    }
  }

  #note(message: Message): void {
    if (message.kind === 'vote' && message.seat === this.seat) {
      const { kind, view, hash } = message.body
      this.cast.add(nameOfVote(kind, view, hash))
    } else if (message.kind === 'proposal') {
      const { header } = message.block
      const name = nameOfVote(votes.notarize, header.view, headerHash(header))
      if (!this.cast.has(name)) this.proposals.push(message)
      this.cast.add(name)
    }
  }
}

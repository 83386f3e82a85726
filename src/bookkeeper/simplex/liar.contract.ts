/** A member that knows the protocol and breaks it wherever that could do harm. */
import { encode } from '#base'
import {
  type Certificate,
  headerHash,
  noRoot,
  type VoteBody,
  voteBodyLayout,
  type VoteKind,
  votes,
  wholeTree,
} from '#ledger'
import type { Block, Message } from '../messages.js'
import { voteDomain } from './ballot.js'
import {
  blockOf,
  cheapSignatures,
  genesisHeader,
  keyOfSeat,
  randomOf,
  testOrg,
} from './counting.contract.js'
import type { Rehearsal } from './rehearsal.contract.js'

const address = { level: 1, prefix: wholeTree } as const

export class Liar {
  readonly #blocks: Block[] = []
  readonly #certificates: Certificate[] = []
  readonly #heard: Message[] = []
  readonly #random: () => number
  #view = 1n

  constructor(
    readonly run: Rehearsal,
    readonly seat: number,
    seed: number,
  ) {
    this.#random = randomOf(seed)
    run.stops = (_from, to, message) => {
      if (to === seat) this.#hear(message)
      return false
    }
  }

  /** Lies every few milliseconds from now on. */
  begin(): void {
    this.run.at(1 + this.#random() * 40, () => {
      this.#lie()
      this.begin()
    })
  }

  #hear(message: Message): void {
    this.#heard.push(message)
    if (this.#heard.length > 50) this.#heard.shift()
    if (message.kind === 'proposal' || message.kind === 'block') this.#keep(message.block)
    if (message.kind === 'certificate') this.#certificates.push(message.certificate)
    if (message.kind === 'proposal') this.#certificates.push(...message.justification)
    if (message.kind === 'vote' && message.body.view > this.#view) this.#view = message.body.view
    if (this.#certificates.length > 50) this.#certificates.splice(0, 20)
  }

  #keep(block: Block): void {
    if (block.header.view > this.#view) this.#view = block.header.view
    this.#blocks.push(block)
    if (this.#blocks.length > 20) this.#blocks.shift()
  }

  #pick = <T>(values: readonly T[]): T => values[Math.floor(this.#random() * values.length)]

  #someView(): bigint {
    const far = this.#pick([0n, 0n, 0n, 1n, 2n, 60n, 64n, 65n, 10n ** 18n])
    return this.#pick([this.#view, this.#view + far, this.#view - 1n])
  }

  #signed(
    kind: VoteKind,
    view: bigint,
    hash: Uint8Array,
  ): { body: VoteBody; signature: Uint8Array } {
    const body = { org: testOrg, ...address, cycle: 0, kind, view, hash }
    const key = keyOfSeat(this.#random() < 0.9 ? this.seat : (this.seat + 1) % this.run.size)
    return {
      body,
      signature: cheapSignatures.sign(key, voteDomain, encode(voteBodyLayout, body)),
    }
  }

  #lie(): void {
    const tell = this.#pick([
      () => this.#vote(),
      () => this.#vote(),
      () => this.#propose(),
      () => this.#propose(),
      () => this.#certify(),
      () => this.#boast(),
      () => this.#echo(),
      () => this.#misbody(),
    ])
    for (let to = 0; to < this.run.size; to++) {
      if (to !== this.seat) this.run.say(this.seat, to, tell())
    }
  }

  #vote(): Message {
    const kind = this.#pick([votes.notarize, votes.skip, votes.finalize])
    const block = this.#pick(this.#blocks)
    const view = block !== undefined && this.#random() < 0.5 ? block.header.view : this.#someView()
    const hash = kind === votes.skip ? noRoot : headerHash(block?.header ?? genesisHeader)
    return { kind: 'vote', ...address, seat: this.seat, ...this.#signed(kind, view, hash) }
  }

  /** Another block for each of the others, in a view that it leads or does not lead. */
  #propose(): Message {
    const size = BigInt(this.run.size)
    const lead = this.#view + ((BigInt(this.seat) - (this.#view % size) + size) % size)
    const view = this.#random() < 0.8 ? lead : this.#someView()
    const parent = this.#pick(this.#blocks)?.header ?? genesisHeader
    const block = blockOf(parent, view, [BigInt(Math.floor(this.#random() * 5)) + 1000n])
    const body = this.#random() < 0.8 ? block.body : new Uint8Array(8)
    const { signature } = this.#signed(votes.notarize, view, headerHash(block.header))
    const justification = this.#certificates.slice(-Math.floor(this.#random() * 8) - 1)
    const shown = { header: block.header, body }
    this.#blocks.push(block)
    return { kind: 'proposal', ...address, block: shown, justification, pulse: [], signature }
  }

  /** A certificate with the votes that it has, and others made up. */
  #certify(): Message {
    const { body, signature } = this.#signed(
      this.#pick([votes.notarize, votes.skip, votes.finalize]),
      this.#someView(),
      this.#random() < 0.5 ? noRoot : headerHash(this.#pick(this.#blocks)?.header ?? genesisHeader),
    )
    const signers = Array.from({ length: this.run.size }, (_, seat) => ({ seat, signature }))
    return { kind: 'certificate', ...address, certificate: { body, signers } }
  }

  #boast(): Message {
    const view = this.#someView()
    const theirView = this.#someView()
    const height = this.#pick([0n, 1n, 10n, 10n ** 15n])
    return this.#pick<Message>([
      { kind: 'status', ...address, view, height, pulse: 0n, token: 0n },
      {
        kind: 'recalled',
        ...address,
        nonce: this.#pick([1n, 2n, 3n]) << 32n,
        theirView,
        view,
        height,
      },
      { kind: 'fetch', ...address, fromHeight: height, most: 65_535 },
      { kind: 'blocks', ...address, blocks: [] },
      { kind: 'recall', ...address, nonce: view << 32n },
      { kind: 'fetchBlock', ...address, hash: noRoot },
    ])
  }

  #echo(): Message {
    return this.#pick(this.#heard) ?? this.#vote()
  }

  /** A genuine header with a body that is not its own. */
  #misbody(): Message {
    const genuine = this.#pick(this.#blocks)
    if (genuine === undefined) return this.#vote()
    const block = { header: genuine.header, body: new Uint8Array(16) }
    const certificate = this.#pick(this.#certificates)
    if (certificate === undefined || this.#random() < 0.5)
      return { kind: 'block', ...address, block }
    return { kind: 'blocks', ...address, blocks: [{ block, certificate }] }
  }
}

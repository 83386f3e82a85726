/** A whole small organization for tests: real posts, a made-up wire, clock and disk. */
import { decodeId, encode, fromText, keyId, sha256 } from '#base'
import { type Key, keyFromSeed, type Signatures } from '#identity'
import {
  accountOf,
  covers,
  levels,
  type Order,
  orderBodyLayout,
  type OrderBody,
  type Prefix,
  standingAcceptBodyLayout,
  toPrefix,
  type Transfer,
  transferBodyLayout,
  type TransferBody,
  transferId,
  wholeTree,
} from '#ledger'
import { type Genesis, genesisOf, type Rules, seatingOf, usualRules } from '#organization'
import type { Effect, NodeName, Notice, Role } from '../actor.js'
import { openKeeperPost } from '../keeper/keeper-post.js'
import { decodeMessage, encodeMessage, type Message } from '../messages.js'
import type { Post } from '../post.js'
import { openRootPost } from '../root/root-post.js'
import { openBranchPost } from './branch-post.js'
import { Agenda, Rows } from './network-parts.contract.js'
import { accountFor, org, plainSignatures, supervisor, treasury } from './branches.contract.js'

export const nodeKey = (number: number): Key => keyFromSeed(sha256(fromText(`node ${number}`)))
export const ownerKey = (number: number): Key => keyFromSeed(sha256(fromText(`member ${number}`)))

export interface NetworkOptions {
  readonly branches: readonly string[]
  /** every branch that has seats; by default those at the beginning */
  readonly seated?: readonly string[]
  readonly seats?: number
  readonly rootSeats?: number
  readonly keepers?: number
  readonly owners?: number
  readonly amount?: bigint
  readonly rules?: Partial<Rules>
  readonly signatures?: Signatures
  /** one way, milliseconds */
  readonly latency?: number
  /** messages as bytes, as on a wire */
  readonly isBytes?: boolean
}

type Maker = (post: Post) => Promise<Role>

class PostShell {
  role: Role | undefined
  records: Uint8Array[] = []
  rows = new Rows()
  readonly timers = new Map<string, number>()

  constructor(
    readonly node: TestNode,
    readonly level: number,
    readonly prefix: Prefix,
    readonly maker: Maker,
  ) {}
}

class TestNode {
  readonly posts: PostShell[] = []
  readonly notices: Notice[] = []
  isUp = true
  isSilent = false

  constructor(
    readonly key: Key,
    readonly name: NodeName,
  ) {}
}

export class Network {
  readonly genesis: Genesis
  readonly nodes = new Map<NodeName, TestNode>()
  readonly owners: readonly Key[]
  readonly #agenda = new Agenda()
  readonly #signatures: Signatures
  readonly #latency: number
  readonly #isBytes: boolean
  readonly answers: Message[] = []
  /** a message for which this is false is lost */
  passes: (from: NodeName, to: NodeName, message: Message) => boolean = () => true
  now = 1_000_000
  sent = 0
  #lastPulse = 0n
  #nonce = 1n
  readonly #nonces = new Map<string, bigint>()

  constructor(readonly options: NetworkOptions) {
    const { branches, seats = 4, rootSeats = 4, keepers = 0, owners = 20 } = options
    const { amount = 1000n, seated = branches, signatures = plainSignatures } = options
    this.#signatures = signatures
    this.#latency = options.latency ?? 20
    this.#isBytes = options.isBytes ?? false
    const keys = (from: number, count: number): Uint8Array[] =>
      Array.from({ length: count }, (_, i) => nodeKey(from + i).publicKey)
    this.owners = Array.from({ length: owners }, (_, i) => ownerKey(i))
    const seating = seatingOf({
      org,
      orgKey: sha256(fromText('org key')),
      name: fromText('network'),
      supply: BigInt(owners + 1) * amount,
      treasury: treasury.publicKey,
      supervisors: [supervisor.publicKey],
      rules: { ...usualRules, ...options.rules },
      root: keys(0, rootSeats),
      seats: seated.map((prefix, i) => ({
        prefix: toPrefix(prefix),
        committee: keys(100 * (i + 1), seats),
        keepers: keys(10_000 + 100 * i, keepers),
      })),
      branches: branches.map(toPrefix),
    })
    const accounts = [...this.owners, treasury].map((key) => accountFor(key, amount))
    this.genesis = genesisOf(seating, accounts)
    this.#seat(rootSeats, seats, keepers, seated)
  }

  #seat(rootSeats: number, seats: number, keepers: number, seated: readonly string[]): void {
    const add = (number: number, level: number, prefix: Prefix, maker: Maker): void => {
      const key = nodeKey(number)
      const name = keyId(key.publicKey)
      const node = this.nodes.get(name) ?? new TestNode(key, name)
      this.nodes.set(name, node)
      node.posts.push(new PostShell(node, level, prefix, maker))
    }
    for (let i = 0; i < rootSeats; i++) add(i, levels.root, wholeTree, openRootPost)
    seated.forEach((text, at) => {
      const prefix = toPrefix(text)
      for (let i = 0; i < seats; i++) {
        add(100 * (at + 1) + i, levels.branch, prefix, (post) => openBranchPost(post, prefix))
      }
      for (let i = 0; i < keepers; i++) {
        const maker: Maker = (post) => openKeeperPost(post, prefix)
        add(10_000 + 100 * at + i, levels.branch, prefix, maker)
      }
    })
  }

  async start(): Promise<void> {
    for (const node of this.nodes.values()) await this.startNode(node.name)
  }

  node(name: NodeName): TestNode {
    return this.nodes.get(name) as TestNode
  }
  /** Names of a branch's committee. */
  members(prefix: string): readonly NodeName[] {
    const { seating } = this.genesis
    return seating.committee(toPrefix(prefix))?.members.map((key) => keyId(key)) ?? []
  }

  async startNode(name: NodeName): Promise<void> {
    const node = this.node(name)
    node.isUp = true
    for (const shell of node.posts) {
      shell.timers.clear()
      shell.role = await shell.maker(this.#post(shell))
    }
    for (const shell of node.posts) this.#carry(shell, shell.role?.start(this.now) ?? [])
  }

  stopNode(name: NodeName): void {
    const node = this.node(name)
    node.isUp = false
    for (const shell of node.posts) {
      shell.role = undefined
      shell.timers.clear()
    }
  }

  loseDisk(name: NodeName): void {
    for (const shell of this.node(name).posts) {
      shell.records = []
      shell.rows = new Rows()
    }
  }

  #post({ node, records, rows }: PostShell): Post {
    return {
      genesis: this.genesis,
      key: node.key,
      signatures: this.#signatures,
      disk: { records: [...records], rows },
      nonce: this.#nonce++,
      branchSecret: (prefix) => sha256(fromText(`secret of ${prefix}`)),
      members: () => [],
    }
  }

  #carry(shell: PostShell, effects: readonly Effect[]): void {
    for (const effect of effects) this.#one(shell, effect)
  }

  #one(shell: PostShell, effect: Effect): void {
    switch (effect.kind) {
      case 'send':
        return this.send(shell.node.name, effect.to, effect.message)
      case 'timer':
        return this.#timer(shell, effect.name, effect.afterMillis)
      case 'cancel':
        shell.timers.delete(effect.name)
        return
      case 'append':
        shell.records.push(effect.record)
        return this.#carry(shell, effect.then)
      case 'rewrite':
        shell.records = [...effect.records]
        return this.#carry(shell, effect.then)
      case 'store':
        shell.rows.write(effect.rows)
        return this.#carry(shell, effect.then)
      case 'tell':
        shell.node.notices.push(effect.notice)
    }
  }

  #timer(shell: PostShell, name: string, afterMillis: number): void {
    const at = this.now + afterMillis
    shell.timers.set(name, at)
    this.#agenda.push(at, () => {
      if (shell.timers.get(name) !== at || shell.role === undefined) return
      shell.timers.delete(name)
      this.#carry(shell, shell.role.ring(name, this.now))
    })
  }

  send(from: NodeName, to: NodeName, message: Message): void {
    this.sent++
    if (message.kind === 'pulse' && message.pulse.header.pulseSeen > this.#lastPulse) {
      this.#lastPulse = message.pulse.header.pulseSeen
      this.lastTable = message.table
    }
    if (this.nodes.get(from)?.isSilent || !this.passes(from, to, message)) return
    const bytes = this.#isBytes ? encodeMessage(message) : undefined
    const sent = from === to ? this.now : this.now + this.#latency
    this.#agenda.push(sent, () => {
      const node = this.nodes.get(to)
      const read = bytes === undefined ? message : decodeMessage(bytes)
      if (node === undefined) this.answers.push(read)
      if (node === undefined || !node.isUp) return
      for (const shell of node.posts) {
        const isFor = shell.level === read.level && shell.prefix === read.prefix
        if (!isFor && read.kind !== 'pulse') continue
        if (shell.role !== undefined) {
          this.#carry(shell, shell.role.receive(from, read, this.now))
        }
      }
    })
  }

  /** Lets time pass. */
  run(millis: number): void {
    const until = this.now + millis
    for (;;) {
      const event = this.#agenda.pop(until)
      if (event === undefined) break
      this.now = event.at
      event.run()
    }
    this.now = until
  }

  /** Lets time pass until something is so. @returns whether it came to be */
  runUntil(is: () => boolean, most = 60_000): boolean {
    const end = this.now + most
    while (this.now < end) {
      if (is()) return true
      this.run(50)
    }
    return is()
  }

  // clients

  branchOf(id: Uint8Array): Prefix {
    const { table } = this.pulseTable()
    const entry = table.find(({ prefix, state }) => state !== 4 && covers(prefix, id))
    return entry?.prefix ?? wholeTree
  }
  /** The newest table that some node was told of; by the rows of the first root seat. */
  pulseTable(): { table: Genesis['table'] } {
    return { table: this.lastTable ?? this.genesis.table }
  }
  lastTable: Genesis['table'] | undefined

  transfer(payer: Key, payee: Key, amount: bigint, change: Partial<TransferBody> = {}): Transfer {
    const nonce = this.#nonces.get(payer.id) ?? 1n
    if (change.nonce === undefined) this.#nonces.set(payer.id, nonce + 1n)
    const body: TransferBody = {
      org,
      payer: accountOf(payer.publicKey),
      payee: accountOf(payee.publicKey),
      amount,
      fee: 0n,
      nonce,
      validUntil: 1_000_000n,
      memoHash: new Uint8Array(32),
      payerKey: payer.publicKey,
      payeeKey: payee.publicKey,
      ...change,
    }
    const signed = encode(transferBodyLayout, body)
    const { sign } = this.#signatures
    const said = { org, payee: body.payee, mostAmount: 1_000_000n, validUntil: 1_000_000n }
    return {
      body,
      payerSignature: sign(payer, 'leither/ledger/transfer/1', signed),
      accept: {
        kind: 'standing',
        mostAmount: said.mostAmount,
        validUntil: said.validUntil,
        signature: sign(payee, 'leither/ledger/accept/1', encode(standingAcceptBodyLayout, said)),
      },
    }
  }

  readonly client = keyId(ownerKey(1_000_000).publicKey)

  submit(transfer: Transfer, seat = 0, prefix = this.branchOf(transfer.body.payer)): Uint8Array {
    const message = { kind: 'submit', level: levels.branch, prefix, transfer } as const
    this.send(this.client, this.members(prefix)[seat], message)
    return transferId(transfer.body)
  }

  order(change: Partial<OrderBody> & Pick<OrderBody, 'kind' | 'publicKey' | 'number'>): Order {
    const body: OrderBody = {
      org,
      validUntil: 1_000_000n,
      flags: 0,
      blind: new Uint8Array(16),
      supervisor: supervisor.publicKey,
      ...change,
    }
    const signed = encode(orderBodyLayout, body)
    return {
      body,
      signature: this.#signatures.sign(supervisor, 'leither/ledger/order/1', signed),
    }
  }

  submitOrder(order: Order, seat = 0): void {
    const prefix = this.branchOf(accountOf(order.body.publicKey))
    const message = { kind: 'order', level: levels.branch, prefix, order } as const
    this.send(this.client, this.members(prefix)[seat], message)
  }

  /** What a member says of a transfer or order; undefined where it does not answer. */
  ask(id: Uint8Array, prefix: Prefix, seat = 0) {
    const before = this.answers.length
    const message = { kind: 'ask', level: levels.branch, prefix, id } as const
    this.send(this.client, this.members(prefix)[seat], message)
    this.run(4 * this.#latency)
    const found = this.answers.slice(before).find((answer) => answer.kind === 'answer')
    return found?.kind === 'answer' ? found : undefined
  }

  /** Notices of one kind that a node has told. */
  told<K extends Notice['kind']>(name: NodeName, kind: K): Extract<Notice, { kind: K }>[] {
    return this.node(name).notices.filter(
      (notice): notice is Extract<Notice, { kind: K }> => notice.kind === kind,
    )
  }

  /** The owners whose accounts are in a branch. */
  ownersIn(prefix: string): readonly Key[] {
    return this.owners.filter((key) => covers(toPrefix(prefix), decodeId(key.id).hash))
  }
}

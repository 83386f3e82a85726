/** The simulated world of one run: what its nodes stand on, and what observers see of it. */
import { concat, fromText, sha256 } from '#base'
import type { Message, NodeName, Notice, Post, Role } from '#bookkeeper'
import type { Domain, Key, Signatures } from '#identity'
import type { Prefix, Row } from '#ledger'
import type { Arena, Cast, ClientPlace, NodeView, Observer, Place } from './checker.js'
import { InvariantBroken } from './errors.js'
import type { Ground } from './ground.js'
import { packer, type Parcel } from './parcel.js'
import type { Outcome, RunOptions } from './run.js'
import type { Fault, Scenario } from './scenario.js'
import { SimNet } from './sim-net.js'
import { SimNode } from './sim-node.js'
import type { Stage } from './stage.js'
import { type Stream, streamOf } from './streams.js'
import { Timeline } from './timeline.js'
import { Trace } from './trace.js'
import type { Tripwire } from './tripwire.js'

type Watching = { [K in keyof Observer]-?: Observer[K] }

export class World implements Arena, Ground {
  readonly scenario: Scenario
  readonly dice: Stream
  readonly timeline = new Timeline()
  readonly net: SimNet
  readonly nodes: readonly SimNode[]
  readonly observers: readonly Observer[]
  readonly tripwire: Tripwire
  readonly diskDice: Stream
  readonly fsync: number
  readonly traffic = new Map<Message['kind'], { messages: number; bytes: number }>()
  phase: Arena['phase'] = 'chaos'
  pulse = 0n
  /** true time of the last block that an honest node finalized */
  lastWork = 0
  readonly #stage: Stage
  readonly #cast: Cast
  readonly #trace = new Trace()
  readonly #pack: (message: Message) => Parcel
  readonly #byName: ReadonlyMap<NodeName, SimNode>
  readonly #marks = new Map<string, number>()
  readonly #members: readonly NodeName[]
  readonly #allies: readonly { readonly node: NodeView; readonly key: Key }[]
  /** what roles signed while they ran: told once they are done */
  #signed: (() => void)[] = []
  /** what went wrong inside of a role: thrown once the step is over */
  #broken: unknown
  #messages = 0
  #bytes = 0

  constructor(scenario: Scenario, stage: Stage, { cast, tripwire }: RunOptions) {
    this.scenario = scenario
    this.#stage = stage
    this.#cast = cast
    this.tripwire = tripwire
    this.dice = streamOf(scenario.seed)
    this.diskDice = this.dice.split('disk')
    this.fsync = scenario.fsync
    this.net = new SimNet(stage.nodes.length, scenario.network, this.dice.split('net'))
    this.#pack = packer(scenario.copies === 'shared')
    const hostile = new Set(scenario.hostile.map(({ node }) => node))
    this.nodes = stage.nodes.map(
      ({ key, places }, index) =>
        new SimNode(this, { index, key, isHonest: !hostile.has(index) }, places),
    )
    this.#byName = new Map(this.nodes.map((node) => [node.name, node]))
    this.#members = [...new Set(stage.people.map(({ node }) => node))]
    this.#allies = this.nodes
      .filter(({ isHonest }) => !isHonest)
      .map((node) => ({ node, key: node.key }))
    this.observers = cast.observers.map((make) => make(this))
  }

  get seed(): string {
    return this.scenario.seed
  }
  get genesis(): Stage['genesis'] {
    return this.#stage.genesis
  }
  get signatures(): Signatures {
    return this.#stage.keys.signatures
  }
  get supervisors(): readonly Key[] {
    return this.#stage.supervisors
  }
  get treasury(): Key {
    return this.#stage.treasury
  }
  get people(): Stage['people'] {
    return this.#stage.people
  }
  get time(): number {
    return this.timeline.now
  }

  node(name: NodeName): SimNode | undefined {
    return this.#byName.get(name)
  }

  /** Calls every observer that has this method. */
  each<K extends keyof Watching>(member: K, call: (observer: Observer) => void): void {
    for (const observer of this.observers) if (observer[member] !== undefined) call(observer)
  }

  // --- what nodes ask

  async open(view: NodeView, place: Place, post: Post): Promise<Role> {
    if (place.kind === 'client') return this.#cast.client(this.#clientPlace(view))
    const openHonest = (): Promise<Role> => this.#cast.open(place, post)
    const cast = this.scenario.hostile.find(({ node }) => node === view.index)
    const kind = this.#cast.hostile.find(({ name }) => name === cast?.kind)
    if (kind === undefined || !kind.where.includes(place.kind)) return openHonest()
    const dice = this.dice.split(`hostile/${view.index}/${place.kind}/${place.prefix}`)
    const hostile = { arena: this, node: view, place, post, allies: this.#allies, dice, openHonest }
    return kind.open(hostile)
  }

  #clientPlace(node: NodeView): ClientPlace {
    return {
      arena: this,
      node,
      people: this.people.filter((person) => person.node === node.name),
      signatures: this.signatures,
      dice: this.dice.split(`workload/${node.index}`),
      isWorking: () => this.phase === 'chaos',
    }
  }

  postOf(view: NodeView): Omit<Post, 'disk' | 'nonce' | 'signatures'> {
    return {
      genesis: this.genesis,
      key: view.key,
      branchSecret: (prefix) => this.#secretOf(view, prefix),
      members: () => this.#members,
    }
  }

  readonly #secrets = new Map<Prefix, Uint8Array>()

  /** What a branch's bookkeepers share; nobody else has it. */
  #secretOf({ key }: NodeView, prefix: Prefix): Uint8Array | undefined {
    const members = this.genesis.seating.committee(prefix)?.members ?? []
    if (!members.some((member) => sameKey(member, key.publicKey))) return undefined
    let secret = this.#secrets.get(prefix)
    if (secret === undefined) {
      secret = sha256(concat(fromText(`${this.seed} secret of ${prefix}`)))
      this.#secrets.set(prefix, secret)
    }
    return secret
  }

  sign(view: NodeView, key: Key, domain: Domain, body: Uint8Array): Uint8Array {
    const signature = this.signatures.sign(key, domain, body)
    if (view.isHonest && key === view.key) {
      this.#signed.push(() =>
        this.each('signed', (observer) => observer.signed?.(view, domain, body, signature)),
      )
    }
    return signature
  }

  verify: Signatures['verify'] = (...args) => this.signatures.verify(...args)

  send(view: NodeView, place: Place, to: NodeName, message: Message): void {
    const parcel = this.#packed(view, place, message)
    if (parcel === undefined) return
    const { now } = this.timeline
    this.#count(parcel)
    this.#trace.sent(now, view.index, to, parcel.digest)
    const receiver = this.#byName.get(to)
    const delays =
      receiver === undefined ? [] : this.net.delays(view.index, receiver.index, parcel.bytes, now)
    const arrivals = delays.map((delay) => now + delay)
    const from = view.name
    const sending = { from, to, place, message, bytes: parcel.bytes, arrivals }
    this.each('sent', (observer) => observer.sent?.(sending))
    if (receiver === undefined) return
    for (const time of arrivals) this.timeline.at(time, () => receiver.receive(from, parcel))
  }

  /** Hostile nodes may try to send what no layout holds: that goes nowhere. */
  #packed(view: NodeView, place: Place, message: Message): Parcel | undefined {
    try {
      return this.#pack(message)
    } catch (error) {
      if (view.isHonest) this.threw(view, place, error)
      return undefined
    }
  }

  #count({ kind, bytes }: Parcel): void {
    this.#messages++
    this.#bytes += bytes
    const sum = this.traffic.get(kind)
    if (sum === undefined) this.traffic.set(kind, { messages: 1, bytes })
    else {
      sum.messages++
      sum.bytes += bytes
    }
  }

  delivered(from: NodeName, node: NodeView, parcel: Parcel, message: Message): void {
    this.#trace.delivered(this.timeline.now, node.index, parcel.digest)
    this.each('delivered', (observer) => observer.delivered?.({ from, to: node.name, message }))
  }

  told(node: NodeView, place: Place, notice: Notice): void {
    this.#trace.told(this.timeline.now, node.index, notice)
    if (notice.kind === 'reached') this.#mark(notice.mark)
    if (node.isHonest && (notice.kind === 'finalized' || notice.kind === 'pulse')) {
      this.lastWork = this.timeline.now
    }
    this.each('told', (observer) => observer.told?.(node, place, notice))
    if (node.isHonest && notice.kind === 'pulse' && notice.pulse > this.pulse) {
      this.pulse = notice.pulse
      this.each('atPulse', (observer) => observer.atPulse?.(notice.pulse, notice.hash))
    }
  }

  stored(node: NodeView, place: Place, rows: readonly Row[]): void {
    this.#trace.stored(this.timeline.now, node.index, rows.length)
    this.each('stored', (observer) => observer.stored?.(node, place, rows))
  }

  threw(node: NodeView, place: Place, error: unknown): void {
    this.#broken ??= crashOf(node, place, error)
  }

  damaged(node: NodeView, place: Place): void {
    if (!node.isDamaged) {
      const what = `node ${node.index} lost durable records of its ${place.kind} post in a crash`
      throw new InvariantBroken('DISK', what)
    }
    this.#mark('simulator/disk-damaged')
  }

  reached(mark: string): void {
    this.#mark(mark)
  }

  #mark(mark: string): void {
    this.#marks.set(mark, (this.#marks.get(mark) ?? 0) + 1)
  }

  crashed(node: NodeView, why: string): void {
    this.#trace.upOrDown(this.timeline.now, node.index, 0)
    this.each('crashed', (observer) => observer.crashed?.(node, why))
  }

  restarted(node: NodeView): void {
    this.#trace.upOrDown(this.timeline.now, node.index, 1)
    this.each('restarted', (observer) => observer.restarted?.(node))
  }

  // --- what the run asks

  noteFault(fault: Fault, begins: boolean): void {
    this.each('fault', (observer) => observer.fault?.(fault, begins))
  }

  /** After every step: what waited until the node was done. @throws what went wrong in it */
  afterStep(): void {
    if (this.#signed.length > 0) {
      const signed = this.#signed
      this.#signed = []
      for (const tell of signed) tell()
    }
    if (this.#broken !== undefined) throw this.#broken
    this.each('afterEvent', (observer) => observer.afterEvent?.())
  }

  owed(): readonly string[] {
    return this.observers.flatMap((observer) => observer.owed?.() ?? [])
  }

  figures(): Omit<Outcome, 'scenario' | 'failure'> {
    return {
      trace: this.#trace.hex(),
      steps: this.timeline.steps,
      messages: this.#messages,
      bytes: this.#bytes,
      pulse: this.pulse,
      millis: this.timeline.now,
      marks: this.#marks,
    }
  }
}

const sameKey = (a: Uint8Array, b: Uint8Array): boolean => a.every((byte, i) => byte === b[i])

function crashOf(node: NodeView, place: Place, error: unknown): InvariantBroken {
  const text = error instanceof Error ? error.message : String(error)
  const who = node.isHonest ? 'honest' : 'hostile'
  const post = `the ${place.kind} post "${place.prefix}" of ${who} node ${node.index}`
  const what = `${post} threw: ${text}`
  const broken = new InvariantBroken('CRASH', what)
  if (error instanceof Error) broken.stack = error.stack
  return broken
}

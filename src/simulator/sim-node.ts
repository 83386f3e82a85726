/** A simulated node: its posts, its clock, its ups and downs. */
import type { Message, Role } from '#bookkeeper'
import type { Key } from '#identity'
import type { NodeView, Place } from './checker.js'
import type { Ground } from './ground.js'
import { NodeClock } from './node-clock.js'
import type { Parcel } from './parcel.js'
import { PostShell } from './post-shell.js'
import type { DiskImage } from './sim-disk.js'

export class SimNode implements NodeView {
  readonly index: number
  readonly key: Key
  readonly isHonest: boolean
  readonly posts: readonly PostShell[]
  readonly #ground: Ground
  readonly #clock = new NodeClock()
  /** starts so far; what was planned in an earlier one is dropped */
  #run = 0
  #isUp = false
  #pausedUntil = 0
  isDamaged = false
  isFull = false
  isAboutToCrash = false
  slowness = 1

  constructor(
    ground: Ground,
    { index, key, isHonest }: { index: number; key: Key; isHonest: boolean },
    places: readonly Place[],
  ) {
    this.#ground = ground
    this.index = index
    this.key = key
    this.isHonest = isHonest
    this.posts = places.map((place) => new PostShell(ground, this.#home(), place))
  }

  #home(): ConstructorParameters<typeof PostShell>[1] {
    return {
      view: this,
      later: (millis, run) => this.#later(millis, run),
      clock: () => this.clock,
      trueSpan: (millis) => this.#clock.trueSpan(millis),
      slowness: () => this.slowness,
      syncing: () => this.#syncing(),
      hasRoom: () => this.#hasRoom(),
    }
  }

  get name(): string {
    return this.key.id
  }

  get places(): readonly Place[] {
    return this.posts.map(({ place }) => place)
  }

  get isUp(): boolean {
    return this.#isUp
  }

  get clock(): number {
    return this.#clock.read(this.#ground.timeline.now)
  }

  /** The clock itself, for faults. */
  get ticking(): NodeClock {
    return this.#clock
  }

  role(place: Place): Role | undefined {
    return this.posts.find((post) => post.place === place)?.role
  }

  rows(place: Place): PostShell['disk']['rows'] {
    const post = this.posts.find((candidate) => candidate.place === place)
    if (post === undefined) throw new RangeError(`node ${this.index} has no such post`)
    return post.disk.rows
  }

  get isSynced(): boolean {
    return this.posts.every((post) => post.isSynced)
  }

  #later(millis: number, run: () => void): void {
    const during = this.#run
    const { timeline } = this.#ground
    const attempt = (): void => {
      if (during !== this.#run) return
      if (timeline.now < this.#pausedUntil) timeline.at(this.#pausedUntil, attempt)
      else run()
    }
    timeline.after(millis, attempt)
  }

  #syncing(): void {
    if (!this.isAboutToCrash) return
    this.isAboutToCrash = false
    // Before any fsync is over: the quickest takes longer than this.
    this.#later(this.#ground.fsync * 0.01, () => this.crash('a crash in an fsync'))
  }

  #hasRoom(): boolean {
    if (this.isFull) this.crash('a full disk')
    return !this.isFull
  }

  /** Stands still until then, and finds all that came meanwhile. */
  pauseUntil(time: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, time)
  }

  wake(): void {
    this.#pausedUntil = 0
  }

  /** Opens and starts all posts; nothing happens where the node is up already. */
  async start(): Promise<void> {
    if (this.#isUp) return
    this.#run++
    this.#isUp = true
    for (const post of this.posts) await this.#open(post)
    if (this.#run > 1) this.#ground.restarted(this)
    for (const post of this.posts) post.start()
  }

  async #open(post: PostShell): Promise<void> {
    const nonce = (BigInt(this.index + 1) << 32n) | BigInt(this.#run)
    try {
      await post.open(nonce)
    } catch (error) {
      if (!this.isDamaged) throw error
      this.#ground.damaged(this, post.place)
      // A post that refuses what damage left of its disk begins with an empty one.
      post.disk.wipe()
      await post.open(nonce)
    }
  }

  crash(why: string): void {
    if (!this.#isUp) return
    this.#isUp = false
    this.#run++
    this.#pausedUntil = 0
    for (const post of this.posts) post.crash()
    this.#ground.crashed(this, why)
  }

  /** A message arrives: to every post that it is for. */
  receive(from: string, parcel: Parcel): void {
    if (!this.#isUp) return
    const { timeline } = this.#ground
    if (timeline.now < this.#pausedUntil) {
      this.#later(this.#pausedUntil - timeline.now, () => this.receive(from, parcel))
      return
    }
    const message = parcel.open()
    if (message === undefined) return
    this.#ground.delivered(from, this, parcel, message)
    for (const post of this.posts) if (isFor(post.place, message)) post.receive(from, message)
  }

  images(): readonly DiskImage[] {
    return this.posts.map(({ disk }) => disk.image())
  }

  restore(images: readonly DiskImage[]): void {
    for (const [i, image] of images.entries()) this.posts[i].disk.restore(image)
  }
}

/** Whether a post gets a message: by its committee; pulses go to all, members hear everything. */
export const isFor = ({ kind, level, prefix }: Place, message: Message): boolean =>
  kind === 'client' ||
  kind === 'member' ||
  message.kind === 'pulse' ||
  (message.level === level && message.prefix === prefix)

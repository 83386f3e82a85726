/** Toy roles: small enough to know what a run must do. */
import { keyId } from '#base'
import { type Effect, type Message, type Post, type Role, send, tell } from '#bookkeeper'
import { wholeTree } from '#ledger'
import type { Cast, Observer, Place } from './checker.js'

const number = (value: number): Uint8Array => {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, true)
  return bytes
}
export const valueOf = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true)

const status = (place: Place, value: number): Message => ({
  kind: 'status',
  level: place.level,
  prefix: place.prefix,
  view: BigInt(value),
  height: 0n,
  pulse: 0n,
  token: 0n,
})

export interface ToyOptions {
  /** counts aloud before the count is durable: the planted mistake */
  readonly isHasty?: boolean
  /** counts no further than this */
  readonly limit?: number
  /** called in every receive */
  readonly naughty?: () => void
}

/** Counts: each number goes to the journal, then to all others. Remembers its count. */
export function toyRole(place: Place, post: Post, others: readonly string[], options: ToyOptions) {
  let count = post.disk.records.reduce((most, record) => Math.max(most, valueOf(record)), 0)
  const say = (): Effect[] => others.map((other) => send(other, status(place, count)))
  const go = (): Effect[] => {
    count++
    post.signatures.sign(post.key, 'leither/ledger/status/1', number(count))
    const hash = number(count)
    const notice = tell({ kind: 'pulse', pulse: BigInt(count), hash })
    const append: Effect = {
      kind: 'append',
      record: number(count),
      then: options.isHasty === true ? [] : [...say(), notice],
    }
    return options.isHasty === true ? [append, ...say(), notice] : [append]
  }
  const tick: Effect = { kind: 'timer', name: 'tick', afterMillis: 500 }
  const role: Role = {
    start: () => [tick],
    receive() {
      options.naughty?.()
      return []
    },
    ring: () => (count < (options.limit ?? Infinity) ? [tick, ...go()] : []),
  }
  return role
}

/** A node never says a number twice, nor a smaller one: what a crash must not change. */
export const neverBack = (): Observer => {
  const last = new Map<string, bigint>()
  return {
    name: 'never back',
    told(node, place, notice) {
      if (notice.kind !== 'pulse') return
      const name = `${node.index} ${place.kind} ${place.prefix}`
      if (notice.pulse <= (last.get(name) ?? 0n) && !node.isDamaged) {
        throw new Error(`node ${node.index} said ${notice.pulse} twice`)
      }
      last.set(name, notice.pulse)
    },
  }
}

const still: Role = { start: () => [], receive: () => [], ring: () => [] }

export function toyCast(options: ToyOptions = {}, observers: Cast['observers'] = []): Cast {
  return {
    observers: [neverBack, ...observers],
    hostile: [],
    client: () => still,
    async open(place, post) {
      if (place.kind !== 'root') return still
      const { members } = post.genesis.seating.root
      const others = members.filter((key) => key !== post.key.publicKey)
      return toyRole(
        { ...place, prefix: wholeTree },
        post,
        others.map((key) => keyId(key)),
        options,
      )
    },
  }
}

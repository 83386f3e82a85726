/** A member's node: guards closed copies of its neighbours' pages and gives them back. */
import {
  blobOf,
  bytesOf,
  concat,
  decode,
  decodeId,
  encode,
  fromText,
  keyId,
  struct,
  toHex,
  u64,
  type ValueOf,
} from '#base'
import { type Prefix, prefixLayout } from '#ledger'
import { type Effect, type NodeName, reached, type Role, send } from '../actor.js'
import { bodyLimit, type Message } from '../messages.js'
import type { Post } from '../post.js'

/** Groups that a member guards at most. */
const mostGuarded = 4096

const guardedLayout = struct({
  branch: prefixLayout,
  /** the bookkeeper that it came from: one that lies spoils no other's copies */
  from: bytesOf(20),
  group: prefixLayout,
  pulse: u64,
  page: blobOf(bodyLimit),
})
type Guarded = ValueOf<typeof guardedLayout>

const area = fromText('copy|')
const nameOf = ({ branch, group, from }: Guarded): string => `${branch}|${group}|${toHex(from)}`

class MemberPost implements Role {
  readonly #post: Post
  readonly #guarded = new Map<string, Guarded>()

  constructor(post: Post, guarded: readonly Guarded[]) {
    this.#post = post
    for (const one of guarded) this.#guarded.set(nameOf(one), one)
  }

  start(): readonly Effect[] {
    return []
  }

  ring(): readonly Effect[] {
    return []
  }

  receive(from: NodeName, message: Message): readonly Effect[] {
    if (message.kind === 'copy') {
      const { prefix: branch, group, pulse, page } = message
      if (!this.#isBookkeeper(from, branch)) return []
      return this.#guard({ branch, from: decodeId(from).hash, group, pulse, page })
    }
    if (message.kind === 'fetchCopies') return this.#give(from, message)
    return []
  }

  #isBookkeeper(name: NodeName, branch: Prefix): boolean {
    const members = this.#post.genesis.seating.committee(branch)?.members ?? []
    return members.some((key) => keyId(key) === name)
  }

  /** The newest page of each group from each bookkeeper. */
  #guard(copy: Guarded): readonly Effect[] {
    const name = nameOf(copy)
    const before = this.#guarded.get(name)
    if (before === undefined ? this.#guarded.size >= mostGuarded : before.pulse >= copy.pulse) {
      return []
    }
    this.#guarded.set(name, copy)
    const row = { key: concat(area, fromText(name)), value: encode(guardedLayout, copy) }
    return [{ kind: 'store', rows: [row], then: [] }]
  }

  #give(from: NodeName, { prefix, nonce, level }: Message & { kind: 'fetchCopies' }) {
    if (!this.#isBookkeeper(from, prefix)) return []
    const copies = [...this.#guarded.values()].filter(({ branch }) => branch === prefix)
    return [reached('copies given'), send(from, { kind: 'copies', level, prefix, nonce, copies })]
  }
}

/** The post of a member's node, with the copies that its disk holds. */
export async function openMemberPost(post: Post): Promise<Role> {
  const guarded: Guarded[] = []
  for await (const [, value] of post.disk.rows.scan({ from: area, to: fromText('copy}') })) {
    try {
      guarded.push(decode(guardedLayout, value))
    } catch {
      // A damaged copy is one copy less: others hold the same page.
    }
  }
  return new MemberPost(post, guarded)
}

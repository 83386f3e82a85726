/** The account tree: sums, what must be hashed anew, ways and groups. */
import type { Account, AccountId } from '../account.js'
import type { Sums } from '../amount.js'
import { LedgerError } from '../errors.js'
import { bitOf, covers, type Prefix } from '../prefix.js'
import { coldHash, type Digest, emptyHash } from '../synopsis.js'
import {
  type AccountTree,
  type Group,
  groupLimit,
  type Path,
  type PathStep,
  type Undo,
} from './account-tree.js'
import { checkAccount, checkId } from './check.js'
import { Critbit } from './critbit.js'
import { amountAt, isTooMuch, type SumHalves } from './halves.js'
import { Hasher } from './hasher.js'
import { dirtyMark, type NodeOrLeaf } from './nodes.js'
import { Rehash } from './rehash.js'
import { PackedUndo, UndoLog } from './undo.js'

class Tree implements AccountTree {
  readonly #shape = new Critbit()
  readonly #rehash = new Rehash(this.#shape, new Hasher(this.#shape.leaves, this.#shape.nodes))
  /** of the whole branch */
  readonly #held = new Float64Array(4)
  #isHashed = true
  /** which update led to the present state, and how many there were */
  #revision = 0
  #revisions = 0

  constructor(readonly prefix: Prefix) {}

  get sums(): Sums {
    return this.#sumsAt(this.#held, 0, this.#shape.count)
  }

  get(id: AccountId): Account | undefined {
    checkId(id)
    const leaf = this.#shape.find(id, 0)
    return leaf === undefined ? undefined : this.#shape.leaves.read(leaf)
  }

  load(accounts: Iterable<Account>): void {
    for (const account of accounts) {
      this.#check(account)
      this.#set(account, undefined)
    }
    this.#checkTotal()
  }

  update(accounts: readonly Account[]): Undo {
    for (const account of accounts) this.#check(account)
    const log = new UndoLog(accounts.length)
    for (const account of accounts) this.#set(account, log)
    const undo = log.done(this.#revision, ++this.#revisions)
    this.#revision = undo.to
    try {
      this.#checkTotal()
    } catch (overflow) {
      this.undo(undo)
      throw overflow
    }
    return undo
  }

  undo(undo: Undo): void {
    if (!(undo instanceof PackedUndo) || undo.to !== this.#revision) {
      throw new LedgerError('UNDO_INVALID', 'only the last update of this tree can be taken back')
    }
    for (let i = undo.count - 1; i >= 0; i--) {
      const account = undo.account(i)
      if (undo.existed[i] === 1) this.#set(account, undefined)
      else this.#drop(account.id)
    }
    this.#revision = undo.from
  }

  #check(account: Account): void {
    checkAccount(account)
    if (!covers(this.prefix, account.id)) {
      throw new LedgerError('ACCOUNT_INVALID', `the account lies outside of "${this.prefix}"`)
    }
  }

  #checkTotal(): void {
    if (isTooMuch(this.#held, 0)) {
      throw new LedgerError('SUM_OVERFLOW', `the branch would hold ${amountAt(this.#held, 0)}`)
    }
  }

  #set(account: Account, log: UndoLog | undefined): void {
    const shape = this.#shape
    const { leaves, nodes } = shape
    this.#isHashed = false
    const leaf = shape.find(account.id, dirtyMark)
    if (leaf === undefined) {
      const added = shape.insert(account)
      leaves.addTo(this.#held, 0, added, 1)
      log?.note(leaves.words, added, false)
      return
    }
    log?.note(leaves.words, leaf, true)
    const depth = shape.groupDepth()
    const group = depth < shape.depth ? 4 * shape.way[depth] : -1
    leaves.addTo(this.#held, 0, leaf, -1)
    if (group >= 0) leaves.addTo(nodes.sums, group, leaf, -1)
    leaves.write(leaf, account)
    leaves.addTo(this.#held, 0, leaf, 1)
    if (group >= 0) leaves.addTo(nodes.sums, group, leaf, 1)
    leaves.dirty[leaf] = 1
  }

  #drop(id: AccountId): void {
    const { leaves } = this.#shape
    const leaf = this.#shape.find(id, 0)
    if (leaf === undefined) return
    this.#isHashed = false
    leaves.addTo(this.#held, 0, leaf, -1)
    this.#shape.remove(id)
  }

  root(): Digest {
    const { top } = this.#shape
    if (top === undefined) return emptyHash
    if (!this.#isHashed) this.#rehash.run(top)
    this.#isHashed = true
    return this.#hashOf(top)
  }

  /** A copy of what a node shows to its parent. */
  #hashOf(at: NodeOrLeaf): Digest {
    const { nodes, leaves } = this.#shape
    const words = at < 0 ? leaves.hashes : nodes.hashes
    const place = at < 0 ? ~at : at
    return new Uint8Array(words.slice(8 * place, 8 * place + 8).buffer)
  }

  #sumsOf(at: NodeOrLeaf): Sums {
    const { nodes, leaves } = this.#shape
    if (at >= 0) return this.#sumsAt(nodes.sums, 4 * at, nodes.count(at))
    const own = new Float64Array(4)
    leaves.addTo(own, 0, ~at, 1)
    return this.#sumsAt(own, 0, 1)
  }

  #sumsAt(sums: SumHalves, at: number, count: number): Sums {
    return { total: amountAt(sums, at), bond: amountAt(sums, at + 2), count }
  }

  path(id: AccountId): Path {
    checkId(id)
    this.root()
    const shape = this.#shape
    if (shape.top === undefined) return { leaf: undefined, steps: [] }
    const reached = shape.walk(id, 0)
    const group = shape.groupDepth()
    const steps: PathStep[] = []
    for (let depth = shape.depth; depth >= 0; depth--) {
      const at = depth === shape.depth ? ~reached : shape.way[depth]
      if (depth === group) steps.push({ kind: 'group', sums: this.#sumsOf(at) })
      if (depth > 0) steps.push(this.#step(shape.way[depth - 1], id, depth > group))
    }
    const { amount, pulse, cold, id: found } = shape.leaves.read(reached)
    return { leaf: { id: found, amount, pulse, coldHash: coldHash(cold) }, steps }
  }

  #step(node: number, id: AccountId, isInner: boolean): PathStep {
    const { nodes } = this.#shape
    const bit = nodes.bit(node)
    const side = bitOf(id, bit)
    const other = nodes.links[4 * node + 1 - side]
    const sibling = this.#hashOf(other)
    if (isInner) return { kind: 'inner', bit, side, sibling }
    return { kind: 'upper', bit, side, sibling, siblingSums: this.#sumsOf(other) }
  }

  *groups(): IterableIterator<Group> {
    const { top, nodes } = this.#shape
    if (top === undefined) return
    const waiting = [{ at: top, length: this.prefix.length }]
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { at, length } = next
      if (nodes.count(at) <= groupLimit) {
        yield this.#group(at, length)
      } else {
        const below = nodes.bit(at) + 1
        for (const side of [1, 0]) {
          waiting.push({ at: nodes.links[4 * at + side], length: below })
        }
      }
    }
  }

  groupOf(id: AccountId): Group | undefined {
    checkId(id)
    const shape = this.#shape
    if (shape.top === undefined) return undefined
    const leaf = shape.walk(id, 0)
    const depth = shape.groupDepth()
    const length = depth === 0 ? this.prefix.length : shape.nodes.bit(shape.way[depth - 1]) + 1
    return this.#group(depth < shape.depth ? shape.way[depth] : ~leaf, length)
  }

  /** @param length bits that name the group: those that lead to it */
  #group(at: NodeOrLeaf, length: number): Group {
    const accounts = Array.from(this.#shape.leavesBelow(at), (leaf) =>
      this.#shape.leaves.read(leaf),
    )
    const bits = Array.from({ length }, (_, i) => bitOf(accounts[0].id, i))
    return { prefix: bits.join('') as Prefix, accounts }
  }
}

/**
 * A branch's accounts as a tree in memory.
 *
 * @param prefix the branch that keeps them
 * @param accounts what it begins with; of one id the last
 * @throws LedgerError ACCOUNT_INVALID, SUM_OVERFLOW
 */
export function accountTree(prefix: Prefix, accounts: Iterable<Account> = []): AccountTree {
  const tree = new Tree(prefix)
  tree.load(accounts)
  return tree
}

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
import { Hasher } from './hasher.js'
import { roles } from './leaves.js'
import type { NodeOrLeaf } from './nodes.js'
import { PackedUndo, UndoLog } from './undo.js'

const tooMuch = 2n ** 64n

class Tree implements AccountTree {
  readonly #shape = new Critbit()
  readonly #hasher = new Hasher(this.#shape.leaves, this.#shape.nodes)
  #total = 0n
  #bond = 0n
  #isHashed = true
  /** which update led to the present state, and how many there were */
  #revision = 0
  #revisions = 0

  constructor(readonly prefix: Prefix) {}

  get sums(): Sums {
    return { total: this.#total, bond: this.#bond, count: this.#shape.count }
  }

  get(id: AccountId): Account | undefined {
    checkId(id)
    const leaf = this.#shape.find(id)
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
    if (this.#total >= tooMuch) {
      throw new LedgerError('SUM_OVERFLOW', `the branch would hold ${this.#total}`)
    }
  }

  #set(account: Account, log: UndoLog | undefined): void {
    const shape = this.#shape
    const { leaves, nodes } = shape
    const { held, bond } = account.cold
    let worth = account.amount + held + bond
    let pledged = bond
    let leaf = shape.find(account.id)
    this.#isHashed = false
    if (leaf === undefined) {
      leaf = shape.insert(account)
      log?.note(leaves.words, leaf, false)
    } else {
      log?.note(leaves.words, leaf, true)
      worth -= leaves.worth(leaf)
      pledged -= leaves.bond(leaf)
      leaves.write(leaf, account)
      shape.mark(leaf)
      const depth = shape.groupDepth()
      if (depth < shape.depth) {
        const group = shape.way[depth]
        if (worth !== 0n) nodes.sums[2 * group] += worth
        if (pledged !== 0n) nodes.sums[2 * group + 1] += pledged
      }
    }
    this.#total += worth
    this.#bond += pledged
  }

  #drop(id: AccountId): void {
    const { leaves } = this.#shape
    const leaf = this.#shape.find(id)
    if (leaf === undefined) return
    this.#isHashed = false
    this.#total -= leaves.worth(leaf)
    this.#bond -= leaves.bond(leaf)
    this.#shape.remove(id)
  }

  root(): Digest {
    const { top } = this.#shape
    if (top === undefined) return emptyHash
    if (!this.#isHashed) this.#hash(top)
    this.#isHashed = true
    return this.#hashOf(top)
  }

  #hash(top: NodeOrLeaf): void {
    const { nodes, leaves } = this.#shape
    const dirtyLeaves: number[] = []
    const levels: number[][] = []
    const gather = (at: NodeOrLeaf, depth: number, isTop: boolean): void => {
      const { role, dirty } = at < 0 ? leaves : nodes
      const place = at < 0 ? ~at : at
      const isSmall = nodes.count(at) <= groupLimit
      const part = isTop ? (isSmall ? roles.group : roles.upper) : roles.inner
      if (dirty[place] === 0 && role[place] === part) return
      if (part === roles.group && role[place] !== part && at >= 0) this.#sumUp(at)
      role[place] = part
      dirty[place] = 0
      if (at < 0) {
        dirtyLeaves.push(place)
        return
      }
      ;(levels[depth] ??= []).push(at)
      gather(nodes.links[4 * at], depth + 1, part === roles.upper)
      gather(nodes.links[4 * at + 1], depth + 1, part === roles.upper)
    }
    gather(top, 0, true)
    this.#hasher.leavesOf(dirtyLeaves)
    for (let depth = levels.length - 1; depth >= 0; depth--) this.#hasher.nodesOf(levels[depth])
  }

  /** The sums of a group that has just become one. */
  #sumUp(group: number): void {
    const { leaves, nodes } = this.#shape
    let [total, bond] = [0n, 0n]
    for (const leaf of this.#shape.leavesBelow(group)) {
      total += leaves.worth(leaf)
      bond += leaves.bond(leaf)
    }
    nodes.sums[2 * group] = total
    nodes.sums[2 * group + 1] = bond
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
    if (at < 0) return { total: leaves.worth(~at), bond: leaves.bond(~at), count: 1 }
    return { total: nodes.sums[2 * at], bond: nodes.sums[2 * at + 1], count: nodes.count(at) }
  }

  path(id: AccountId): Path {
    checkId(id)
    this.root()
    const shape = this.#shape
    if (shape.top === undefined) return { leaf: undefined, steps: [] }
    const reached = shape.walk(id)
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
    const leaf = shape.walk(id)
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

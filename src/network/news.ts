import { equal, type Mid, toHex, sha256 } from '#base'
import type { FlowHead } from './flow.js'

/** heads of one sequence that are remembered for a unit */
const mostJoined = 16

/**
 * What is news to this node. Two writers may sign heads of one sequence: then each node takes
 * both, once, so that the versions of both are kept, whichever of the heads it prefers.
 */
export class News {
  private readonly joined = new Map<Mid, Set<string>>()

  /** @param current the head that is here */
  isNews(head: FlowHead, current: FlowHead | undefined): boolean {
    if (current === undefined || head.seq > current.seq) return true
    if (head.seq < current.seq || equal(head.record, current.record)) return false
    return this.joined.get(head.mid)?.has(nameOf(head)) !== true
  }

  /** The head was taken: it is no news any more, also where another one is kept. */
  note(head: FlowHead): void {
    const names = this.joined.get(head.mid) ?? new Set()
    this.joined.set(head.mid, names.add(nameOf(head)))
    const [oldest] = names
    if (names.size > mostJoined) names.delete(oldest)
  }
}

const nameOf = ({ record }: FlowHead): string => toHex(sha256(record))

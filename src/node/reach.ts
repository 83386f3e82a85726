/**
 * Which content a caller may read by its CID alone. Blocks of all units lie in one store, so a CID
 * is no permission: whoever learnt one of a closed unit would read it.
 *
 * The rule: the version blocks and the roots of kept versions of units that the caller may read,
 * and every file and directory inside their last and released versions; the node's owner reads
 * all. What is inside is found by walking the directories once per root, when first asked for;
 * roots never change, so an index stays true. Single leaves of large files are not indexed.
 */
import type { CID } from '#base'
import { type Blocks, BlockMissing, listDirectory } from '#blocks'
import type { Unit, Units, Version } from '#mimei'
import { may, type Principal } from '#rights'
import { askedOf } from './asked.js'
import { newest } from './shown.js'

/** Names of all indexes together; the oldest index goes first. */
const mostNames = 1_000_000

export interface Reach {
  allows(principal: Principal, cid: CID): Promise<boolean>
}

interface ReachParts {
  readonly blocks: Pick<Blocks, 'get' | 'has' | 'size'>
  readonly units: Pick<Units, 'all'>
}

type Index = ReadonlySet<string>

function releaseOf(unit: Unit): Version | undefined {
  const number = unit.head()?.release ?? undefined
  return unit.versions().findLast((version) => version.number === number)
}

export function openReach({ blocks, units }: ReachParts): Reach {
  const indexes = new Map<string, Promise<Index | undefined>>()
  let names = 0

  const walk = async (root: CID): Promise<Index | undefined> => {
    const found = new Set<string>([root.toString()])
    const rest = [root]
    try {
      for (let directory = rest.pop(); directory !== undefined; directory = rest.pop()) {
        for await (const { cid, type } of listDirectory(blocks, directory)) {
          const text = cid.toString()
          if (found.has(text)) continue
          if (found.size >= mostNames) return found
          found.add(text)
          if (type === 'directory') rest.push(cid)
        }
      }
    } catch (error) {
      // Not all of it is here yet: what is found counts once the rest came.
      if (error instanceof BlockMissing) return undefined
      throw error
    }
    return found
  }
  const forgetOldest = (): void => {
    for (const [root, index] of indexes) {
      if (names <= mostNames || indexes.size === 1) return
      indexes.delete(root)
      void index.then((gone) => (names -= gone?.size ?? 0))
    }
  }
  const indexOf = (root: CID): Promise<Index | undefined> => {
    const key = root.toString()
    const there = indexes.get(key)
    if (there !== undefined) return there
    const index = walk(root)
    indexes.set(key, index)
    index.then(
      (made) => {
        if (made === undefined) indexes.delete(key)
        names += made?.size ?? 0
        forgetOldest()
      },
      () => indexes.delete(key),
    )
    return index
  }

  return {
    async allows(principal, cid) {
      // What is not here costs nothing to ask for, and is answered like what is closed.
      if (!blocks.has(cid)) return false
      const readable = units.all().filter((unit) => may(principal, 'read', askedOf(unit)))
      const named = (version: Version): boolean =>
        version.root.equals(cid) || version.cid.equals(cid)
      if (readable.some((unit) => unit.versions().some(named))) return true
      const text = cid.toString()
      for (const unit of readable.filter(({ info }) => info.kind === 'file')) {
        for (const version of new Set([newest(unit), releaseOf(unit)])) {
          if (version !== undefined && (await indexOf(version.root))?.has(text)) return true
        }
      }
      return false
    },
  }
}

/** The versions of one unit that this node knows of, and those whose blocks are here. */
import type { CID, Mid } from '#base'
import type { Blocks } from '#blocks'
import { VersionInvalid, VersionNotHere } from './errors.js'
import { byNumber, type ListedVersion } from './records/head.js'
import { readVersion } from './records/version.js'
import type { Version } from './unit.js'

export class VersionIndex {
  readonly #mid: Mid
  readonly #blocks: Pick<Blocks, 'getSync' | 'has'>
  #listed: ListedVersion[]
  readonly #read = new Map<string, Version>()

  constructor(mid: Mid, blocks: Pick<Blocks, 'getSync' | 'has'>, listed: ListedVersion[]) {
    this.#mid = mid
    this.#blocks = blocks
    this.#listed = listed.sort(byNumber)
  }

  /** All that are known, ascending, whether their blocks are here or not. */
  listed(): readonly ListedVersion[] {
    return this.#listed
  }

  knows(cid: CID): boolean {
    return this.#listed.some((listed) => listed.cid.equals(cid))
  }

  add(versions: readonly ListedVersion[]): void {
    const fresh = versions.filter(({ cid }) => !this.knows(cid))
    this.#listed = [...this.#listed, ...fresh].sort(byNumber)
  }

  /** The newest: highest number, then smaller CID. */
  last(): ListedVersion | undefined {
    return this.#listed.at(-1)
  }

  /** The version of a number; of several, made on several nodes, the one all nodes choose. */
  find(number: number): ListedVersion | undefined {
    return this.#listed.findLast((listed) => listed.number === number)
  }

  /** A known version's block, read and checked once. @throws VersionNotHere, VersionInvalid */
  read({ number, cid }: ListedVersion): Version {
    const name = cid.toString()
    let version = this.#read.get(name)
    if (version === undefined) {
      if (!this.#blocks.has(cid)) throw new VersionNotHere(this.#mid, number, cid)
      version = readVersion(cid, this.#blocks.getSync(cid), this.#mid)
      if (version.number !== number) {
        throw new VersionInvalid(cid, `it has number ${version.number}, not ${number}`)
      }
      this.#read.set(name, version)
    }
    return version
  }

  /** Versions whose blocks are here and whole, ascending. */
  here(): Version[] {
    return this.#listed.flatMap((listed) => this.readable(listed) ?? [])
  }

  /** The version, or undefined where its block is not here or damaged; `check` tells which. */
  readable(listed: ListedVersion): Version | undefined {
    try {
      return this.read(listed)
    } catch {
      return undefined
    }
  }

  /**
   * Versions that no other follows, ascending: several where sides are not yet merged. Of a version
   * whose block is not here nobody can say what it follows, so those below it are left out.
   */
  tips(): Version[] {
    const versions = this.here()
    const followed = new Set(versions.flatMap(({ parents }) => parents.map(String)))
    const unread = this.#listed.findLast((listed) => this.readable(listed) === undefined)
    const below = unread?.number ?? 0
    return versions.filter(({ cid, number }) => number >= below && !followed.has(cid.toString()))
  }
}

/**
 * The state of one unit and how it moves: what `backup`, `take`, `restore` and the rest share.
 *
 * Order of writing: blocks are durable before the row that names them, and all rows of one step are
 * one batch of the store. So a crash leaves the old state or the new one, never a part.
 */
import type { CID, Mid } from '#base'
import { type Blocks, emptyDirectory, scratchBlocks } from '#blocks'
import type { Change, Clock, KeyValue, Log, Random } from '#world'
import { type Content, contentOf, type Stand } from './content.js'
import type { WorkingDatabase } from './database/index.js'
import { UnknownMimei, UnknownVersion, VersionNotHere } from './errors.js'
import type { Overlay } from './overlay.js'
import type { ListedVersion } from './records/head.js'
import { CurReferences } from './references.js'
import { type Base, stateRow, type StoredUnit, type UnitState } from './rows.js'
import { Turns } from './turns.js'
import type { UnitEvent, Version, VersionName } from './unit.js'
import { VersionIndex } from './version-index.js'

/** What units stand on. */
export interface Ground {
  readonly disk: KeyValue
  readonly blocks: Blocks
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** tells listeners; only of what is durable */
  readonly tell: (event: UnitEvent) => void
}

/** What a working copy that is open does besides the overlay. */
export type Working = Pick<WorkingDatabase, 'isIdle' | 'reset'>

export class UnitCore {
  readonly mid: Mid
  readonly index: VersionIndex
  readonly references: CurReferences
  readonly content: Content
  /** what moves heads or the base waits for its turn here */
  readonly turns = new Turns()
  /** what changes paths waits for its turn here */
  readonly pathTurns = new Turns()
  /** what is open over cur */
  working: Working = { isIdle: () => true, reset: () => undefined }
  #state: UnitState
  #baseRead: { readonly base: Base; readonly version: Version | undefined } | undefined
  #removed = false

  constructor(
    readonly ground: Ground,
    stored: StoredUnit,
    readonly overlay: Overlay,
  ) {
    const { disk, blocks } = ground
    this.#state = stored.state
    this.mid = stored.state.mid
    this.index = new VersionIndex(this.mid, blocks, stored.versions)
    this.content = contentOf(stored.state.info.kind, blocks)
    this.references = new CurReferences(
      this.mid,
      disk,
      blocks,
      () => this.baseVersion()?.refs ?? null,
      stored.references,
    )
  }

  get state(): UnitState {
    return this.#state
  }

  /** Runs a step that moves heads or the base, one at a time. @throws UnknownMimei once removed */
  step<T>(task: () => Promise<T>): Promise<T> {
    return this.turns.run(() => {
      this.mustBeHere()
      return task()
    })
  }

  /** @throws UnknownMimei once the unit was removed */
  mustBeHere(): void {
    if (this.#removed) throw new UnknownMimei(this.mid)
  }

  setRemoved(): void {
    this.#removed = true
  }

  /**
   * Stores the next state with all that belongs to it; then it is the state.
   * @param then what changes in memory together with the state, in the same turn
   */
  async store(next: UnitState, rows: readonly Change[], then?: () => void): Promise<void> {
    // The disk resolves this after the fsync: head, versions and base become durable together.
    await this.ground.disk.write([...rows, stateRow(next)])
    this.#state = next
    then?.()
  }

  /** Lets cur stand on another base from this moment; the caller stores it. */
  moveBase(base: Base): void {
    this.#state = { ...this.#state, base }
  }

  /** The version that cur stands on, undefined for the empty unit. @throws VersionNotHere */
  baseVersion(): Version | undefined {
    const { base } = this.#state
    // Every read of cur asks for it.
    if (this.#baseRead?.base !== base) this.#baseRead = { base, version: this.#readBase(base) }
    return this.#baseRead.version
  }

  #readBase({ version }: Base): Version | undefined {
    if (version === null) return undefined
    const listed = this.index.listed().find(({ cid }) => cid.equals(version))
    return this.index.read(listed ?? { number: 0, cid: version })
  }

  /** Root of the file unit's directory that cur stands on. */
  baseDirectory(): CID {
    return this.baseVersion()?.root ?? emptyDirectory
  }

  /** @throws UnknownVersion */
  listed(name: Exclude<VersionName, 'cur'>): ListedVersion {
    const { release } = this.#state
    const listed =
      name === 'last' ? this.index.last() : name === 'release' ? release : this.index.find(name)
    if (listed === undefined || listed === null) throw new UnknownVersion(this.mid, name)
    return { number: listed.number, cid: listed.cid }
  }

  /** @throws UnknownVersion, VersionNotHere */
  version(name: Exclude<VersionName, 'cur'>): Version {
    return this.index.read(this.listed(name))
  }

  /** A version whose content is here; undefined for 0, the empty one. @throws as `version` */
  versionWithContent(name: Exclude<VersionName, 'cur'>): Version | undefined {
    if (name === 0) return undefined
    const version = this.version(name)
    if (!this.ground.blocks.has(version.root)) {
      throw new VersionNotHere(this.mid, version.number, version.cid)
    }
    return version
  }

  /**
   * Content of a version; that of cur is folded, as it is at the call.
   * @param content where the folded blocks go; `glance()` keeps them off the disk
   * @throws as `version`
   */
  async stand(name: VersionName, content = this.content): Promise<Stand | undefined> {
    if (name !== 'cur') return this.versionWithContent(name)
    const base = this.baseVersion()
    return this.overlay.isEmpty() ? base : content.fold(base, this.overlay)
  }

  /** The content for somebody who only looks: nothing is written, also when the disk is full. */
  glance(): Content {
    return contentOf(this.#state.info.kind, scratchBlocks(this.ground.blocks))
  }

  /** Whether cur has changes of its own, those on their way to the overlay included. */
  isChanged(): boolean {
    return !this.overlay.isEmpty() || !this.references.isEmpty() || !this.working.isIdle()
  }
}

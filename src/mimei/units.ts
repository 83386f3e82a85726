/** All units of a node (paper III to V; mimei.md). */
import { BadInput, type CID, decodeId, type Mid, midOf, toBase64Url } from '#base'
import { type Blocks, emptyDirectory, emptyDirectoryBytes } from '#blocks'
import type { Key } from '#identity'
import { rightWords } from '#rights'
import type { Change, Clock, Disk, Log, Random } from '#world'
import { type Ground, UnitCore } from './core.js'
import { UnknownMimei } from './errors.js'
import { Events } from './events.js'
import { openOverlay, openOverlays, type Overlay } from './overlay.js'
import { checkInfo, readHead } from './records/head.js'
import { checkRights, signRights } from './records/statements.js'
import { readReferences } from './references.js'
import {
  emptyBase,
  forgetRows,
  readReferrers,
  readUnits,
  stateRow,
  type StoredUnit,
  type UnitState,
} from './rows.js'
import { stateOfHead } from './take.js'
import { NamedTurns } from './turns.js'
import type { CreateUnit, Head, Unit, UnitEvent, UnitInfo, Units } from './unit.js'
import { checkUnit, distinctRefs, type Problem, rootsOf } from './upkeep.js'
import { WorkingUnit } from './working-unit.js'

export interface UnitsSources {
  readonly disk: Disk
  readonly blocks: Blocks
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/**
 * Opens the units of a node: what is small of each is read now, content when it is asked for.
 * A unit whose state is damaged is left out, told of in the log and by `check`.
 */
export async function openUnits(sources: UnitsSources): Promise<Units> {
  const events = new Events(sources.log)
  const ground: Ground = { ...sources, tell: (event) => events.tell(event) }
  const damaged = new Map<Mid, string>()
  // The empty directory is what version 0 of every file unit stands for.
  await sources.blocks.put(emptyDirectory, emptyDirectoryBytes)
  const units = new NodeUnits(ground, events, damaged)
  const onDamage = (mid: Mid, error: unknown): void => {
    const problem = error instanceof Error ? error.message : String(error)
    damaged.set(mid, problem)
    sources.log.error('a unit cannot be opened', { mid, problem })
  }
  const stored: StoredUnit[] = []
  for await (const unit of readUnits(sources.disk, onDamage)) stored.push(unit)
  await units.open(stored)
  return units
}

class NodeUnits implements Units {
  readonly #ground: Ground
  readonly #events: Events
  readonly #damaged: ReadonlyMap<Mid, string>
  readonly #units = new Map<string, WorkingUnit>()
  /** what adds or removes a unit waits for its turn here */
  readonly #turns = new NamedTurns()

  constructor(ground: Ground, events: Events, damaged: ReadonlyMap<Mid, string>) {
    this.#ground = ground
    this.#events = events
    this.#damaged = damaged
  }

  async open(stored: readonly StoredUnit[]): Promise<void> {
    const overlayOf = await openOverlays(this.#ground.disk)
    for (const unit of stored) {
      const { mid } = unit.state
      const core = new UnitCore(this.#ground, unit, overlayOf(decodeId(mid).hash))
      this.#units.set(mid, new WorkingUnit(core))
    }
  }

  async #make(state: UnitState): Promise<WorkingUnit> {
    const overlay = await openOverlay(this.#ground.disk, decodeId(state.mid).hash)
    const stored = { state, versions: [], references: new Map<string, number>() }
    return new WorkingUnit(new UnitCore(this.#ground, stored, overlay))
  }

  async create(author: Key, source: CreateUnit): Promise<Unit> {
    const { app = '', ext = '', kind } = source
    const mark = source.mark.replaceAll('{{auto}}', () => this.#freshMark())
    const { clock } = this.#ground
    const info: UnitInfo = { author: author.id, app, ext, mark, kind, created: clock.now() }
    checkInfo(info)
    const mid = midOf(info)
    return this.#turns.run(mid, async () => {
      const there = this.#units.get(mid)
      if (there !== undefined) return there
      const given = source.rights ?? { word: rightWords.readable, entries: [] }
      const checked = checkRights(given, (reason) => new BadInput(reason, 'correct the rights'))
      const rights = signRights(author, mid, checked, 1)
      const state = { mid, info, rights, release: null, head: undefined, base: emptyBase }
      const unit = await this.#make(state)
      // A write that was under way when an earlier unit of this mid was removed may have left rows.
      // Durable when this resolves: only then does anybody hear of the unit.
      await this.#giveUp(unit.core.overlay, [stateRow(state)])
      this.#units.set(mid, unit)
      this.#events.tell({ type: 'created', mid })
      return unit
    })
  }

  #freshMark(): string {
    return toBase64Url(this.#ground.random.bytes(15))
  }

  get(mid: string): WorkingUnit {
    const unit = this.#units.get(mid)
    if (unit === undefined) throw new UnknownMimei(mid)
    return unit
  }

  has(mid: string): boolean {
    return this.#units.has(mid)
  }

  all(): readonly Unit[] {
    return [...this.#units.values()]
  }

  async referrers(id: string): Promise<readonly Mid[]> {
    const found: Mid[] = []
    for (const mid of await readReferrers(this.#ground.disk, id)) {
      const unit = this.#units.get(mid)
      if (unit !== undefined && (await this.#refersTo(unit, id))) found.push(mid)
    }
    return found
  }

  /** The index may name a unit that gave the reference up before it was ever backed up. */
  async #refersTo({ core }: WorkingUnit, id: string): Promise<boolean> {
    return (await this.#everReferred(core)).has(id)
  }

  remove(mid: Mid): Promise<void> {
    return this.#turns.run(mid, async () => {
      const { core } = this.get(mid)
      await core.step(async () => {
        const ids = await this.#everReferred(core)
        const rows = await forgetRows(this.#ground.disk, mid, ids)
        await this.#giveUp(core.overlay, rows)
        core.setRemoved()
        this.#units.delete(mid)
      })
      this.#events.tell({ type: 'removed', mid })
    })
  }

  /** Ids that some version or cur refers to. */
  async #everReferred({ references, index }: UnitCore): Promise<Set<string>> {
    const ids = new Set((await references.counts()).keys())
    const { blocks } = this.#ground
    for (const refs of distinctRefs(index.here())) {
      if (!blocks.has(refs)) continue
      for (const id of (await readReferences(blocks, refs)).keys()) ids.add(id)
    }
    return ids
  }

  /** Ends all changes of a working copy, in one batch with more rows. */
  async #giveUp(overlay: Overlay, rows: readonly Change[]): Promise<void> {
    const changes = overlay.drop()
    try {
      await this.#ground.disk.write([...rows, ...changes.settle()])
      changes.settled()
    } catch (error) {
      changes.thaw()
      throw error
    }
  }

  readHead(record: Uint8Array): Head {
    return readHead(record)
  }

  async takeHead(head: Head): Promise<Unit> {
    // Whoever calls may have made the object by hand: only the signed record counts.
    const read = readHead(head.record)
    return this.#turns.run(read.mid, async () => {
      const there = this.#units.get(read.mid)
      const state = stateOfHead(read)
      const unit = there ?? (await this.#make(state))
      const news = await unit.take(read)
      if (there === undefined) {
        this.#units.set(unit.mid, unit)
        this.#events.tell({ type: 'created', mid: unit.mid })
      }
      for (const event of news) this.#events.tell(event)
      return unit
    })
  }

  onEvent(listener: (event: UnitEvent) => void): () => void {
    return this.#events.listen(listener)
  }

  async *roots(): AsyncGenerator<CID> {
    yield emptyDirectory
    for (const { core } of [...this.#units.values()]) yield* rootsOf(core)
  }

  async check(): Promise<readonly ({ mid: Mid } & Problem)[]> {
    const found: ({ mid: Mid } & Problem)[] = []
    for (const [mid, problem] of this.#damaged) found.push({ mid, problem, repaired: false })
    for (const { core } of [...this.#units.values()]) {
      const problems = await core.step(() => checkUnit(core))
      found.push(...problems.map((problem) => ({ mid: core.mid, ...problem })))
    }
    return found
  }
}

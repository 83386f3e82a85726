/** A unit as this node holds it: the face of `UnitCore` to callers. */
import type { Mid } from '#base'
import { emptyDirectory } from '#blocks'
import type { Key } from '#identity'
import type { UnitRights } from '#rights'
import { backup, restore } from './backup.js'
import type { UnitCore } from './core.js'
import { openVersionDatabase, openWorkingDatabase, type WorkingDatabase } from './database/index.js'
import type { Database } from './database/database.js'
import { WrongKind } from './errors.js'
import { CurTree } from './files/cur-tree.js'
import { openVersionFiles } from './files/version-tree.js'
import type { FileTree } from './files/tree.js'
import { releaseVersion, setDefaultApp, setRights } from './heads.js'
import type { ReadHead } from './records/head.js'
import { type Counts, readReferences } from './references.js'
import { takeHead } from './take.js'
import type {
  BackupOptions,
  Difference,
  Head,
  Unit,
  UnitEvent,
  UnitInfo,
  Version,
  VersionName,
} from './unit.js'

type Fixed = Exclude<VersionName, 'cur'>

export class WorkingUnit implements Unit {
  #database: WorkingDatabase | undefined
  #files: CurTree | undefined

  constructor(readonly core: UnitCore) {}

  get mid(): Mid {
    return this.core.mid
  }

  get info(): UnitInfo {
    return this.core.state.info
  }

  rights(): UnitRights {
    return this.core.state.rights.rights
  }

  head(): Head | undefined {
    return this.core.state.head
  }

  versions(): readonly Version[] {
    return this.core.index.here()
  }

  conflicts(): readonly Version[] {
    const tips = this.core.index.tips()
    return tips.length > 1 ? tips : []
  }

  version(name: Fixed): Version {
    return this.core.version(name)
  }

  changed(): boolean {
    return this.core.isChanged()
  }

  base(): number {
    return this.core.baseVersion()?.number ?? 0
  }

  behind(): boolean {
    const last = this.core.index.last()
    const { parents } = this.core.state.base
    return last !== undefined && !parents.some((parent) => parent.equals(last.cid))
  }

  backup(key: Key, options: BackupOptions = {}): Promise<Version> {
    return this.core.step(() => backup(this.core, key, options))
  }

  release(key: Key, version: Fixed): Promise<Version> {
    return this.core.step(() => releaseVersion(this.core, key, version))
  }

  restore(version: Fixed): Promise<void> {
    return this.core.step(() => this.core.pathTurns.run(() => restore(this.core, version)))
  }

  setRights(key: Key, rights: UnitRights): Promise<void> {
    return this.core.step(() => setRights(this.core, key, rights))
  }

  setDefaultApp(key: Key, app: string | null): Promise<void> {
    return this.core.step(() => setDefaultApp(this.core, key, app))
  }

  /**
   * For `Units.takeHead`.
   * @returns what is to be told
   * @throws HeadOlder, HeadInvalid, VersionNotHere
   */
  take(head: ReadHead): Promise<UnitEvent[]> {
    return this.core.step(() => this.core.pathTurns.run(() => takeHead(this.core, head)))
  }

  async refs(version: VersionName = 'cur'): Promise<Readonly<Record<string, number>>> {
    return Object.fromEntries(await this.#counts(version))
  }

  #counts(version: VersionName): Promise<Counts> {
    const { core } = this
    if (version === 'cur') return core.references.counts()
    const refs = version === 0 ? null : core.version(version).refs
    return readReferences(core.ground.blocks, refs)
  }

  async addRef(id: string, count = 1): Promise<number> {
    this.core.mustBeHere()
    return this.core.references.add(id, count)
  }

  async delRef(id: string, count = 1): Promise<number> {
    this.core.mustBeHere()
    return this.core.references.remove(id, count)
  }

  async *diff(from: VersionName, to: VersionName): AsyncGenerator<Difference> {
    const { core } = this
    const letGo = core.ground.blocks.hold()
    try {
      const content = core.glance()
      const [old, now] = [await core.stand(from, content), await core.stand(to, content)]
      yield* content.diff(old?.root, now?.root)
    } finally {
      letGo()
    }
  }

  async size(version: VersionName = 'cur'): Promise<number> {
    return (await this.core.stand(version, this.core.glance()))?.size ?? 0
  }

  database(version: VersionName = 'cur'): Database {
    const { core } = this
    if (this.info.kind !== 'database') throw new WrongKind(this.mid, this.info.kind, 'a database')
    core.mustBeHere()
    const { blocks } = core.ground
    if (version !== 'cur') {
      return openVersionDatabase({ blocks, root: core.versionWithContent(version)?.root ?? null })
    }
    return (this.#database ??= this.#openCur())
  }

  #openCur(): WorkingDatabase {
    const { core } = this
    const { blocks, clock, random } = core.ground
    const database = openWorkingDatabase({
      blocks,
      overlay: core.overlay,
      root: () => core.baseVersion()?.root ?? null,
      clock,
      random,
      onChange: (keys) => this.#tellChanged(keys),
    })
    core.working = database
    return database
  }

  files(version: VersionName = 'cur'): FileTree {
    const { core } = this
    if (this.info.kind !== 'file') throw new WrongKind(this.mid, this.info.kind, 'files')
    core.mustBeHere()
    const { blocks } = core.ground
    if (version !== 'cur') {
      return openVersionFiles(blocks, core.versionWithContent(version)?.root ?? emptyDirectory)
    }
    this.#files ??= new CurTree({
      blocks,
      overlay: core.overlay,
      root: () => core.baseDirectory(),
      turns: core.pathTurns,
      fold: async () => (await core.stand('cur'))?.root ?? emptyDirectory,
      onChange: (paths) => this.#tellChanged(paths),
    })
    return this.#files
  }

  #tellChanged(keys: readonly string[]): void {
    this.core.ground.tell({ type: 'changed', mid: this.mid, keys })
  }
}

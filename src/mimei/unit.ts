/**
 * The unit: MiMei (paper III to V). `Units` is what a node holds; a `Unit` is one of them.
 */
import type { CID, KeyId, Mid, UnitKind, Value } from '#base'
import type { Key } from '#identity'
import type { UnitRights } from '#rights'
import type { Database } from './database/database.js'
import type { FileTree } from './files/tree.js'

/** What a unit is; the first five fields make its mid and never change. */
export interface UnitInfo {
  readonly author: KeyId
  /** id of the app it belongs to, `""` for none */
  readonly app: string
  readonly ext: string
  readonly mark: string
  readonly kind: UnitKind
  /** milliseconds since 1970 */
  readonly created: number
}

/** An immutable version: a signed dag-cbor block, found under its CID (paper 4.1, 5.2). */
export interface Version {
  readonly cid: CID
  readonly mid: Mid
  readonly number: number
  readonly parents: readonly CID[]
  /** the content synopsis: a UnixFS directory or the root of a database tree */
  readonly root: CID
  /** id -> count, as a dag-cbor block; null while there are none */
  readonly refs: CID | null
  readonly tags: Readonly<Record<string, string>>
  readonly memo: string
  readonly time: number
  readonly author: KeyId
  /** bytes of the content, as a reader would count them */
  readonly size: number
}

/** What everybody may know of a unit, signed; moves between nodes (mimei.md, 7). */
export interface Head {
  readonly mid: Mid
  readonly info: UnitInfo
  readonly rights: UnitRights
  /** newest kept versions, ascending */
  readonly versions: readonly { readonly number: number; readonly cid: CID }[]
  readonly last: number
  readonly release: number | null
  /** unit opened by default with this unit's app */
  readonly defaultApp: string | null
  /** rises with every signed head */
  readonly seq: number
  readonly time: number
  readonly signer: KeyId
  /** the signed record: canonical CBOR, as stored and sent */
  readonly record: Uint8Array
}

/** `cur`, `last`, `release` or a number: how people and programs name a version. */
export type VersionName = 'cur' | 'last' | 'release' | number

export interface BackupOptions {
  readonly memo?: string
  readonly tags?: Readonly<Record<string, string>>
}

/** A difference between two versions: keys of a database or paths of a file unit. */
export interface Difference {
  readonly path: string
  readonly change: 'added' | 'removed' | 'changed'
}

export interface Unit {
  readonly mid: Mid
  readonly info: UnitInfo
  rights(): UnitRights
  /** the newest signed head, undefined before the first backup or setRights */
  head(): Head | undefined
  /** kept versions, ascending; version 0 is not listed */
  versions(): readonly Version[]
  /** @throws UnknownVersion, VersionNotHere */
  version(name: Exclude<VersionName, 'cur'>): Version
  /** whether cur differs from its base */
  changed(): boolean
  /** Number of the version that cur is based on, 0 for none. */
  base(): number
  /**
   * Whether `last` moved on without cur, which kept changes of its own: the next backup would stand
   * beside `last`, not upon it.
   */
  behind(): boolean
  /**
   * Versions that no other follows, ascending, where there are several: two sides went on without
   * each other and are not yet merged. Empty otherwise.
   */
  conflicts(): readonly Version[]
  /**
   * Folds cur into the next version; durable when resolved, head last. A backup without changes
   * answers the last version and adds none.
   * @throws BackupNotAllowed where the key may not sign for this unit
   */
  backup(key: Key, options?: BackupOptions): Promise<Version>
  /** Names a tested version. @throws UnknownVersion, BackupNotAllowed, RightMissing */
  release(key: Key, version: Exclude<VersionName, 'cur'>): Promise<Version>
  /**
   * Makes a version (0 for the empty unit) the base of cur; the changes of cur that are not backed
   * up are given up. The next backup is a new version, after `last`.
   * @throws UnknownVersion, VersionNotHere
   */
  restore(version: Exclude<VersionName, 'cur'>): Promise<void>
  /** @throws RightMissing for anyone but the owner, whose signature rights need */
  setRights(key: Key, rights: UnitRights): Promise<void>
  /** @throws BackupNotAllowed */
  setDefaultApp(key: Key, app: string | null): Promise<void>
  /** Counts of references: mid or content id -> count. */
  refs(version?: VersionName): Promise<Readonly<Record<string, number>>>
  /** A change of cur. @returns the new count @throws BadInput, TooManyReferences */
  addRef(id: string, count?: number): Promise<number>
  /** A change of cur. @returns the count that is left @throws BadInput */
  delRef(id: string, count?: number): Promise<number>
  diff(from: VersionName, to: VersionName): AsyncIterableIterator<Difference>
  /** @throws WrongKind */
  database(version?: VersionName): Database
  /** @throws WrongKind */
  files(version?: VersionName): FileTree
  /** Bytes of the content of a version. */
  size(version?: VersionName): Promise<number>
}

/** Something happened to a unit on this node; delivered after it is durable. */
export type UnitEvent =
  | { readonly type: 'created' | 'removed' | 'rights'; readonly mid: Mid }
  /** keys (`hash:users`) or paths of cur; none where so much changed that all is to be read anew */
  | { readonly type: 'changed'; readonly mid: Mid; readonly keys: readonly string[] }
  | { readonly type: 'version' | 'release' | 'head'; readonly mid: Mid; readonly number: number }

export interface CreateUnit {
  readonly app?: string
  readonly ext?: string
  /** `{{auto}}` makes a fresh random mark */
  readonly mark: string
  readonly kind: UnitKind
  readonly rights?: UnitRights
}

export interface Units {
  /** Creating the same unit twice answers the same unit and changes nothing. */
  create(author: Key, source: CreateUnit): Promise<Unit>
  /** @throws UnknownMimei */
  get(mid: string): Unit
  has(mid: string): boolean
  all(): readonly Unit[]
  /** Units whose kept versions or cur refer to the id. */
  referrers(id: string): Promise<readonly Mid[]>
  /** Forgets the unit on this node; its blocks go at the next collection. */
  remove(mid: Mid): Promise<void>
  /** Reads and fully checks a head made elsewhere. @throws HeadInvalid */
  readHead(record: Uint8Array): Head
  /**
   * Takes a checked head whose blocks are here: versions, last and release follow it; cur follows
   * where it had no changes of its own and was not restored to something else. Of two heads with
   * one sequence every node keeps the same one, and the versions of both.
   * @throws HeadOlder, HeadInvalid, VersionNotHere where last or its content is missing
   */
  takeHead(head: Head): Promise<Unit>
  /** @returns a function that stops it */
  onEvent(listener: (event: UnitEvent) => void): () => void
  /** Everything that collection must keep. */
  roots(): AsyncIterableIterator<CID>
  /** Compares store and heads; repairs what can be. */
  check(): Promise<readonly { mid: Mid; problem: string; repaired: boolean }[]>
}

export type { Value }

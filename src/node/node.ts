/**
 * What the faces (server, command line) see of a node. They turn bytes into these calls and back;
 * sessions and rights are decided here and below, never in a face.
 */
import type { CID, KeyId } from '#base'
import type { ApiEvent, Given, MethodName, Result } from '#api'
import type { Principal } from '#rights'
import type { Wire, WireOptions } from '#world'
import type { Session } from './sessions.js'

/** Where a call comes from, as the face saw it. */
export interface Caller {
  /** session id, as sent */
  readonly sid: string | undefined
  /** the caller's address */
  readonly address: string
  /**
   * from this machine, by a loopback name, and not from a web page of another origin: the only
   * callers that local conveniences answer (security.md)
   */
  readonly local: boolean
  /** `Origin` of a web page, where there is one */
  readonly origin: string | undefined
}

export interface CallProgress {
  readonly done: number
  readonly total: number | null
  readonly unit: 'bytes' | 'blocks' | 'files'
  readonly note?: string
}

export interface CallContext {
  readonly caller: Caller
  readonly progress?: (progress: CallProgress) => void
  readonly signal?: AbortSignal
}

/** A file or directory behind a web address, opened with the caller's rights. */
export interface Content {
  readonly type: 'file' | 'directory'
  readonly cid: CID
  readonly size: number
  readonly mime: string
  readonly modified: number | null
  /** never changes under this address: a CID or a numbered version */
  readonly immutable: boolean
  /** everyone may read it: shared caches may keep it */
  readonly open: boolean
  read(range?: { start?: number; end?: number }): AsyncIterable<Uint8Array>
  /** Entries of a directory, by name. */
  entries(): AsyncIterable<{ name: string; type: 'file' | 'directory'; size: number }>
}

export interface Node {
  readonly id: KeyId
  readonly version: string
  /**
   * Calls a method: checks parameters, session and rights, then runs it.
   * @throws LeitherError: BadInput, UnknownMethod, SessionNeeded, RightMissing …
   */
  call<M extends MethodName>(name: M, params: unknown, context: CallContext): Promise<Result<M>>
  /**
   * Events that the caller may see, by the rights at the time of each event.
   * @param mids undefined for all units
   * @returns a function that stops it
   * @throws UnknownMimei, RightMissing, SessionExpired
   */
  subscribe(
    caller: Caller,
    mids: readonly string[] | undefined,
    listener: (event: ApiEvent) => void,
  ): () => void
  /**
   * `/mm/<mid>[:version]/path`.
   * @param version cur, last, release or digits
   * @throws UnknownMimei, UnknownVersion, PathUnknown, RightMissing …
   */
  openUnitPath(caller: Caller, mid: string, version: string, path: string): Promise<Content>
  /**
   * `/ipfs/<cid>/path`: what lies in a last, released or otherwise named version that the caller
   * may read. @throws ContentClosed, PathUnknown
   */
  openCidPath(caller: Caller, cid: CID, path: string): Promise<Content>
  /** Blocks of a DAG as a CAR, by the same rule. @throws ContentClosed */
  exportCar(caller: Caller, cid: CID): Promise<AsyncIterable<Uint8Array>>
  /** `PUT /mm/<mid>/path`: writes a whole file into cur; durable when resolved. */
  writeUnitPath(
    context: CallContext,
    mid: string,
    path: string,
    content: AsyncIterable<Uint8Array>,
    modified?: number,
  ): Promise<Result<'files.stat'>>
  /** Called when a `node.stop` call was answered. */
  onStop(listener: () => void): void
  /** Ends what runs; the disk and the wire stay open for who opened them. */
  close(): Promise<void>
}

/** What whoever runs a node sees of it beside. */
export interface RunningNode extends Node {
  /**
   * The network, once it is up: requests are answered before. Calls that need it wait a few seconds
   * for it. A node whose configuration keeps it to itself never gets one.
   */
  attachWire(wire: Wire): Promise<void>
  /** No wire will come after all: calls that need one wait no longer. */
  stayAlone(): void
  /** Where the web desktop is, such as `http://localhost:4800/`; the server knows it first. */
  setAddress(address: string): void
  /** Rules of the hash table, for whoever opens the wire. */
  readonly recordRules: WireOptions['records']
}

/** What the code of a method knows of its caller, beside what the face saw. */
export interface Call extends CallContext {
  /** undefined for a guest */
  readonly session: Session | undefined
  readonly principal: Principal
}

/** The code of one method: `src/node/methods/<group>/<name>.ts`. */
export type Handler<M extends MethodName> = (
  params: Given<M>,
  call: Call,
) => Promise<Result<M>> | Result<M>

/**
 * What the faces (server, command line) see of a node. They turn bytes into these calls and back;
 * sessions and rights are decided here and below, never in a face.
 */
import type { CID, KeyId } from '#base'
import type { ApiEvent, Given, MethodName, Result } from '#api'

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
  /** Events that the caller may see. @returns a function that stops it */
  subscribe(
    caller: Caller,
    mids: readonly string[] | undefined,
    listener: (event: ApiEvent) => void,
  ): () => void
  /** `/mm/<mid>[:version]/path`. @throws UnknownMimei, PathUnknown, RightMissing … */
  openUnitPath(caller: Caller, mid: string, version: string, path: string): Promise<Content>
  /** `/ipfs/<cid>/path`: public content only, or what the caller may read. */
  openCidPath(caller: Caller, cid: CID, path: string): Promise<Content>
  /** Blocks of a DAG as a CAR. */
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
  close(): Promise<void>
}

/** The code of one method: `src/node/methods/<group>/<name>.ts`. */
export type Handler<M extends MethodName> = (
  params: Given<M>,
  context: CallContext,
) => Promise<Result<M>> | Result<M>

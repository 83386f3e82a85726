/**
 * A file unit as callers see it: directories and files over UnixFS (mimei.md, 4; paper 5.4).
 * Paths are `a/b.txt`, relative to the unit, `""` for its root. A version other than cur refuses
 * writes with `ReadOnlyVersion`.
 */
import type { CID } from '#base'

export interface FileEntry {
  readonly path: string
  readonly name: string
  readonly type: 'file' | 'directory'
  /** bytes of a file; for a directory the sum below it, where known */
  readonly size: number
  /** milliseconds since 1970; null where never set */
  readonly modified: number | null
  readonly cid: CID | null
}

export interface FileTree {
  /** @throws PathInvalid (outside the unit), PathUnknown */
  stat(path: string): Promise<FileEntry>
  /** Entries of a directory, by name. @throws PathUnknown, NotADirectory */
  list(path: string): AsyncIterableIterator<FileEntry>
  /** All files below, by path. */
  walk(path?: string): AsyncIterableIterator<FileEntry>
  /** Bytes of a file, from `start` to `end` (exclusive). @throws PathUnknown, NotAFile */
  read(path: string, range?: { start?: number; end?: number }): AsyncIterable<Uint8Array>
  /** Writes a whole file, making its directories; durable when resolved. */
  write(
    path: string,
    content: Uint8Array | AsyncIterable<Uint8Array>,
    options?: { modified?: number; onProgress?: (bytes: number) => void },
  ): Promise<FileEntry>
  /** Puts content that is here already: nothing is copied. */
  link(path: string, cid: CID, options?: { modified?: number }): Promise<FileEntry>
  append(path: string, content: Uint8Array): Promise<FileEntry>
  truncate(path: string, size: number): Promise<FileEntry>
  mkdir(path: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  copy(from: string, to: string): Promise<void>
  /** @param recursive needed where a directory is not empty */
  remove(path: string, recursive?: boolean): Promise<void>
  /** Root directory of this version; for cur of its base and changes together. */
  root(): Promise<CID>
}

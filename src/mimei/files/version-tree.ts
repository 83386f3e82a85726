/** The files of a version: read only. */
import type { CID } from '#base'
import { ReadOnlyVersion } from '../errors.js'
import type { Reader, View } from './places.js'
import { listEntries, readBytes, statEntry, walkEntries } from './reading.js'
import type { FileTree } from './tree.js'

/** @param root the version's UnixFS directory */
export function openVersionFiles(blocks: Reader, root: CID): FileTree {
  const view: View = { blocks, root: () => root, overlay: undefined }
  const refuse = async (): Promise<never> => {
    throw new ReadOnlyVersion()
  }
  return {
    stat: (path) => statEntry(view, path),
    list: (path) => listEntries(view, path),
    walk: (path = '') => walkEntries(view, path),
    read: (path, range) => readBytes(view, path, range),
    root: async () => root,
    write: refuse,
    link: refuse,
    append: refuse,
    truncate: refuse,
    mkdir: refuse,
    rename: refuse,
    copy: refuse,
    remove: refuse,
  }
}

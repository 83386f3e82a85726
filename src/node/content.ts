/** Files and directories behind web addresses (`/mm/…`, `/ipfs/…`), by the caller's rights. */
import type { Result } from '#api'
import { codecs, type CID } from '#base'
import {
  type Blocks,
  contentType,
  exportCar,
  listDirectory,
  NotAFile,
  readFile,
  statPath,
} from '#blocks'
import type { FileTree } from '#mimei'
import { may, type Principal } from '#rights'
import { type Access, versionNameOf } from './access.js'
import { askedOf } from './asked.js'
import { CallAborted, ContentClosed, SessionNeeded } from './errors.js'
import type { CallContext, Content, Node } from './node.js'
import { guest } from './principal.js'
import type { Reach } from './reach.js'
import type { Session } from './sessions.js'
import { showFile } from './shown.js'

type ContentBlocks = Pick<Blocks, 'get' | 'has' | 'hold' | 'size'>

interface ContentParts {
  readonly blocks: ContentBlocks
  readonly access: Access
  readonly reach: Reach
  /** @throws SessionExpired */
  readonly sessionOf: (context: Pick<CallContext, 'caller'>) => Session | undefined
  readonly principalOf: (session: Session | undefined) => Principal
}

const unknownType = 'application/octet-stream'
const sniffedBytes = 512

/** The type that the name tells, or else the first bytes. */
async function mimeOf(blocks: ContentBlocks, name: string, cid: CID): Promise<string> {
  const named = contentType(name)
  if (named !== unknownType) return named
  for await (const piece of readFile(blocks, cid, { start: 0, end: sniffedBytes })) {
    return contentType(name, piece)
  }
  return named
}

/** The content goes by its CID: what is sent is what its tag says, whatever is written since. */
function fileContent(
  blocks: ContentBlocks,
  facts: Pick<Content, 'cid' | 'size' | 'mime' | 'modified' | 'immutable' | 'open'>,
): Content {
  return {
    ...facts,
    type: 'file',
    read: (range) => readFile(blocks, facts.cid, range),
    async *entries() {
      yield* [] as { name: string; type: 'file' | 'directory'; size: number }[]
      throw new NotAFile(facts.cid.toString())
    },
  }
}

function directoryContent(
  facts: Pick<Content, 'cid' | 'size' | 'modified' | 'immutable' | 'open' | 'entries'>,
): Content {
  return {
    ...facts,
    type: 'directory',
    mime: '',
    read: () => {
      throw new NotAFile(facts.cid.toString())
    },
  }
}

type Doors = Pick<Node, 'openUnitPath' | 'openCidPath' | 'exportCar' | 'writeUnitPath'>

export function openContent(parts: ContentParts): Doors {
  const { blocks, access, reach, sessionOf, principalOf } = parts

  const unitContent = async (
    tree: FileTree,
    path: string,
    facts: Pick<Content, 'immutable' | 'open'>,
  ): Promise<Content> => {
    const { type, name, size, modified, cid: own } = await tree.stat(path)
    if (type === 'file' && own !== null) {
      const mime = await mimeOf(blocks, name, own)
      return fileContent(blocks, { ...facts, cid: own, size, modified, mime })
    }
    // A directory of cur has no CID of its own before a backup; the whole tree's changes with it.
    const cid = own ?? (await tree.root())
    return directoryContent({ ...facts, cid, size, modified, entries: () => tree.list(path) })
  }
  /** @returns whether everyone may read it @throws ContentClosed */
  const demandReach = async (session: Session | undefined, cid: CID): Promise<boolean> => {
    if (session?.owner === true && session.app === undefined) return false
    if (await reach.allows(guest, cid)) return true
    if (session !== undefined && (await reach.allows(principalOf(session), cid))) return false
    throw new ContentClosed(cid.toString())
  }

  return {
    async openUnitPath(caller, mid, version, path) {
      const principal = principalOf(sessionOf({ caller }))
      const { unit, version: name } = access.reading(principal, mid, versionNameOf(version))
      const open = may(guest, name === 'cur' ? 'readCur' : 'read', askedOf(unit))
      return unitContent(unit.files(name), path, { immutable: typeof name === 'number', open })
    },
    async openCidPath(caller, cid, path) {
      const open = await demandReach(sessionOf({ caller }), cid)
      const found = await statPath(blocks, cid, path)
      const { size, modified } = found
      const facts = { cid: found.cid, size, modified, immutable: true, open }
      if (found.type === 'directory') {
        return directoryContent({ ...facts, entries: () => listDirectory(blocks, found.cid) })
      }
      if (found.cid.code === codecs.dagCbor) {
        return fileContent(blocks, { ...facts, mime: 'application/vnd.ipld.dag-cbor' })
      }
      const mime = await mimeOf(blocks, path, found.cid)
      return fileContent(blocks, { ...facts, mime })
    },
    async exportCar(caller, cid) {
      await demandReach(sessionOf({ caller }), cid)
      return exportCar(blocks, [cid])
    },
    async writeUnitPath(context, mid, path, content, modified) {
      const session = sessionOf(context)
      if (session === undefined) throw new SessionNeeded('writing a file')
      const tree = access.writableFiles(principalOf(session), mid)
      return writeFile(tree, context, path, content, modified)
    },
  }
}

async function writeFile(
  tree: Pick<FileTree, 'write'>,
  { progress, signal }: CallContext,
  path: string,
  content: AsyncIterable<Uint8Array>,
  modified: number | undefined,
): Promise<Result<'files.stat'>> {
  const onProgress = (done: number): void => progress?.({ done, total: null, unit: 'bytes' })
  const whole = (async function* () {
    for await (const piece of content) {
      if (signal?.aborted === true) throw new CallAborted()
      yield piece
    }
    // A sender that goes away may end the stream early: half a file must not pass for a whole.
    if (signal?.aborted === true) throw new CallAborted()
  })()
  const written = await tree.write(path, whole, {
    ...(modified === undefined ? {} : { modified }),
    onProgress,
  })
  return showFile(written)
}

/** What the content store may answer. */
import { type CID, LeitherError, limits } from '#base'

export class BlockMissing extends LeitherError {
  constructor(cid: CID) {
    const message = `block ${cid} is not here; sync the unit that it belongs to`
    super('BLOCK_MISSING', 'not-found', message, { cid: `${cid}` })
  }
}

export class BlockCorrupt extends LeitherError {
  constructor(cid: CID, where: string) {
    const message = `the bytes ${where} do not match block ${cid}; get it again from another node`
    super('BLOCK_CORRUPT', 'corrupt', message, { cid: `${cid}` })
  }
}

export class BlockTooLarge extends LeitherError {
  constructor(cid: CID, bytes: number) {
    const limit = limits.blockBytes
    const message = `block ${cid} has ${bytes} bytes, ${limit} are allowed; split it`
    super('BLOCK_TOO_LARGE', 'limit', message, { cid: `${cid}`, bytes, limit })
  }
}

/** The CID names its bytes in a way that a node does not take. */
export class CidUnsupported extends LeitherError {
  constructor(cid: CID) {
    const message =
      `a block named ${cid} cannot be held: only raw, dag-pb and dag-cbor blocks under a full ` +
      'SHA-256 digest are; import the content again with these'
    super('CID_UNSUPPORTED', 'bad-input', message, { cid: `${cid}` })
  }
}

/** Asked for without waiting, though it lies in a file. */
export class BlockInFile extends LeitherError {
  constructor(cid: CID) {
    const message = `block ${cid} is a large leaf and cannot be read without waiting; use get`
    super('BLOCK_IN_FILE', 'bad-input', message, { cid: `${cid}` })
  }
}

/** The bytes match the CID, yet are not what its codec says. */
export class BlockMalformed extends LeitherError {
  constructor(cid: CID, reason: string, cause?: unknown) {
    const message = `block ${cid} cannot be read: ${reason}; whoever made it must make it again`
    super('BLOCK_MALFORMED', 'corrupt', message, { cid: `${cid}` }, { cause })
  }
}

export class FileTooLarge extends LeitherError {
  constructor() {
    const limit = limits.fileBytes
    super('FILE_TOO_LARGE', 'limit', `a file may have ${limit} bytes; split it`, { limit })
  }
}

export class EntryUnknown extends LeitherError {
  constructor(path: string) {
    super('ENTRY_UNKNOWN', 'not-found', `there is no "${path}" here; list its directory`, { path })
  }
}

export class NotADirectory extends LeitherError {
  constructor(path: string) {
    const message = `"${path}" is a file, not a directory; remove it first`
    super('NOT_A_DIRECTORY', 'conflict', message, { path })
  }
}

export class NotAFile extends LeitherError {
  constructor(path: string) {
    super('NOT_A_FILE', 'conflict', `"${path}" is no file; open it as a directory`, { path })
  }
}

export class CarInvalid extends LeitherError {
  constructor(reason: string, cause?: unknown) {
    const message = `this is no CAR archive that can be taken: ${reason}; export it again`
    super('CAR_INVALID', 'bad-input', message, {}, { cause })
  }
}

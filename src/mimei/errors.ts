/** What a unit may answer instead of doing it. */
import type { CID } from '#base'
import { LeitherError } from '#base'

export { NotADirectory, NotAFile } from '#blocks'
export { ReadOnlyVersion } from './database/errors.js'
export { OverlayBusy } from './overlay-errors.js'

export class UnknownMimei extends LeitherError {
  constructor(mid: string) {
    const shown = mid.slice(0, 80)
    const message = `there is no unit ${shown} on this node; create it or \`leither mimei sync\` it`
    super('MIMEI_UNKNOWN', 'not-found', message, { mid: shown })
  }
}

export class UnknownVersion extends LeitherError {
  constructor(mid: string, version: string | number) {
    const message = `unit ${mid} has no version "${version}"; \`leither mimei log\` lists them`
    super('VERSION_UNKNOWN', 'not-found', message, { mid, version })
  }
}

export class VersionNotHere extends LeitherError {
  constructor(mid: string, number: number, cid: CID) {
    const message =
      `version ${number} of unit ${mid} is known, but its content is not on this node; ` +
      'bring it with `leither mimei sync --all`'
    super('VERSION_NOT_HERE', 'unavailable', message, { mid, number, cid: cid.toString() })
  }
}

export class WrongKind extends LeitherError {
  constructor(mid: string, kind: string, asked: string) {
    const message = `unit ${mid} is a ${kind} unit; it cannot be opened as ${asked}`
    super('WRONG_KIND', 'bad-input', message, { mid, kind, asked })
  }
}

export class VersionInvalid extends LeitherError {
  constructor(cid: CID, reason: string) {
    const message = `block ${cid} is no valid version: ${reason}; run \`leither doctor\``
    super('VERSION_INVALID', 'corrupt', message, { cid: cid.toString(), reason })
  }
}

export class HeadInvalid extends LeitherError {
  constructor(reason: string) {
    super('HEAD_INVALID', 'corrupt', `this head is not valid: ${reason}; nothing was taken`, {
      reason,
    })
  }
}

export class HeadOlder extends LeitherError {
  constructor(mid: string, seq: number, here: number) {
    const message = `head ${seq} of unit ${mid} is older than head ${here}, which is here already`
    super('HEAD_OLDER', 'conflict', message, { mid, seq, here })
  }
}

export class BackupNotAllowed extends LeitherError {
  constructor(mid: string, key: string) {
    const message =
      `key ${key} may not sign versions of unit ${mid}; ` +
      'sign in as its owner, or ask the owner for the right "backup"'
    super('BACKUP_NOT_ALLOWED', 'denied', message, { mid, key })
  }
}

export class TooManyReferences extends LeitherError {
  constructor(mid: string, limit: number) {
    const message = `unit ${mid} holds ${limit} references, the most that may be; remove some`
    super('REFERENCES_FULL', 'limit', message, { mid, limit })
  }
}

export class PathInvalid extends LeitherError {
  constructor(path: string, reason: string) {
    const shown = path.slice(0, 200)
    const message = `"${shown}" is no path inside a unit: ${reason}; write it like img/cat.jpg`
    super('PATH_INVALID', 'bad-input', message, { path: shown, reason })
  }
}

export class PathUnknown extends LeitherError {
  constructor(path: string) {
    super('PATH_UNKNOWN', 'not-found', `there is nothing at "${path}" in this version`, { path })
  }
}

export class DirectoryNotEmpty extends LeitherError {
  constructor(path: string) {
    const message = `directory "${path}" is not empty; say recursive to remove all below it`
    super('DIRECTORY_NOT_EMPTY', 'conflict', message, { path })
  }
}

export class PathTaken extends LeitherError {
  constructor(path: string) {
    const message = `there is a directory at "${path}" already; remove it or choose another name`
    super('PATH_TAKEN', 'conflict', message, { path })
  }
}

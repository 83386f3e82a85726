/** What finding and moving units may answer. */
import { LeitherError } from '#base'

export class NoProviders extends LeitherError {
  constructor(mid: string, why = 'nobody who has it could be reached') {
    const message = `unit ${mid} was not found: ${why}; check the id, or name a node with --from`
    super('NO_PROVIDERS', 'unavailable', message, { mid })
  }
}

export class SyncFailed extends LeitherError {
  constructor(mid: string, why: string, cause?: unknown) {
    const message = `unit ${mid} did not come in whole: ${why}; sync again to get the rest`
    super('SYNC_FAILED', 'unavailable', message, { mid }, { cause })
  }
}

/** A provider keeps the unit to those who may read it. */
export class SyncRefused extends LeitherError {
  constructor(mid: string, why: string) {
    const message = `unit ${mid} is not served to this node: ${why}; show a passport of its owner`
    super('SYNC_REFUSED', 'denied', message, { mid })
  }
}

export class NotPublic extends LeitherError {
  constructor(mid: string) {
    const message = `unit ${mid} is private and is not published; let everyone read it first`
    super('NOT_PUBLIC', 'conflict', message, { mid })
  }
}

export class NothingToPublish extends LeitherError {
  constructor(mid: string) {
    const message = `unit ${mid} has no signed version on this node; back it up first`
    super('NOTHING_TO_PUBLISH', 'conflict', message, { mid })
  }
}

/** A peer does not keep to the protocol, or sent what cannot be true. */
export class PeerMisbehaved extends LeitherError {
  constructor(peer: string, what: string, cause?: unknown) {
    const message = `node ${peer} ${what}; it is left alone for a while`
    super('PEER_MISBEHAVED', 'corrupt', message, { peer }, { cause })
  }
}

/** A peer does not answer in time. */
export class PeerSilent extends LeitherError {
  constructor(peer: string, millis: number) {
    const message = `node ${peer} has not answered within ${millis} ms; try again or use another`
    super('PEER_SILENT', 'unavailable', message, { peer, millis })
  }
}

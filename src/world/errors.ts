/** What the outside world may answer. */
import { LeitherError } from '#base'

export class DiskClosed extends LeitherError {
  constructor() {
    super('DISK_CLOSED', 'unavailable', 'the store is closed; start the node again', {})
  }
}

export class DiskFull extends LeitherError {
  constructor(freeBytes: number, cause?: unknown) {
    const room = `${freeBytes} bytes free`
    const message = `the disk is full (${room}), nothing was written; free some space`
    super('DISK_FULL', 'unavailable', message, { freeBytes }, { cause })
  }
}

export class DiskFailed extends LeitherError {
  constructor(what: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const message = `the disk refused ${what}: ${reason}; run \`leither doctor\``
    super('DISK_FAILED', 'unavailable', message, { what }, { cause })
  }
}

export class DiskBusy extends LeitherError {
  constructor(why: string, data: { pendingBytes?: number } = {}) {
    super('DISK_BUSY', 'unavailable', `the disk is busy: ${why}; try again in a moment`, data)
  }
}

export class DiskLocked extends LeitherError {
  constructor(home: string) {
    const message = `another node runs on ${home}; stop it, or choose another --home`
    super('HOME_IN_USE', 'conflict', message, { home })
  }
}

export class FileMissing extends LeitherError {
  constructor(name: string) {
    super('FILE_MISSING', 'not-found', `there is no file "${name}" in the store`, { name })
  }
}

/** The network cannot be joined through an address of this machine. */
export class ListenFailed extends LeitherError {
  constructor(addresses: readonly string[], cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const shown = addresses.join(', ')
    const message = `cannot listen on ${shown}: ${reason}; choose another address or port`
    super('LISTEN_FAILED', 'conflict', message, { addresses: shown }, { cause })
  }
}

export class PeerUnreachable extends LeitherError {
  constructor(target: string, cause?: unknown) {
    const reason = cause instanceof Error ? `: ${cause.message}` : ''
    const message = `no connection to ${target}${reason}; check that the node runs and is in reach`
    super('PEER_UNREACHABLE', 'unavailable', message, { target }, { cause })
  }
}

export class WireClosed extends LeitherError {
  constructor(why: string, cause?: unknown) {
    super('WIRE_CLOSED', 'unavailable', `the connection ended: ${why}`, {}, { cause })
  }
}

import { LeitherError } from '#base'

export class PortInUse extends LeitherError {
  constructor(host: string, port: number, cause?: unknown) {
    const message =
      `port ${port} of ${host} is in use; stop the program that has it, ` +
      'or choose another with --port'
    super('PORT_IN_USE', 'conflict', message, { host, port }, { cause })
  }
}

export class AddressUnusable extends LeitherError {
  constructor(host: string, port: number, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const message = `the node cannot listen on ${host}, port ${port}: ${reason}; choose another`
    super('ADDRESS_UNUSABLE', 'unavailable', message, { host, port }, { cause })
  }
}

/** The `Host` header names none of this node's names: a rebound domain, or a missing setting. */
export class HostUnknown extends LeitherError {
  constructor(host: string) {
    const message =
      `this node does not answer as "${host.slice(0, 255)}"; open it as localhost, ` +
      'or start it with --name for that name'
    super('HOST_UNKNOWN', 'denied', message, { host: host.slice(0, 255) })
  }
}

/** A web page of somebody else's calls the API. */
export class OriginRefused extends LeitherError {
  constructor(origin: string) {
    const page = origin.slice(0, 255)
    const message = `pages of ${page} may not call this node; use the node's own address`
    super('ORIGIN_REFUSED', 'denied', message, { origin: origin.slice(0, 255) })
  }
}

export class RequestTooLarge extends LeitherError {
  constructor(limit: number) {
    super('REQUEST_TOO_LARGE', 'limit', `a request has at most ${limit} bytes; send less at once`, {
      limit,
    })
  }
}

export class LengthNeeded extends LeitherError {
  constructor() {
    super(
      'LENGTH_NEEDED',
      'bad-input',
      'an upload says its Content-Length or is chunked; send one of both',
    )
  }
}

export class UploadBroken extends LeitherError {
  constructor(got: number, expected: number | undefined) {
    const wanted = expected === undefined ? '' : ` of ${expected}`
    const message =
      `the upload ended after ${got}${wanted} bytes: ` + 'nothing was written; send it again'
    super('UPLOAD_BROKEN', 'bad-input', message, { got, expected: expected ?? null })
  }
}

export class CallsExceeded extends LeitherError {
  constructor(limit: number) {
    const message = `this connection has ${limit} calls under way; wait for some to end`
    super('CALLS_EXCEEDED', 'limit', message, { limit })
  }
}

/** Live events come over WebSocket only. */
export class WebSocketNeeded extends LeitherError {
  constructor(method: string) {
    super('WEBSOCKET_NEEDED', 'bad-input', `${method} works over WebSocket; connect to /rpc`, {
      method,
    })
  }
}

export class SubscriptionsExceeded extends LeitherError {
  constructor(limit: number) {
    const message = `a connection has at most ${limit} subscriptions; name several units in one`
    super('SUBSCRIPTIONS_EXCEEDED', 'limit', message, { limit })
  }
}

export class PageUnknown extends LeitherError {
  constructor(path: string) {
    super('PAGE_UNKNOWN', 'not-found', `there is nothing at ${path.slice(0, 255)}`, {
      path: path.slice(0, 255),
    })
  }
}

export class ScriptRefused extends LeitherError {
  constructor(path: string) {
    const message =
      `${path.slice(0, 255)} is no script of the desktop; ` + 'open the unit on its own origin'
    super('SCRIPT_REFUSED', 'denied', message, { path: path.slice(0, 255) })
  }
}

/** What the node itself may answer, before or beside the parts below it. */
import { LeitherError } from '#base'

export class UnknownMethod extends LeitherError {
  constructor(name: string) {
    const shown = name.slice(0, 80)
    const message = `there is no method "${shown}"; GET /openapi.json lists them`
    super('UNKNOWN_METHOD', 'not-found', message, { method: shown })
  }
}

export class SessionNeeded extends LeitherError {
  constructor(method: string) {
    super('SESSION_NEEDED', 'denied', `${method} is for who is signed in; sign in first`, {
      method,
    })
  }
}

export class SessionExpired extends LeitherError {
  constructor() {
    super('SESSION_EXPIRED', 'denied', 'this session is over; sign in again')
  }
}

export class SessionsFull extends LeitherError {
  constructor(limit: number) {
    const message = `the node holds ${limit} sessions, the most there may be; try again later`
    super('SESSIONS_FULL', 'limit', message, { limit })
  }
}

export class OwnerNeeded extends LeitherError {
  constructor(method: string) {
    const message = `${method} is for the owner of the node, not for apps; sign in as the owner`
    super('OWNER_NEEDED', 'denied', message, { method })
  }
}

export class AccountNeeded extends LeitherError {
  constructor(method: string) {
    const message =
      `${method} is for people with an account on this node, not for apps; ` +
      'sign in at the desktop, or ask the owner for an account'
    super('ACCOUNT_NEEDED', 'denied', message, { method })
  }
}

export class KeyNeeded extends LeitherError {
  constructor(what: string) {
    const message =
      `${what} must be signed, and this session holds no key (it began with a passport); ` +
      'sign in with name and password'
    super('KEY_NEEDED', 'denied', message, { what })
  }
}

export class LoginDelayed extends LeitherError {
  constructor(millis: number) {
    const seconds = Math.ceil(millis / 1000)
    const message = `too many wrong passwords; wait ${seconds} seconds, then try again`
    super('LOGIN_DELAYED', 'limit', message, { seconds })
  }
}

export class UserExists extends LeitherError {
  constructor(name: string) {
    super('USER_EXISTS', 'conflict', `there is a user "${name}" already; choose another name`, {
      name,
    })
  }
}

export class NodeClaimed extends LeitherError {
  constructor() {
    super('NODE_CLAIMED', 'conflict', 'this node has an owner already; sign in, or ask the owner')
  }
}

export class ClaimRefused extends LeitherError {
  constructor() {
    const message =
      'a new node is claimed from its own machine, or with the code that its terminal shows; ' +
      'give that code'
    super('CLAIM_REFUSED', 'denied', message)
  }
}

export class CodeInvalid extends LeitherError {
  constructor() {
    const message = 'this code is used, too old, or for another app; open the app again'
    super('CODE_INVALID', 'denied', message)
  }
}

export class NetworkOff extends LeitherError {
  constructor(state: 'starting' | 'off') {
    const message =
      state === 'starting'
        ? 'the network is still starting; try again in a moment'
        : 'this node keeps to itself; start it with the network on'
    super('NETWORK_OFF', 'unavailable', message, { state })
  }
}

export class NotBackedUp extends LeitherError {
  constructor(mid: string) {
    const message = `unit ${mid} has no version to publish yet; back it up first`
    super('NOT_BACKED_UP', 'conflict', message, { mid })
  }
}

export class UnitNotPublic extends LeitherError {
  constructor(mid: string) {
    const message = `unit ${mid} is closed; give everyone the right to read, then publish it`
    super('NOT_PUBLIC', 'denied', message, { mid })
  }
}

export class WebSocketNeeded extends LeitherError {
  constructor() {
    const message = 'events are pushed over the WebSocket at /rpc; subscribe there'
    super('WEBSOCKET_NEEDED', 'bad-input', message)
  }
}

export class TransactionElsewhere extends LeitherError {
  constructor(tx: string) {
    const shown = tx.slice(0, 64)
    const message = `transaction ${shown} is over, or of another session; begin a new one`
    super('TRANSACTION_OVER', 'conflict', message, { tx: shown })
  }
}

export class ContentClosed extends LeitherError {
  constructor(cid: string) {
    const message =
      `content ${cid} is in no version that you may read; ` +
      'open it as /mm/<mid>/path, or sign in as its owner'
    super('CONTENT_CLOSED', 'denied', message, { cid })
  }
}

export class CallAborted extends LeitherError {
  constructor() {
    super('ABORTED', 'unavailable', 'the caller went away; nothing was kept; send it again')
  }
}

import { type ErrorData, type ErrorKind, LeitherError } from '#base'

export class NodeUnreachable extends LeitherError {
  constructor(address: string, cause?: unknown) {
    const message = `no node answers at ${address}; check that it runs and is in reach`
    super('NODE_UNREACHABLE', 'unavailable', message, { address }, { cause })
  }
}

/** The connection broke while a call was under way: it may or may not have been carried out. */
export class ConnectionLost extends LeitherError {
  constructor(method: string) {
    const message = `the connection broke during ${method}; look whether it was done, or call again`
    super('CONNECTION_LOST', 'unavailable', message, { method })
  }
}

export class CallTimedOut extends LeitherError {
  constructor(method: string, millis: number) {
    const message = `${method} gave no answer within ${millis / 1000} seconds; the node is busy`
    super('CALL_TIMED_OUT', 'unavailable', message, { method, millis })
  }
}

/** A client that was closed by its program. */
export class ClientClosed extends LeitherError {
  constructor() {
    super('CLIENT_CLOSED', 'unavailable', 'this client is closed; connect again')
  }
}

/** An error as the node wrote it, made whole again. */
export function errorOf(message: unknown, data: unknown): LeitherError {
  const facts = typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {}
  const { code, kind, ...rest } = facts
  return new LeitherError(
    typeof code === 'string' ? code : 'INTERNAL',
    (typeof kind === 'string' ? kind : 'internal') as ErrorKind,
    typeof message === 'string' ? message : 'the node gave no reason',
    rest as ErrorData,
  )
}

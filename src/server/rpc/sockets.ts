/** Takes WebSocket upgrades at `/rpc` and keeps watch over the connections. */
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { limits } from '#base'
import { callerOf, demandOwnOrigin, siteOfRequest } from '../exchange.js'
import { type ConnectionParts, serveConnection } from './connection.js'

/** WebSockets open at a time, in all and from one address that is not this machine. */
const socketLimit = 2000
const socketLimitPerAddress = 100
const pingMillis = 30_000

export interface Sockets {
  /** Says goodbye to all, and cuts who does not answer. */
  close(): Promise<void>
}

function refuse(socket: Duplex, status: string, message: string): void {
  const body = `${message}\n`
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

/** @param names further host names of this node */
export function takeSockets(
  server: Server,
  names: readonly string[],
  parts: ConnectionParts,
): Sockets {
  const wss = new WebSocketServer({
    noServer: true,
    maxPayload: limits.requestBytes,
    perMessageDeflate: false,
  })
  const alive = new WeakSet<WebSocket>()
  const addresses = new Map<string, number>()

  const count = (address: string, by: 1 | -1): number => {
    const next = (addresses.get(address) ?? 0) + by
    if (next > 0) addresses.set(address, next)
    else addresses.delete(address)
    return next
  }

  const admit = (incoming: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const site = siteOfRequest(incoming, names)
    demandOwnOrigin(incoming, site, names)
    const caller = callerOf(incoming, site)
    const { address } = caller
    const tooMany = !caller.local && (addresses.get(address) ?? 0) >= socketLimitPerAddress
    if (tooMany || wss.clients.size >= socketLimit) {
      refuse(socket, '503 Service Unavailable', 'too many connections; close some')
      return
    }
    wss.handleUpgrade(incoming, socket, head, (connection) => {
      count(address, 1)
      alive.add(connection)
      connection.on('pong', () => alive.add(connection))
      connection.on('close', () => count(address, -1))
      serveConnection(connection, caller, parts)
    })
  }

  server.on('upgrade', (incoming, socket, head) => {
    socket.on('error', () => socket.destroy())
    if ((incoming.url ?? '').split('?')[0] !== '/rpc') {
      refuse(socket, '404 Not Found', 'WebSockets live at /rpc')
      return
    }
    try {
      admit(incoming, socket, head)
    } catch (error) {
      refuse(socket, '403 Forbidden', error instanceof Error ? error.message : 'refused')
    }
  })

  let callOff = parts.clock.after(pingMillis, beat)
  function beat(): void {
    for (const connection of wss.clients) {
      // A connection that we hold back cannot answer pings.
      if (!alive.has(connection) && !connection.isPaused) connection.terminate()
      alive.delete(connection)
      connection.ping()
    }
    callOff = parts.clock.after(pingMillis, beat)
  }

  return {
    async close() {
      callOff()
      const waiting = [...wss.clients].map(
        (connection) =>
          new Promise<void>((resolve) => {
            connection.once('close', () => resolve())
            connection.close(1001, 'the node stops')
          }),
      )
      const cut = setTimeout(() => {
        for (const connection of wss.clients) connection.terminate()
      }, 1000)
      await Promise.all(waiting)
      clearTimeout(cut)
      wss.close()
    },
  }
}

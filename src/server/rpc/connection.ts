/**
 * One WebSocket: calls run side by side, so a slow one never delays a fast one; events and progress
 * come as notifications. Results of sign-ins are remembered as the connection's session.
 */
import type { WebSocket } from 'ws'
import { isMethod, methods, type ApiProgress, type MethodName } from '#api'
import { BadInput, toHex, type Value } from '#base'
import type { Caller, CallProgress, Node } from '#node'
import type { Clock, Random } from '#world'
import { CallsExceeded, SubscriptionsExceeded } from '../errors.js'
import type { Failure } from '../failure.js'
import * as rpc from './messages.js'

export interface ConnectionParts {
  readonly node: Pick<Node, 'call' | 'subscribe'>
  readonly clock: Clock
  readonly random: Random
  readonly failureOf: (error: unknown) => Failure
}

/** Calls under way on one connection. */
const callLimit = 1000
const subscriptionLimit = 100
/** Bytes that wait to be sent: above, no more is read until the other side takes some. */
const highWater = 4 * 1024 * 1024
/** Bytes that wait to be sent: above, events cut a connection that does not take them. */
const floodWater = 16 * 1024 * 1024
const progressMillis = 100

/** Methods whose result becomes the session of the connection. */
const signIns = new Set<string>([
  'session.login',
  'session.passport',
  'session.redeem',
  'user.claim',
])

/** Serves one connection until it closes. @param caller as seen at the upgrade */
export function serveConnection(socket: WebSocket, caller: Caller, parts: ConnectionParts): void {
  const { node, clock, failureOf } = parts
  const gone = new AbortController()
  const subscriptions = new Map<string, () => void>()
  let sid = caller.sid
  let underWay = 0

  const send = (text: string): void => {
    if (socket.readyState !== socket.OPEN) return
    socket.send(text)
    if (socket.bufferedAmount > highWater) waitForRoom()
  }

  const waitForRoom = (): void => {
    if (socket.isPaused) return
    socket.pause()
    const look = (): void => {
      if (socket.readyState !== socket.OPEN) return
      if (socket.bufferedAmount > highWater / 2) clock.after(20, look)
      else socket.resume()
    }
    clock.after(20, look)
  }

  const progressOf = (id: rpc.RpcId | undefined) => {
    let last = -progressMillis
    return (progress: CallProgress): void => {
      const now = clock.now()
      if (id === undefined || id === null || now - last < progressMillis) return
      last = now
      send(rpc.notification('progress', { ...progress, id } satisfies ApiProgress))
    }
  }

  const subscribe = (mids: readonly string[] | undefined, as: Caller): Value => {
    if (subscriptions.size >= subscriptionLimit) throw new SubscriptionsExceeded(subscriptionLimit)
    const subscription = toHex(parts.random.bytes(8))
    const stop = node.subscribe(as, mids, (event) => {
      // Who cannot follow connects again and reads anew; a gap in between would go unseen.
      if (socket.bufferedAmount > floodWater) socket.close(1013, 'too slow for the events')
      else send(rpc.notification('event', { subscription, ...event }))
    })
    subscriptions.set(subscription, stop)
    return { subscription }
  }

  const unsubscribe = (subscription: string): Value => {
    subscriptions.get(subscription)?.()
    subscriptions.delete(subscription)
    return {}
  }

  const run = async (request: rpc.RpcRequest): Promise<unknown> => {
    const { method, params } = request
    const used = request.sid ?? sid
    const as = { ...caller, sid: used }
    if (method === 'events.subscribe') return subscribe(given(method, params).mids, as)
    if (method === 'events.unsubscribe') return unsubscribe(given(method, params).subscription)
    const context = { caller: as, progress: progressOf(request.id), signal: gone.signal }
    // The node answers names that it does not know.
    const result: unknown = await node.call(method as MethodName, params, context)
    if (signIns.has(method)) sid = (result as { sid: string }).sid
    if (method === 'session.logout' && used === sid) sid = undefined
    return result
  }

  /** The answer to one request; undefined for a notification. */
  const answer = async (item: rpc.RpcItem): Promise<string | undefined> => {
    if ('error' in item) return rpc.refusalMessage(item)
    const { id } = item
    if (underWay >= callLimit) {
      return rpc.failureMessage(id ?? null, failureOf(new CallsExceeded(callLimit)))
    }
    underWay++
    try {
      const result = await run(item)
      return id === undefined ? undefined : rpc.resultMessage(id, result)
    } catch (error) {
      const failure = failureOf(error)
      return id === undefined ? undefined : rpc.failureMessage(id, failure)
    } finally {
      underWay--
    }
  }

  const take = async (text: string): Promise<void> => {
    const message = rpc.readMessage(text)
    if (!Array.isArray(message)) {
      const line = await answer(message as rpc.RpcItem)
      if (line !== undefined) send(line)
      return
    }
    const lines = await Promise.all((message as readonly rpc.RpcItem[]).map(answer))
    const answered = lines.filter((line) => line !== undefined)
    if (answered.length > 0) send(`[${answered.join(',')}]`)
  }

  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) socket.close(1003, 'messages are text')
    else void take(data.toString('utf8'))
  })
  socket.on('error', () => socket.terminate())
  socket.on('close', () => {
    gone.abort()
    for (const stop of subscriptions.values()) stop()
    subscriptions.clear()
  })
}

type EventMethod = 'events.subscribe' | 'events.unsubscribe'

/** Parameters of an event method, checked. @throws BadInput */
function given<M extends EventMethod>(name: M, params: Value) {
  if (!isMethod(name)) throw new BadInput(`${String(name)} is no method`, 'see GET /api')
  const parsed = methods[name].params.safeParse(params)
  if (parsed.success) return parsed.data as { mids?: string[]; subscription: string }
  const [issue] = parsed.error.issues
  throw new BadInput(`${issue.path.join('.') || 'params'} is wrong`, issue.message)
}

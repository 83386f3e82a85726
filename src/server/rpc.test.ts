import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { limits } from '#base'
import { serve, type Served } from './served.contract.js'

let served: Served
beforeAll(async () => {
  served = await serve()
})
afterAll(() => served[Symbol.asyncDispose]())

interface Line {
  readonly id?: unknown
  readonly result?: Record<string, unknown>
  readonly error?: { code: number; message: string; data: Record<string, unknown> }
  readonly method?: string
  readonly params?: Record<string, unknown>
}

/** A raw connection: what comes, in order. */
async function open(headers: Record<string, string> = {}) {
  const socket = new WebSocket(`ws://127.0.0.1:${served.server.port}/rpc`, { headers })
  const lines: (Line | Line[])[] = []
  let wake: () => void = () => undefined
  socket.on('message', (data: Buffer) => {
    lines.push(JSON.parse(data.toString('utf8')))
    wake()
  })
  await new Promise((resolve, reject) => {
    socket.on('open', resolve)
    socket.on('error', reject)
  })
  const next = async <T = Line>(): Promise<T> => {
    while (lines.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    return lines.shift() as T
  }
  const ask = (message: unknown) => {
    socket.send(typeof message === 'string' ? message : JSON.stringify(message))
    return next()
  }
  return { socket, next, ask }
}

const request = (method: string, params: unknown = {}, more: object = {}) => ({
  jsonrpc: '2.0',
  id: 1,
  method,
  params,
  ...more,
})

describe('JSON-RPC', () => {
  it('answers calls, and batches together', async () => {
    const { ask, socket } = await open()
    const one = await ask(request('node.id', {}, { id: 'a' }))
    expect(one).toMatchObject({ jsonrpc: '2.0', id: 'a', result: { claimed: true } })
    const batch = (await ask([
      request('node.id'),
      { jsonrpc: '2.0', method: 'node.id' },
      request('none.such', {}, { id: 2 }),
      17,
    ])) as unknown as Line[]
    expect(batch).toHaveLength(3)
    expect(batch[0].result).toBeDefined()
    expect(batch[1].error).toMatchObject({ code: -32601, data: { code: 'UNKNOWN_METHOD' } })
    expect(batch[2].error?.code).toBe(-32600)
    socket.close()
  })

  it('says what is malformed, and goes on', async () => {
    const { ask, socket } = await open()
    const cases: readonly [unknown, number][] = [
      ['{"jsonrpc":', -32700],
      ['nonsense', -32700],
      ['[]', -32600],
      ['null', -32600],
      ['"text"', -32600],
      [{ id: 1, method: 'node.id' }, -32600],
      [{ jsonrpc: '1.0', id: 1, method: 'node.id' }, -32600],
      [{ jsonrpc: '2.0', id: 1 }, -32600],
      [{ jsonrpc: '2.0', id: {}, method: 'node.id' }, -32600],
      [request('node.id', [1]), -32602],
      [request('node.id', 'x'), -32602],
      [request('mimei.show', { mid: 'x' }, { sid: 7 }), -32600],
      [request('mimei.show', { mid: 'x' }), -32602],
      [{ jsonrpc: '2.0', id: 1, method: '__proto__' }, -32601],
      [Array.from({ length: 1001 }, () => request('node.id')), -32600],
    ]
    for (const [message, code] of cases) {
      const { error } = await ask(message)
      expect([message, error?.code]).toEqual([message, code])
    }
    expect((await ask(request('node.id'))).result).toBeDefined()
    socket.close()
  })

  it('keeps the session of a sign-in, until signing out', async () => {
    const { ask, socket } = await open()
    expect((await ask(request('mimei.list'))).error?.data.code).toBe('SESSION_NEEDED')
    const login = await ask(request('session.login', { name: 'ada', password: 'correct horse' }))
    expect(login.result?.sid).toMatch(/^[0-9a-f]{40}$/)
    expect((await ask(request('mimei.list'))).result).toBeDefined()
    const other = await ask(request('mimei.list', {}, { sid: 'f'.repeat(40) }))
    expect(other.error?.data.kind).toBe('denied')
    await ask(request('session.logout'))
    expect((await ask(request('mimei.list'))).error?.data.code).toBe('SESSION_NEEDED')
    socket.close()
  })

  it('lets fast calls pass slow ones', async () => {
    const { socket, next } = await open({ Authorization: `Bearer ${served.sid}` })
    // A sign-in costs many milliseconds of scrypt.
    const login = { name: 'ada', password: 'correct horse' }
    socket.send(JSON.stringify(request('session.login', login, { id: 'slow' })))
    socket.send(JSON.stringify(request('node.id', {}, { id: 'fast' })))
    expect((await next()).id).toBe('fast')
    expect((await next()).id).toBe('slow')
    socket.close()
  })

  it('brings events to who may see them', async () => {
    const mine = await open({ Authorization: `Bearer ${served.sid}` })
    const guest = await open()
    const { result } = await mine.ask(request('events.subscribe'))
    await guest.ask(request('events.subscribe'))
    const secret = { mark: 'secret', kind: 'database' as const, right: 0x07276700 }
    const { mid } = await served.node.call('mimei.create', secret, served.owner)
    const event = await mine.next()
    expect(event).toMatchObject({ method: 'event', params: { type: 'created', mid } })
    expect(event.params?.subscription).toBe(result?.subscription)
    const open4 = { mark: 'shown', kind: 'database' as const }
    const shown = await served.node.call('mimei.create', open4, served.owner)
    // The guest hears of what everyone may read, and of nothing before it.
    expect((await guest.next()).params).toMatchObject({ type: 'created', mid: shown.mid })
    await mine.next()
    await mine.ask(request('events.unsubscribe', { subscription: result?.subscription }))
    await served.node.call('mimei.create', { ...open4, mark: 'later' }, served.owner)
    await guest.next()
    expect((await mine.ask(request('node.id', {}, { id: 'last' }))).id).toBe('last')
    const wrong = await mine.ask(request('events.subscribe', { mids: ['x'] }))
    expect(wrong.error?.data.code).toBe('BAD_INPUT')
    mine.socket.close()
    guest.socket.close()
  })

  it('closes on what is too large or binary', async () => {
    const closed = (socket: WebSocket) =>
      new Promise<number>((resolve) => {
        socket.on('error', () => undefined)
        socket.on('close', resolve)
      })
    const large = await open()
    large.socket.send('x'.repeat(limits.requestBytes + 1))
    expect(await closed(large.socket)).toBe(1009)
    const binary = await open()
    binary.socket.send(Buffer.from([1, 2, 3]))
    expect(await closed(binary.socket)).toBe(1003)
  })

  it('holds back for a reader that is slow, and loses nothing', async () => {
    const { mid } = await served.node.call(
      'mimei.create',
      { mark: 'large', kind: 'database' },
      served.owner,
    )
    const value = 'x'.repeat(64 * 1024)
    await served.node.call('db.set', { mid, key: 'k', value }, served.owner)
    const { socket, next } = await open({ Authorization: `Bearer ${served.sid}` })
    socket.pause()
    const count = 400
    for (let id = 0; id < count; id++) {
      socket.send(JSON.stringify(request('db.get', { mid, key: 'k' }, { id })))
    }
    // Other connections are served meanwhile.
    const other = await open()
    expect((await other.ask(request('node.id'))).result).toBeDefined()
    other.socket.close()
    socket.resume()
    const ids = new Set<unknown>()
    while (ids.size < count) {
      const { id, result } = await next()
      expect(result?.value).toBe(value)
      ids.add(id)
    }
    socket.close()
  })

  it('limits the calls under way, without closing', async () => {
    const { socket, next } = await open()
    const batch = Array.from({ length: 600 }, (_, id) => request('node.id', {}, { id }))
    socket.send(JSON.stringify(batch))
    socket.send(JSON.stringify(batch))
    const lines = [...(await next<Line[]>()), ...(await next<Line[]>())]
    expect(lines).toHaveLength(1200)
    const refused = lines.filter(({ error }) => error?.data.code === 'CALLS_EXCEEDED')
    for (const { error } of lines) if (error) expect(error.data.code).toBe('CALLS_EXCEEDED')
    expect(refused.length).toBeLessThan(1200)
    socket.close()
  })
})

describe('an upgrade', () => {
  const refused = (headers: Record<string, string>, path = '/rpc') =>
    new Promise<number>((resolve, reject) => {
      const socket = new WebSocket(`ws://127.0.0.1:${served.server.port}${path}`, { headers })
      socket.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode ?? 0))
      socket.on('open', () => reject(new Error('it was taken')))
      socket.on('error', () => undefined)
    })

  it('is refused to other names, other pages and other paths', async () => {
    expect(await refused({ Host: 'evil.example' })).toBe(403)
    expect(await refused({ Origin: 'http://evil.example' })).toBe(403)
    expect(await refused({ Origin: 'null' })).toBe(403)
    expect(await refused({}, '/elsewhere')).toBe(404)
  })
})

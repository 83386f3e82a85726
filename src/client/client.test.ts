import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createNode, type RunningNode } from '#node'
import { openServer, type Server } from '#server'
import { makeKey } from '#identity'
import { systemClock, systemRandom } from '#host'
import { memoryDisk, memoryLog } from '#world'
import { type ApiEvent, type Client, connect, type ConnectOptions, LeitherError } from './index.js'

const socketMaker = WebSocket as unknown as NonNullable<ConnectOptions['WebSocket']>
let node: RunningNode
let server: Server

const serve = (port: number): Promise<Server> =>
  openServer({
    node,
    port,
    host: '127.0.0.1',
    clock: systemClock(),
    random: systemRandom(),
    log: memoryLog(),
  })
const join = (options: ConnectOptions = {}): Promise<Client> =>
  connect({ address: `http://127.0.0.1:${server.port}`, WebSocket: socketMaker, ...options })

beforeAll(async () => {
  const random = systemRandom()
  node = await createNode(
    { key: makeKey(random), name: 'test', version: '1.0.0', address: '', network: false },
    { disk: memoryDisk(), clock: systemClock(), random, log: memoryLog(), wire: undefined },
  )
  server = await serve(0)
  node.setAddress(server.address)
  const first = await join()
  await first.call('user.claim', { name: 'ada', password: 'correct horse' })
  first.close()
})
afterAll(async () => {
  await server.close()
  await node.close()
})

/** A listener with the events that came, and a wait for the next. */
function hearing() {
  const heard: ApiEvent[] = []
  let wake: () => void = () => undefined
  return {
    listener: (event: ApiEvent) => {
      heard.push(event)
      wake()
    },
    next: async (type: ApiEvent['type']) => {
      for (;;) {
        const at = heard.findIndex((event) => event.type === type)
        if (at >= 0) return heard.splice(0, at + 1)[at]
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}

describe('the client', () => {
  it('calls by name and by nested names, typed by the contract', async () => {
    const client = await join()
    const plain = await client.call('node.id')
    const nested = await client.node.id()
    expect(nested).toEqual(plain)
    const id: string = nested.id
    expect(id).toBe(node.id)
    client.close()
  })

  it('signs in and out, and tells who listens', async () => {
    const client = await join()
    const seen: (string | undefined)[] = []
    client.onSession((session) => seen.push(session?.name))
    await expect(client.mimei.list()).rejects.toMatchObject({ code: 'SESSION_NEEDED' })
    const { sid } = await client.login('ada', 'correct horse')
    expect(client.session?.name).toBe('ada')
    const other = await join({ sid })
    expect(other.session).toMatchObject({ name: 'ada', owner: true })
    await client.logout()
    expect(client.session).toBeUndefined()
    await expect(other.mimei.list()).rejects.toBeInstanceOf(LeitherError)
    expect(other.session).toBeUndefined()
    expect(seen).toEqual(['ada', undefined])
    client.close()
    other.close()
  })

  it('makes errors whole again', async () => {
    const client = await join()
    const unknown = client.mimei.show({ mid: 'h3PPmr6HVHrmaV_WAbnEP6t3x87' })
    await expect(unknown).rejects.toBeInstanceOf(LeitherError)
    await expect(unknown).rejects.toMatchObject({ code: 'MIMEI_UNKNOWN', kind: 'not-found' })
    client.close()
    await expect(client.node.id()).rejects.toMatchObject({ code: 'CLIENT_CLOSED' })
    const nobody = connect({ address: 'http://127.0.0.1:9', WebSocket: socketMaker })
    await expect(nobody).rejects.toMatchObject({ code: 'NODE_UNREACHABLE' })
  })

  it('works with databases and their transactions', async () => {
    const client = await join()
    await client.login('ada', 'correct horse')
    const { mid } = await client.mimei.create({ mark: 'db', kind: 'database' })
    const db = client.db(mid)
    const value = { bytes: Uint8Array.of(1, 2), deep: [1, null, 'ü'] }
    await db.set({ key: 'a', value })
    expect((await db.get({ key: 'a' })).value).toEqual(value)
    expect((await client.db.get({ mid, key: 'none' })).value).toBeNull()
    await db.transaction(async (tx) => {
      await tx.incrby({ key: 'n', delta: 2 })
      await tx.incrby({ key: 'n', delta: 3 })
    })
    expect((await db.get({ key: 'n' })).value).toBe(5)
    const broken = db.transaction(async (tx) => {
      await tx.set({ key: 'n', value: 99 })
      throw new Error('no')
    })
    await expect(broken).rejects.toThrow('no')
    expect((await db.get({ key: 'n' })).value).toBe(5)
    client.close()
  })

  it('works with files', async () => {
    const client = await join()
    await client.login('ada', 'correct horse')
    const { mid } = await client.mimei.create({ mark: 'files', kind: 'file' })
    const files = client.files(mid)
    await files.upload('docs/ünï.txt', 'hello', { modified: 1_700_000_000_000 })
    await files.upload('b.bin', new Blob([Uint8Array.of(1, 2, 3)]))
    const stream = new Blob(['streamed']).stream()
    await files.upload('s.txt', stream)
    expect(await (await files.download('docs/ünï.txt')).text()).toBe('hello')
    expect(await (await files.download('s.txt')).text()).toBe('streamed')
    const { entries } = await files.list({ path: 'docs' })
    expect(entries).toMatchObject([{ name: 'ünï.txt', size: 5, modified: 1_700_000_000_000 }])
    await client.mimei.backup({ mid })
    const open = await fetch(files.url('docs/ünï.txt', 1))
    expect(await open.text()).toBe('hello')
    await expect(files.download('none')).rejects.toMatchObject({ code: 'PATH_UNKNOWN' })
    const guest = await join()
    const denied = guest.files(mid).upload('x', 'x')
    await expect(denied).rejects.toMatchObject({ kind: 'denied' })
    guest.close()
    client.close()
  })

  it('hears events, also after the node was gone', async () => {
    const client = await join()
    const writer = await join()
    await client.login('ada', 'correct horse')
    await writer.login('ada', 'correct horse')
    const { mid } = await client.mimei.create({ mark: 'live', kind: 'database' })
    const all = hearing()
    const one = hearing()
    const stop = client.on(undefined, all.listener)
    client.on([mid], one.listener)
    // Calls are carried out in order of arrival: the subscriptions stand when this is answered.
    await client.node.id()
    await writer.db(mid).set({ key: 'a', value: 1 })
    expect(await one.next('changed')).toMatchObject({ mid })
    expect(await all.next('changed')).toMatchObject({ mid })
    stop()

    const states: string[] = []
    const { port } = server
    const back = new Promise<void>((resolve) => {
      client.onState((state) => {
        states.push(state)
        if (state === 'open') resolve()
      })
    })
    await server.close()
    // What is asked while the node is away waits for it.
    const waiting = client.node.id()
    server = await serve(port)
    await back
    expect((await waiting).id).toBe(node.id)
    await writer.db(mid).set({ key: 'a', value: 2 })
    expect(await one.next('changed')).toMatchObject({ mid })
    expect(states).toEqual(['connecting', 'open'])
    client.close()
    writer.close()
  })

  it('gives up on a call that gets no answer in its time', async () => {
    const client = await join()
    const slow = client.call(
      'session.login',
      { name: 'ada', password: 'correct horse' },
      { timeout: 1 },
    )
    await expect(slow).rejects.toMatchObject({ code: 'CALL_TIMED_OUT' })
    client.close()
  })
})

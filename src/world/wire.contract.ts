/** What every Wire does, whichever world it belongs to. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { BadInput, fromText, toText } from '#base'
import type { Channel, Peer, RecordRules, Wire } from './wire.js'

/** Three nodes of one network that do not know each other yet. */
export interface WireParty {
  readonly wires: readonly [Wire, Wire, Wire]
  close(): Promise<void>
}

export type OpenParty = (records: Readonly<Record<string, RecordRules>>) => Promise<WireParty>

/** Records are numbers as text; the highest is the best. */
const numbers: RecordRules = {
  validate: (_key, record) => {
    if (!/^\d+$/.test(toText(record))) throw new BadInput('this is no number', 'use digits')
  },
  select: (_key, records) => {
    const values = records.map((record) => Number(toText(record)))
    return values.indexOf(Math.max(...values))
  },
}

const eventually = <Result>(check: () => Result | Promise<Result>): Promise<Result> =>
  vi.waitFor(check, { timeout: 10_000, interval: 20 })

async function collect(channel: Channel): Promise<Uint8Array[]> {
  const messages: Uint8Array[] = []
  for await (const message of channel.messages()) messages.push(message)
  return messages
}

const echo = async (channel: Channel): Promise<void> => {
  for await (const message of channel.messages()) await channel.send(message)
}

const addressOf = (wire: Wire): string => wire.self().addresses[0]

export function wireContract(name: string, openParty: OpenParty): void {
  describe(`${name}: a wire`, { timeout: 30_000 }, () => {
    let party: WireParty
    let a: Wire
    let b: Wire
    let c: Wire
    beforeAll(async () => {
      party = await openParty({ numbers })
      ;[a, b, c] = party.wires
    })
    afterAll(() => party.close())

    it('dials an address and both sides see each other', async () => {
      const seen: [string, string][] = []
      const stop = b.onPeer((peer, state) => seen.push([peer.name, state]))
      const peer = await a.dial(addressOf(b))
      expect(peer.name).toBe(b.self().name)
      expect(peer.publicKey).toEqual(b.self().publicKey)
      await eventually(() => {
        expect(seen).toEqual([[a.self().name, 'here']])
        expect(b.peers().map((one) => one.name)).toEqual([a.self().name])
        expect(a.peers().map((one) => one.name)).toEqual([b.self().name])
      })
      stop()
    })

    it('says clearly that nobody answers', async () => {
      await expect(a.dial(addressOf(b).replace(/\d+/g, '1'))).rejects.toMatchObject({
        code: 'PEER_UNREACHABLE',
      })
      await expect(a.dial('/nonsense')).rejects.toMatchObject({ code: 'PEER_UNREACHABLE' })
      await expect(a.open(b.self(), '/nobody/speaks/this')).rejects.toMatchObject({
        code: 'PEER_UNREACHABLE',
      })
    })

    it('carries messages of all sizes in order, both ways', async () => {
      const stop = b.accept('/test/echo/1', echo)
      const sizes = [1, 3, 4, 100, 32_767, 32_769, 70_000, 1_000_000, 4 * 1024 * 1024]
      const sent = sizes.map((size, i) => new Uint8Array(size).fill(i + 1))
      const channel = await eventually(() => a.open(b.self(), '/test/echo/1'))
      expect(channel.peer.name).toBe(b.self().name)
      const received = channel.messages()
      for (const message of sent) {
        await channel.send(message)
        const { value } = (await received.next()) as { value: Uint8Array }
        expect(Buffer.compare(value, message)).toBe(0)
      }
      await channel.close()
      stop()
    })

    it('joins the parts of a message', async () => {
      const stop = b.accept('/test/echo/4', echo)
      const channel = await eventually(() => a.open(b.self(), '/test/echo/4'))
      const received = channel.messages()
      for (const sizes of [[1, 0, 2], [0, 70_000, 3, 500_000], [40_000]]) {
        const parts = sizes.map((size, i) => new Uint8Array(size).fill(i + 1))
        await channel.send(parts)
        const { value } = (await received.next()) as { value: Uint8Array }
        expect(Buffer.compare(value, Buffer.concat(parts))).toBe(0)
      }
      await channel.close()
      stop()
    })

    it('refuses a message that is too long, and goes on', async () => {
      const stop = b.accept('/test/echo/2', echo)
      const channel = await eventually(() => a.open(b.self().name, '/test/echo/2'))
      await expect(channel.send(new Uint8Array(4 * 1024 * 1024 + 1))).rejects.toMatchObject({
        code: 'MESSAGE_TOO_LONG',
      })
      await channel.send(fromText('short'))
      const { value } = await channel.messages().next()
      expect(toText(value as Uint8Array)).toBe('short')
      await channel.close()
      stop()
    })

    it('tells the other side that a channel was closed, after all that was sent', async () => {
      const received = new Promise<Uint8Array[]>((resolve) => {
        b.accept('/test/close/1', async (channel) => resolve(await collect(channel)))
      })
      const channel = await eventually(() => a.open(b.self(), '/test/close/1'))
      for (let i = 0; i < 20; i++) await channel.send(Uint8Array.of(i))
      await channel.close()
      expect((await received).map(([byte]) => byte)).toEqual(
        Array.from({ length: 20 }, (_, i) => i),
      )
      await expect(channel.send(Uint8Array.of(1))).rejects.toMatchObject({ code: 'WIRE_CLOSED' })
      expect(await collect(channel)).toEqual([])
    })

    it('holds a sender while the reader does not read, and loses nothing', async () => {
      let start = (): void => undefined
      const started = new Promise<void>((resolve) => (start = resolve))
      const received = new Promise<number>((resolve) => {
        b.accept('/test/slow/1', async (channel) => {
          await started
          let bytes = 0
          for await (const message of channel.messages()) bytes += message.length
          resolve(bytes)
        })
      })
      const channel = await eventually(() => a.open(b.self(), '/test/slow/1'))
      const count = 64
      let sent = 0
      const sending = (async () => {
        for (; sent < count; sent++) await channel.send(new Uint8Array(1024 * 1024))
        await channel.close()
      })()
      await new Promise((resolve) => setTimeout(resolve, 300))
      expect(sent).toBeLessThan(count)
      start()
      await sending
      expect(await received).toBe(count * 1024 * 1024)
    })

    it('keeps many channels apart', async () => {
      const stop = b.accept('/test/echo/3', echo)
      await eventually(() => a.open(b.self(), '/test/echo/3'))
      const answers = await Promise.all(
        Array.from({ length: 20 }, async (_, i) => {
          const channel = await a.open(b.self(), '/test/echo/3')
          await channel.send(Uint8Array.of(i))
          const { value } = await channel.messages().next()
          await channel.close()
          return (value as Uint8Array)[0]
        }),
      )
      expect(answers).toEqual(Array.from({ length: 20 }, (_, i) => i))
      stop()
    })

    it('reaches all who listen to a topic, and nobody else', async () => {
      await b.dial(addressOf(c))
      const heard: string[] = []
      const stops = [b, c].map((wire, i) =>
        wire.listen('topic/1', (message, from) => {
          heard.push(`${i} ${toText(message)} ${from === a.self().name}`)
        }),
      )
      a.listen('topic/2', () => heard.push('wrong topic'))
      await eventually(async () => {
        await a.announce('topic/1', fromText('news'))
        expect(heard).toEqual(expect.arrayContaining(['0 news true', '1 news true']))
      })
      expect(heard).not.toContain('wrong topic')
      await expect(a.announce('topic/1', new Uint8Array(65_537))).rejects.toMatchObject({
        code: 'MESSAGE_TOO_LONG',
      })
      for (const stop of stops) stop()
    })

    it('keeps records, checks them, and answers the best', async () => {
      const key = fromText('a key/with a slash')
      expect(await c.getRecord('numbers', key)).toBeUndefined()
      await expect(a.putRecord('numbers', key, fromText('none'))).rejects.toBeInstanceOf(BadInput)
      await eventually(async () => {
        await a.putRecord('numbers', key, fromText('7'))
        expect(toText((await c.getRecord('numbers', key)) ?? fromText('nothing'))).toBe('7')
      })
      await c.putRecord('numbers', key, fromText('12'))
      await b.putRecord('numbers', key, fromText('9'))
      for (const wire of [a, b, c]) {
        expect(toText((await wire.getRecord('numbers', key)) ?? fromText('nothing'))).toBe('12')
      }
    })

    it('finds providers', async () => {
      const key = fromText('what is provided')
      expect(await c.findProviders(key, 10)).toEqual([])
      await eventually(async () => {
        await a.provide(key)
        await b.provide(key)
        const names = (await c.findProviders(key, 10)).map((peer: Peer) => peer.name)
        expect(names.sort()).toEqual([a.self().name, b.self().name].sort())
      })
      expect((await a.findProviders(key, 10)).map((peer) => peer.name)).toContain(a.self().name)
      expect(await c.findProviders(key, 1)).toHaveLength(1)
      await a.unprovide(key)
    })

    it('tells of a peer that leaves, and breaks its channels', async () => {
      c.accept('/test/hold/1', async (channel) => void (await collect(channel).catch(() => [])))
      const gone = new Promise<string>((resolve) => {
        b.onPeer((peer, state) => state === 'gone' && resolve(peer.name))
      })
      const channel = await eventually(() => b.open(c.self(), '/test/hold/1'))
      const left = c.self().name
      await c.close()
      expect(await gone).toBe(left)
      await collect(channel).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'WIRE_CLOSED' })
      })
      await expect(channel.send(Uint8Array.of(1))).rejects.toMatchObject({ code: 'WIRE_CLOSED' })
    })

    it('answers every call with the same error once closed', async () => {
      await c.close()
      const closed = { code: 'WIRE_CLOSED' }
      await expect(c.dial(addressOf(a))).rejects.toMatchObject(closed)
      await expect(c.open(a.self(), '/test/echo/1')).rejects.toMatchObject(closed)
      await expect(c.announce('topic', Uint8Array.of(1))).rejects.toMatchObject(closed)
      await expect(c.putRecord('numbers', fromText('k'), fromText('1'))).rejects.toMatchObject(
        closed,
      )
      await expect(c.getRecord('numbers', fromText('k'))).rejects.toMatchObject(closed)
      await expect(c.provide(fromText('k'))).rejects.toMatchObject(closed)
      await expect(c.findProviders(fromText('k'), 1)).rejects.toMatchObject(closed)
      expect(() => c.listen('topic', () => undefined)).toThrow()
    })
  })

  describe(`${name}: a wire with nobody else`, { timeout: 30_000 }, () => {
    it('stores and finds its own records and providers', async () => {
      const { wires, close } = await openParty({ numbers })
      const [alone] = wires
      const key = fromText('mine')
      await alone.putRecord('numbers', key, fromText('3'))
      expect(toText((await alone.getRecord('numbers', key)) ?? fromText('nothing'))).toBe('3')
      await alone.provide(key)
      const found = await alone.findProviders(key, 5)
      expect(found.map((peer) => peer.name)).toEqual([alone.self().name])
      await alone.announce('topic', fromText('into the wind'))
      await close()
    })
  })
}

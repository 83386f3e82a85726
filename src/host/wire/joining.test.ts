import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { fromText, toText } from '#base'
import { memoryLog, type RecordRules, type Wire } from '#world'
import { keyFromSeed } from '#identity'
import { openWire, type OpenWireOptions } from './open.js'

const eventually = <Result>(check: () => Result | Promise<Result>): Promise<Result> =>
  vi.waitFor(check, { timeout: 15_000, interval: 50 })

/** Records are numbers as text; the highest is the best. */
const numbers: RecordRules = {
  validate: () => undefined,
  select: (_key, records) => {
    const values = records.map((record) => Number(toText(record)))
    return values.indexOf(Math.max(...values))
  },
}

describe('a node that joins the network', { timeout: 30_000 }, () => {
  const wires: Wire[] = []
  const join = async (options: Partial<OpenWireOptions> = {}): Promise<Wire> => {
    const wire = await openWire({
      seed: randomBytes(32),
      listen: ['/ip4/127.0.0.1/tcp/0'],
      mdns: false,
      records: { numbers },
      log: memoryLog(),
      ...options,
    })
    wires.push(wire)
    return wire
  }
  afterEach(async () => {
    await Promise.all(wires.splice(0).map((wire) => wire.close()))
  })

  it('has the name and the public key that its seed makes', async () => {
    const seed = randomBytes(32)
    const first = await join({ seed })
    const { name, publicKey, addresses } = first.self()
    expect(Buffer.from(publicKey)).toEqual(Buffer.from(keyFromSeed(seed).publicKey))
    expect(addresses[0]).toMatch(/^\/ip4\/127\.0\.0\.1\/tcp\/[1-9]\d*\/p2p\/12D3KooW/)
    await first.close()
    expect((await join({ seed })).self().name).toBe(name)
  })

  it('meets its bootstrap nodes, named or not, and again after they return', async () => {
    const seed = randomBytes(32)
    const host = await join({ seed })
    const [address] = host.self().addresses
    const [listen] = address.split('/p2p/')
    const one = await join({ bootstrap: [address] })
    const two = await join({ bootstrap: [listen] })
    for (const wire of [one, two]) {
      await eventually(() =>
        expect(wire.peers().map(({ name }) => name)).toContain(host.self().name),
      )
    }
    await host.close()
    await eventually(() =>
      expect(one.peers().map(({ name }) => name)).not.toContain(host.self().name),
    )
    const back = await join({ seed, listen: [listen] })
    for (const wire of [one, two]) {
      await eventually(() =>
        expect(wire.peers().map(({ name }) => name)).toContain(back.self().name),
      )
    }
  })

  it('keeps trying a bootstrap node that is not there yet', async () => {
    const first = await join()
    const [listen] = first.self().addresses[0].split('/p2p/')
    await first.close()
    const early = await join({ bootstrap: [listen] })
    expect(early.peers()).toEqual([])
    const late = await join({ listen: [listen] })
    await eventually(() =>
      expect(early.peers().map(({ name }) => name)).toEqual([late.self().name]),
    )
  })

  it('says that an address is taken', async () => {
    const first = await join()
    const [listen] = first.self().addresses[0].split('/p2p/')
    await expect(join({ listen: [listen] })).rejects.toMatchObject({ code: 'LISTEN_FAILED' })
  })

  it('takes nothing for an address that is none', async () => {
    for (const address of ['127.0.0.1:4801', 'http://localhost', '/ip4/nowhere/tcp/1', '']) {
      await expect(join({ bootstrap: [address] })).rejects.toMatchObject({ code: 'BAD_INPUT' })
      await expect(join({ listen: [address] })).rejects.toMatchObject({ code: 'BAD_INPUT' })
    }
  })

  it('gets to know the peers of its peers', async () => {
    const [a, b, c] = [await join(), await join(), await join()]
    await a.dial(b.self().addresses[0])
    await c.dial(b.self().addresses[0])
    const channel = new Promise<string>((resolve) => {
      c.accept('/test/far/1', async ({ peer }) => resolve(peer.name))
    })
    await eventually(() => a.open(c.self().name, '/test/far/1'))
    expect(await channel).toBe(a.self().name)
  })

  it('does not let an old record replace a newer one, whoever sends it', async () => {
    const [a, b] = [await join(), await join()]
    await a.dial(b.self().addresses[0])
    const key = fromText('k')
    await eventually(async () => {
      await a.putRecord('numbers', key, fromText('5'))
      expect(toText((await b.getRecord('numbers', key)) ?? fromText(''))).toBe('5')
    })
    await b.putRecord('numbers', key, fromText('3'))
    await a.close()
    expect(toText((await b.getRecord('numbers', key)) ?? fromText(''))).toBe('5')
  })

  it('leaves, though channels are open on both sides', async () => {
    const [a, b] = [await join(), await join()]
    b.accept('/test/open/1', async (channel) => {
      for await (const message of channel.messages()) await channel.send(message)
    })
    const { name } = await a.dial(b.self().addresses[0])
    const channels = await Promise.all(
      [1, 2, 3].map(() => eventually(() => a.open(name, '/test/open/1'))),
    )
    for (const channel of channels) await channel.send(new Uint8Array(100_000))
    await Promise.all([a.close(), b.close()])
    for (const channel of channels) {
      await expect(channel.send(new Uint8Array(1))).rejects.toMatchObject({ code: 'WIRE_CLOSED' })
    }
  })
})

import { expect, it } from 'vitest'
import { wireContract } from '../wire.contract.js'
import { handClock } from './clock.js'
import { memoryNetwork } from './wire.js'

wireContract('memory', async (records) => {
  const network = memoryNetwork()
  const wires = [1, 2, 3].map(() => network.join({ records }))
  return {
    wires: [wires[0], wires[1], wires[2]],
    close: async () => void (await Promise.all(wires.map((wire) => wire.close()))),
  }
})

it('breaks channels at a cut and refuses to dial until it is healed', async () => {
  const network = memoryNetwork()
  const [a, b] = [network.join({ records: {} }), network.join({ records: {} })]
  b.accept('/test', async () => undefined)
  const channel = await a.open(b.self(), '/test')
  network.cut(a, b)
  await expect(channel.messages().next()).rejects.toMatchObject({ code: 'WIRE_CLOSED' })
  await expect(a.dial(b.self().addresses[0])).rejects.toMatchObject({ code: 'PEER_UNREACHABLE' })
  expect(a.peers()).toEqual([])
  network.heal(a, b)
  expect((await a.dial(b.self().addresses[0])).name).toBe(b.self().name)
})

it('takes its time by the clock', async () => {
  const clock = handClock()
  const network = memoryNetwork({ clock, delayMillis: 50 })
  const [a, b] = [network.join({ records: {} }), network.join({ records: {} })]
  const heard: number[] = []
  b.listen('topic', (message) => heard.push(message[0]))
  await a.dial(b.self().addresses[0])
  await a.announce('topic', Uint8Array.of(1))
  clock.advance(49)
  expect(heard).toEqual([])
  clock.advance(1)
  expect(heard).toEqual([1])
})

it('loses announcements when told to', async () => {
  const network = memoryNetwork()
  const [a, b] = [network.join({ records: {} }), network.join({ records: {} })]
  const heard: number[] = []
  b.listen('topic', (message) => heard.push(message[0]))
  await a.dial(b.self().addresses[0])
  network.lose(1)
  await a.announce('topic', Uint8Array.of(1))
  network.lose(0)
  await a.announce('topic', Uint8Array.of(2))
  await Promise.resolve()
  expect(heard).toEqual([2])
})

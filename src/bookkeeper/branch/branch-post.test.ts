import { describe, expect, it } from 'vitest'
import { type Prefix, toPrefix } from '#ledger'
import { Network } from './network.contract.js'

const committed = 3

/** Whether a member says that the transfer is done. */
const isDone = (network: Network, id: Uint8Array, prefix: Prefix): boolean =>
  network.ask(id, prefix)?.state === committed

describe('a single branch', () => {
  it('finalizes a transfer and has it in a pulse', async () => {
    const network = new Network({ branches: [''] })
    await network.start()
    network.run(1000)
    const [anna, ben] = network.owners
    const id = network.submit(network.transfer(anna, ben, 5n))
    expect(network.runUntil(() => isDone(network, id, toPrefix('')), 10_000)).toBe(true)
    const [first] = network.members('')
    expect(network.told(first, 'accepted')).toHaveLength(1)
    expect(network.told(first, 'included')).toHaveLength(1)
  })
})

describe('two branches', () => {
  it('commit a transfer from one to the other', async () => {
    const network = new Network({ branches: ['0', '1'], keepers: 3 })
    await network.start()
    network.run(1000)
    const [anna] = network.ownersIn('0')
    const [ben] = network.ownersIn('1')
    const id = network.submit(network.transfer(anna, ben, 5n))
    const zero = toPrefix('0')
    expect(network.runUntil(() => isDone(network, id, zero), 10_000)).toBe(true)
  })
})

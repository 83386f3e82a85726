import { describe, expect, it } from 'vitest'
import { accountOf, entryStates, orderKinds, type Prefix, toPrefix } from '#ledger'
import { Network, nodeKey, ownerKey } from './network.contract.js'

const [zero, one] = [toPrefix('0'), toPrefix('1')]
const [debited, committed] = [2, 3]

/** Whether a member says that the transfer is done. */
const isDone = (network: Network, id: Uint8Array, prefix: Prefix, seat = 0): boolean =>
  network.ask(id, prefix, seat)?.state === committed

async function twoBranches(options: Partial<ConstructorParameters<typeof Network>[0]> = {}) {
  const network = new Network({ branches: ['0', '1'], ...options })
  await network.start()
  network.run(1000)
  const [anna, alan] = network.ownersIn('0')
  const [ben, bert] = network.ownersIn('1')
  return { network, anna, alan, ben, bert }
}

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

  it('says nothing while it is idle but a status now and then', async () => {
    const network = new Network({ branches: [''] })
    await network.start()
    network.run(60_000)
    const before = network.sent
    network.run(60_000)
    expect(network.sent - before).toBeLessThan(400)
  })
})

describe('two branches', () => {
  it('commit transfers from one to the other, marked by keepers', async () => {
    const { network, anna, ben } = await twoBranches({ keepers: 3 })
    const ids = [5n, 6n, 7n].map((amount) => network.submit(network.transfer(anna, ben, amount)))
    const all = () => ids.every((id) => isDone(network, id, zero))
    expect(network.runUntil(all, 10_000)).toBe(true)
    const back = network.submit(network.transfer(ben, anna, 1018n))
    expect(network.runUntil(() => isDone(network, back, one), 10_000)).toBe(true)
  })

  it('give back what an unknown payee was sent', async () => {
    const { network, anna, alan } = await twoBranches()
    const nobody = Array.from({ length: 100 }, (_, i) => ownerKey(5000 + i)).find(
      (key) => accountOf(key.publicKey)[0] >= 128,
    )
    if (nobody === undefined) throw new Error('no key lies in the second branch')
    const id = network.submit(network.transfer(anna, nobody, 1000n))
    expect(network.runUntil(() => isDone(network, id, zero), 10_000)).toBe(true)
    network.run(5000)
    const again = network.submit(network.transfer(anna, alan, 1000n))
    expect(network.runUntil(() => isDone(network, again, zero), 10_000)).toBe(true)
  })

  it('hold what a frozen payee is sent until he is thawed', async () => {
    const { network, anna, ben, bert } = await twoBranches()
    const { publicKey } = ben
    network.submitOrder(network.order({ kind: orderKinds.freeze, publicKey, number: 1 }))
    network.run(3000)
    const id = network.submit(network.transfer(anna, ben, 500n))
    expect(network.runUntil(() => isDone(network, id, zero), 10_000)).toBe(true)
    const refused = network.submit(network.transfer(ben, bert, 1n, { nonce: 1n }))
    network.run(1000)
    expect(network.ask(refused, one)?.state).toBe(4)
    network.submitOrder(network.order({ kind: orderKinds.thaw, publicKey, number: 2 }))
    network.run(3000)
    const all = network.submit(network.transfer(ben, bert, 1500n, { nonce: 1n }))
    expect(network.runUntil(() => isDone(network, all, one), 10_000)).toBe(true)
  })

  it('take a transfer once, however often and wherever it is submitted', async () => {
    const { network, anna, alan } = await twoBranches()
    const transfer = network.transfer(anna, alan, 600n)
    const id = network.submit(transfer, 0)
    for (const seat of [0, 1, 2, 3]) network.submit(transfer, seat)
    expect(network.runUntil(() => isDone(network, id, zero), 10_000)).toBe(true)
    const before = network.answers.length
    network.submit(transfer, 2)
    network.run(2000)
    expect(network.answers.slice(before)).toMatchObject([{ kind: 'answer', state: committed }])
    for (const name of network.members('0')) {
      expect(network.told(name, 'accepted')).toHaveLength(1)
    }
  })

  it('go on past a silent leader', async () => {
    const { network, anna, ben } = await twoBranches()
    network.node(network.members('0')[1]).isSilent = true
    network.node(network.members('1')[2]).isSilent = true
    for (let i = 0; i < 6; i++) {
      const id = network.submit(network.transfer(anna, ben, 5n))
      expect(network.runUntil(() => isDone(network, id, zero), 20_000)).toBe(true)
    }
  })
})

describe('after a restart', () => {
  it('of one member everything goes on', async () => {
    const { network, anna, ben } = await twoBranches()
    const first = network.submit(network.transfer(anna, ben, 5n))
    expect(network.runUntil(() => isDone(network, first, zero), 10_000)).toBe(true)
    const [name] = network.members('0')
    network.stopNode(name)
    const second = network.submit(network.transfer(anna, ben, 5n), 1)
    expect(network.runUntil(() => isDone(network, second, zero, 1), 20_000)).toBe(true)
    await network.startNode(name)
    expect(network.runUntil(() => isDone(network, second, zero, 0), 20_000)).toBe(true)
  })

  it('of all, everything goes on', async () => {
    const { network, anna, ben } = await twoBranches({ keepers: 3 })
    const first = network.submit(network.transfer(anna, ben, 5n))
    expect(network.runUntil(() => isDone(network, first, zero), 10_000)).toBe(true)
    const second = network.submit(network.transfer(anna, ben, 5n))
    network.run(300)
    const names = [...network.nodes.keys()]
    for (const name of names) network.stopNode(name)
    network.run(5000)
    for (const name of names) await network.startNode(name)
    expect(network.runUntil(() => isDone(network, second, zero), 20_000)).toBe(true)
    const third = network.submit(network.transfer(anna, ben, 5n))
    expect(network.runUntil(() => isDone(network, third, zero), 20_000)).toBe(true)
  })

  it('without its disk a member learns from the others', async () => {
    const { network, anna, ben } = await twoBranches({ rules: { publicity: 3 } })
    for (let i = 0; i < 8; i++) {
      const id = network.submit(network.transfer(anna, ben, 5n))
      expect(network.runUntil(() => isDone(network, id, zero), 10_000)).toBe(true)
    }
    const [name] = network.members('0')
    network.stopNode(name)
    network.loseDisk(name)
    await network.startNode(name)
    const id = network.submit(network.transfer(anna, ben, 5n), 1)
    const knows = () => (network.ask(id, zero, 0)?.state ?? 0) >= debited
    expect(network.runUntil(knows, 30_000)).toBe(true)
  })
})

describe('when all bookkeepers of a branch have lost their disks', () => {
  async function lost(options: Partial<ConstructorParameters<typeof Network>[0]>) {
    const made = await twoBranches(options)
    const { network, anna, ben } = made
    for (let i = 0; i < 4; i++) {
      const id = network.submit(network.transfer(anna, ben, 5n))
      expect(network.runUntil(() => isDone(network, id, zero), 10_000)).toBe(true)
    }
    for (const name of network.members('0')) {
      network.stopNode(name)
      network.loseDisk(name)
    }
    for (const name of network.members('0')) await network.startNode(name)
    return made
  }

  it('the branch comes back from its keepers', async () => {
    const { network, anna, ben } = await lost({ keepers: 3 })
    network.run(40_000)
    const id = network.submit(network.transfer(anna, ben, 5n))
    expect(network.runUntil(() => isDone(network, id, zero), 40_000)).toBe(true)
  })

  it('and no keeper is left, it says what is missing and asks on', async () => {
    const { network } = await lost({ keepers: 0 })
    network.run(60_000)
    const [name] = network.members('0')
    expect(network.told(name, 'finalized').length).toBeLessThanOrEqual(8)
  })
})

describe('at the end of a cycle', () => {
  const branches = (network: Network): readonly string[] =>
    network
      .pulseTable()
      .table.filter(({ state }) => state !== entryStates.retired)
      .map(({ prefix, state }) => (state === entryStates.open ? prefix : `${prefix} ${state}`))

  /** Keeps pulses coming, and waits until branches are these. */
  function trade(network: Network, until: readonly string[], most = 60): Uint8Array[] {
    const ids: Uint8Array[] = []
    for (let i = 0; i < most && branches(network).join() !== until.join(); i++) {
      const [payer, payee] = [network.owners[i % 10], network.owners[10 + (i % 10)]]
      ids.push(network.submit(network.transfer(payer, payee, 1n), i % 4))
      network.run(1000)
    }
    return ids
  }

  it('a large branch splits, and money goes on between the halves', async () => {
    const rules = { cycle: 4, splitAbove: 16, mergeBelow: 4 }
    const network = new Network({ branches: [''], seated: ['', '0', '1'], rules, keepers: 3 })
    await network.start()
    network.run(1000)
    trade(network, ['0', '1'])
    expect(branches(network)).toEqual(['0', '1'])
    const [anna] = network.ownersIn('0')
    const [ben] = network.ownersIn('1')
    network.run(5000)
    const id = network.submit(network.transfer(anna, ben, 5n))
    expect(network.runUntil(() => isDone(network, id, zero), 20_000)).toBe(true)
  })

  it('two small branches become one, with what was on its way', async () => {
    const rules = { cycle: 4, splitAbove: 64, mergeBelow: 32 }
    const network = new Network({ branches: ['0', '1'], seated: ['0', '1', ''], rules })
    await network.start()
    network.run(1000)
    trade(network, [''])
    expect(branches(network)).toEqual([''])
    network.run(5000)
    const [anna, ben] = [network.owners[15], network.owners[5]]
    const whole = toPrefix('')
    const id = network.submit(network.transfer(anna, ben, 1000n))
    expect(network.runUntil(() => isDone(network, id, whole), 20_000)).toBe(true)
    const names = [...network.nodes.keys()]
    for (const name of names) network.stopNode(name)
    for (const name of names) await network.startNode(name)
    const next = network.submit(network.transfer(ben, anna, 1900n))
    expect(network.runUntil(() => isDone(network, next, whole), 20_000)).toBe(true)
  })
})

it('names nodes and owners apart', () => {
  expect(nodeKey(1).id).not.toBe(ownerKey(1).id)
})

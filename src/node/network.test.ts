/** Two nodes and the flow between them, through calls. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ApiEvent } from '#api'
import { fromText, type Id, toText } from '#base'
import { rightWords } from '#rights'
import { handClock, type HandClock, memoryNetwork, seededRandom } from '#world'
import { type Ask, guest, localGuest, makeScene, password, type Scene } from './scene.contract.js'

let clock: HandClock
let hands: NodeJS.Timeout
let a: Scene
let b: Scene
let onA: Ask
let onB: Ask

beforeEach(async () => {
  clock = handClock()
  // The patience of the network passes by itself, ten times as fast.
  hands = setInterval(() => clock.advance(50), 5)
  const network = memoryNetwork({ random: seededRandom(7) })
  a = await makeScene({ seed: 1, clock, network })
  b = await makeScene({ seed: 2, clock, network })
  onA = a.as(await a.claim())
  onB = b.as(await b.claim())
  const [address] = (await onB('node.status')).addresses
  await onA('node.connect', { address })
})
afterEach(async () => {
  clearInterval(hands)
  await a.node.close()
  await b.node.close()
})

const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('a published unit', () => {
  it('is the same on the node that provides it, and follows live', async () => {
    const { mid } = await onA('mimei.create', { mark: 'site', kind: 'file' })
    await onA('files.write', { mid, path: 'a.txt', bytes: fromText('one') })
    await onA('mimei.backup', { mid })
    await onA('mimei.publish', { mid })
    expect(await onA('mimei.show', { mid })).toMatchObject({ published: true })
    expect(await onB('mimei.provide', { mid })).toEqual({ mid, version: 1 })
    expect(await onB('mimei.show', { mid })).toMatchObject({ providing: true, mine: false })
    const heard: ApiEvent[] = []
    b.node.subscribe(guest, [mid], (event) => heard.push(event))
    await onA('files.write', { mid, path: 'a.txt', bytes: fromText('two') })
    await onA('mimei.backup', { mid })
    await onA('mimei.publish', { mid })
    await until(async () => (await onB('mimei.show', { mid })).version === 2)
    const { bytes } = await b.as(guest)('files.read', { mid, path: 'a.txt', version: 'last' })
    expect(toText(bytes)).toBe('two')
    await until(() => heard.some((event) => event.type === 'head'))
    expect(heard).toContainEqual({ type: 'head', mid, version: 2 })
    const { providers } = await onA('mimei.providers', { mid })
    expect(providers.map(({ id, version }) => [id, version]).sort()).toEqual(
      [
        [a.key.id, 2],
        [b.key.id, 2],
      ].sort(),
    )
  })

  it('that is closed again is told of no longer', async () => {
    const { mid } = await onA('mimei.create', { mark: 'm', kind: 'database' })
    await onA('db.set', { mid, key: 'a', value: 1 })
    await onA('mimei.backup', { mid })
    await onA('mimei.publish', { mid })
    await onA('mimei.right', { mid, right: rightWords.closed })
    expect(await onA('mimei.show', { mid })).toMatchObject({ published: false })
    await expect(onA('mimei.publish', { mid })).rejects.toMatchObject({ code: 'NOT_PUBLIC' })
  })
})

describe('a peer', () => {
  it('that comes is told of to people with an account here, and to nobody else', async () => {
    const network = memoryNetwork({ random: seededRandom(8) })
    const here = await makeScene({ seed: 4, clock, network })
    const there = await makeScene({ seed: 5, clock, network })
    const owner = await here.claim()
    const heard: Record<'owner' | 'guest' | 'one', ApiEvent[]> = { owner: [], guest: [], one: [] }
    const { mid } = await here.as(owner)('mimei.create', { mark: 'm', kind: 'file' })
    const asOwner = { ...guest, sid: owner }
    here.node.subscribe(asOwner, undefined, (event) => heard.owner.push(event))
    here.node.subscribe(asOwner, [mid], (event) => heard.one.push(event))
    here.node.subscribe(guest, undefined, (event) => heard.guest.push(event))
    const [address] = (await there.as(await there.claim())('node.status')).addresses
    await here.as(owner)('node.connect', { address })
    await until(() => heard.owner.length > 0)
    expect(heard).toEqual({
      owner: [{ type: 'peer', id: there.key.id, state: 'here' }],
      guest: [],
      one: [],
    })
    await here.node.close()
    await there.node.close()
  })
})

describe('a closed unit', () => {
  const makeClosed = async (): Promise<Id> => {
    const closed = { mark: 'diary', kind: 'database', right: rightWords.closed } as const
    const { mid } = await onA('mimei.create', closed)
    await onA('db.set', { mid, key: 'a', value: 'secret' })
    await onA('mimei.backup', { mid })
    return mid as Id
  }
  const from = async () => (await onA('node.status')).peer as string
  const codeOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'fine',
      (error: { code: string }) => error.code,
    )

  it('comes by a passport of its author, to the node that it names', async () => {
    const mid = await makeClosed()
    expect(await codeOf(onB('mimei.sync', { mid, from: await from() }))).toBe('SYNC_REFUSED')
    const words = { certFor: 'sync', bearer: b.key.id, units: [mid] } as const
    const { passport } = await onA('passport.sign', { ...words, units: [mid] })
    const options = { mid, from: await from(), passport }
    expect(await onB('mimei.sync', options)).toMatchObject({ version: 1 })
    // It is as closed there: b's owner holds it for a's.
    expect(await codeOf(onB('db.get', { mid, key: 'a' }))).toBe('RIGHT_MISSING')
  })

  it.each([
    ['for signing in', { certFor: 'self' as const }],
    ['for another bearer', { certFor: 'sync' as const, bearer: 'x'.repeat(27) as Id }],
    ['for other units', { certFor: 'sync' as const, units: ['1'.repeat(27) as Id] }],
    ['for another node', { certFor: 'sync' as const, node: 'x'.repeat(27) as Id }],
  ])('does not come by a passport %s', async (_, words) => {
    const mid = await makeClosed()
    const { passport } = await onA('passport.sign', words)
    expect(await codeOf(onB('mimei.sync', { mid, from: await from(), passport }))).not.toBe('fine')
    await expect(onB('mimei.show', { mid })).rejects.toMatchObject({ code: 'MIMEI_UNKNOWN' })
  })

  it('does not come by a passport of somebody else', async () => {
    const mid = await makeClosed()
    const { passport } = await onB('passport.sign', { certFor: 'sync' })
    const sync = onB('mimei.sync', { mid, from: await from(), passport })
    expect(await codeOf(sync)).toBe('SYNC_REFUSED')
  })

  it('comes to a node that its rights name', async () => {
    const mid = await makeClosed()
    await onA('mimei.right', { mid, entries: [{ key: b.key.id, may: ['read'] }] })
    expect(await onB('mimei.sync', { mid, from: await from() })).toMatchObject({ version: 1 })
  })
})

describe('a node before its network', () => {
  it('answers, and lets calls that need the network wait for it', async () => {
    const scene = await makeScene({ seed: 3, clock, network: 'later' })
    const ask = scene.as(await scene.claim())
    expect(await ask('node.status')).toMatchObject({ network: 'starting', peer: null })
    const waiting = ask('node.peers')
    const wire = memoryNetwork().join({
      records: scene.node.recordRules,
      publicKey: scene.key.publicKey,
    })
    await scene.node.attachWire(wire)
    expect(await waiting).toEqual({ peers: [] })
    expect(await ask('node.status')).toMatchObject({ network: 'on', peer: wire.self().name })
    await scene.node.close()
  })

  it('gives the wait up after some seconds', async () => {
    const scene = await makeScene({ seed: 3, clock, network: 'later' })
    const sid = await scene.claim()
    const wait = scene.as(sid)('node.peers')
    await expect(wait).rejects.toThrow('still starting')
    await expect(scene.as(sid)('node.peers')).rejects.toMatchObject({ code: 'NETWORK_OFF' })
    await scene.node.close()
  })

  it('that will never come is not waited for', async () => {
    const scene = await makeScene({ seed: 3 })
    const { sid } = await scene.as(localGuest)('user.claim', { name: 'Ann', password })
    const call = scene.as(sid)('node.connect', { address: '/memory/1' })
    await expect(call).rejects.toThrow('keeps to itself')
  })

  it('that turns out not to come is waited for no longer', async () => {
    const scene = await makeScene({ seed: 3, clock, network: 'later' })
    const call = scene.as(await scene.claim())('node.peers')
    scene.node.stayAlone()
    await expect(call).rejects.toThrow('keeps to itself')
    await scene.node.close()
  })

  it('is called off when the node closes', async () => {
    const scene = await makeScene({ seed: 3, clock, network: 'later' })
    const call = scene.as(await scene.claim())('node.peers')
    await scene.node.close()
    await expect(call).rejects.toMatchObject({ code: 'NETWORK_OFF' })
  })
})

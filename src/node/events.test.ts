import { describe, expect, it } from 'vitest'
import type { ApiEvent } from '#api'
import { fromText, limits } from '#base'
import { rightWords } from '#rights'
import { guest, makeScene } from './scene.contract.js'

/** Events are delivered after what they tell of; this lets those on their way arrive. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('events', () => {
  it('reach who may see them at that moment', async () => {
    const { node, as, claim } = await makeScene()
    const owner = await claim()
    const ask = as(owner)
    const heard: Record<'owner' | 'guest', ApiEvent[]> = { owner: [], guest: [] }
    node.subscribe({ ...guest, sid: owner }, undefined, (event) => heard.owner.push(event))
    node.subscribe(guest, undefined, (event) => heard.guest.push(event))
    const closed = { mark: 'c', kind: 'file', right: rightWords.closed } as const
    const { mid } = await ask('mimei.create', closed)
    await ask('files.write', { mid, path: 'a.txt', bytes: fromText('a') })
    await ask('mimei.backup', { mid })
    await settled()
    expect(heard.guest).toEqual([])
    expect(heard.owner).toContainEqual({ type: 'created', mid })
    expect(heard.owner).toContainEqual({ type: 'changed', mid, keys: ['a.txt'] })
    expect(heard.owner).toContainEqual({ type: 'version', mid, version: 1 })
    await ask('mimei.right', { mid, right: rightWords.readable })
    await settled()
    expect(heard.guest).toContainEqual({ type: 'rights', mid })
    heard.guest.length = 0
    await ask('files.write', { mid, path: 'b.txt', bytes: fromText('b') })
    await settled()
    // Readable means backed-up versions: what happens in cur is not told.
    expect(heard.guest).toEqual([])
    await ask('mimei.backup', { mid })
    await ask('mimei.release', { mid })
    await ask('mimei.remove', { mid })
    await settled()
    expect(heard.guest).toContainEqual({ type: 'version', mid, version: 2 })
    expect(heard.guest).toContainEqual({ type: 'release', mid, version: 2 })
    expect(heard.guest).toContainEqual({ type: 'removed', mid })
    await node.close()
  })

  it('are of the units named, until it is stopped', async () => {
    const { node, as, claim } = await makeScene()
    const owner = await claim()
    const ask = as(owner)
    const one = await ask('mimei.create', { mark: '1', kind: 'database' })
    const two = await ask('mimei.create', { mark: '2', kind: 'database' })
    const heard: ApiEvent[] = []
    const caller = { ...guest, sid: owner }
    const stop = node.subscribe(caller, [one.mid], (event) => heard.push(event))
    await ask('db.set', { mid: one.mid, key: 'a', value: 1 })
    await ask('db.set', { mid: two.mid, key: 'a', value: 1 })
    await settled()
    expect(heard).toEqual([{ type: 'changed', mid: one.mid, keys: ['string:a'] }])
    stop()
    await ask('db.set', { mid: one.mid, key: 'a', value: 2 })
    await settled()
    expect(heard.length).toBe(1)
  })

  it('of units that one may not see, or that are not there, cannot be asked for', async () => {
    const { node, as, claim } = await makeScene()
    const closed = { mark: 'c', kind: 'file', right: 0 } as const
    const { mid } = await as(await claim())('mimei.create', closed)
    const ask = (mids: string[]) => () => node.subscribe(guest, mids, () => undefined)
    expect(ask([mid])).toThrow('may not list')
    expect(ask(['1'.repeat(27)])).toThrow('there is no unit')
    const expired = { ...guest, sid: 'ab'.repeat(20) }
    expect(() => node.subscribe(expired, [], () => undefined)).toThrow('sign in again')
  })

  it('of closed units end with the session', async () => {
    const { node, as, claim, clock } = await makeScene()
    const owner = await claim()
    const closed = { mark: 'c', kind: 'database', right: 0 } as const
    const { mid } = await as(owner)('mimei.create', closed)
    const heard: ApiEvent[] = []
    node.subscribe({ ...guest, sid: owner }, undefined, (event) => heard.push(event))
    clock.advance(limits.sessionMillis)
    const { sid } = await as(guest)('session.login', {
      name: 'Ann',
      password: 'correct horse battery',
    })
    await as(sid)('db.set', { mid, key: 'a', value: 1 })
    await settled()
    expect(heard).toEqual([])
  })

  it('go on when one listener fails', async () => {
    const { node, as, claim, log } = await makeScene()
    const owner = await claim()
    const heard: ApiEvent[] = []
    node.subscribe({ ...guest, sid: owner }, undefined, () => {
      throw new Error('the socket is gone')
    })
    node.subscribe({ ...guest, sid: owner }, undefined, (event) => heard.push(event))
    const { mid } = await as(owner)('mimei.create', { mark: 'm', kind: 'file' })
    await settled()
    expect(heard).toEqual([{ type: 'created', mid }])
    expect(log.lines.map(({ message }) => message)).toContain('a listener failed')
  })
})

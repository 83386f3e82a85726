/** Every method of the contract, called once as meant and once as not, with its result checked. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MethodName, methods, type Params } from '#api'
import { fromText, toText } from '#base'
import { handClock, memoryNetwork, seededRandom } from '#world'
import { guest, localGuest, makeScene, password, type Scene } from './scene.contract.js'

const clock = handClock()
const network = memoryNetwork({ random: seededRandom(9) })
// Nobody waits for the network's own patience: its time passes by itself.
const hands = setInterval(() => clock.advance(50), 5)
let scene: Scene
let other: Scene
let owner: string
let file: string
let database: string
let app: string
const called = new Set<MethodName>()
const nowhere = '1'.repeat(27)

const ask: ReturnType<Scene['as']> = (name, params, context) => {
  called.add(name)
  return scene.as(owner)(name, params, context)
}
const askAs =
  (who: Parameters<Scene['as']>[0]): typeof ask =>
  (name, params, context) => {
    called.add(name)
    return scene.as(who)(name, params, context)
  }
/** Expects a code. */
const refused = async (code: string, work: Promise<unknown>): Promise<void> => {
  await expect(work).rejects.toMatchObject({ code })
}

beforeAll(async () => {
  scene = await makeScene({ seed: 1, clock, network })
  other = await makeScene({ seed: 2, clock, network })
  owner = (await askAs(localGuest)('user.claim', { name: 'Ann', password })).sid
  file = (await ask('mimei.create', { mark: 'site', kind: 'file' })).mid
  database = (await ask('mimei.create', { mark: 'data', kind: 'database' })).mid
  app = (await ask('mimei.create', { mark: 'drive', kind: 'file', ext: 'app' })).mid
})
afterAll(async () => {
  clearInterval(hands)
  await scene.node.close()
  await other.node.close()
})

describe('node', () => {
  it('node.id', async () => {
    expect(await askAs(guest)('node.id')).toMatchObject({ id: scene.key.id, claimed: true })
  })
  it('node.status', async () => {
    const status = await ask('node.status')
    expect(status).toMatchObject({ network: 'on', units: 3, name: 'test node' })
  })
  it('node.connect, node.peers', async () => {
    const [address] = (
      await other.node.call(
        'node.status',
        {},
        {
          caller: { ...guest, sid: await other.claim() },
        },
      )
    ).addresses
    expect(await ask('node.connect', { address })).toMatchObject({ id: other.key.id })
    expect((await ask('node.peers')).peers.map(({ id }) => id)).toEqual([other.key.id])
    await refused('PEER_UNREACHABLE', ask('node.connect', { address: '/memory/nobody' }))
  })
  it('node.collect, node.doctor', async () => {
    expect(await ask('node.collect', { dryRun: true })).toMatchObject({ freedBlocks: 0 })
    expect(await ask('node.doctor')).toMatchObject({ corrupt: [], problems: [] })
    await refused('OWNER_NEEDED', scene.as(await scene.addUser(owner, 'carl'))('node.collect'))
  })
})

describe('session, user, passport', () => {
  it('user.claim', async () => {
    await refused('NODE_CLAIMED', askAs(localGuest)('user.claim', { name: 'Eve', password }))
  })
  it('user.add, user.list, user.passwd', async () => {
    const bob = await ask('user.add', { name: 'bob', password })
    expect(bob).toMatchObject({ name: 'bob', owner: false })
    await refused('USER_EXISTS', ask('user.add', { name: 'BOB', password }))
    const { users } = await ask('user.list')
    expect(users.map(({ name }) => name)).toContain('bob')
    await ask('user.passwd', { name: 'bob', password, newPassword: 'another password' })
    const change = { name: 'bob', password, newPassword: 'yet another one' }
    await refused('LOGIN_REFUSED', ask('user.passwd', change))
  })
  it('session.login, session.who, session.logout', async () => {
    const { sid } = await askAs(guest)('session.login', { name: 'ann', password })
    expect(sid).toMatch(/^[0-9a-f]{40}$/)
    expect(await askAs(sid)('session.who')).toMatchObject({ name: 'Ann', owner: true, app: null })
    expect(await askAs(guest)('session.who')).toMatchObject({ user: null, owner: false })
    await askAs(sid)('session.logout')
    await refused('SESSION_EXPIRED', askAs(sid)('session.who'))
    await refused('LOGIN_REFUSED', askAs(guest)('session.login', { name: 'ann', password: 'x' }))
  })
  it('passport.sign, session.passport', async () => {
    const { passport, signer } = await ask('passport.sign')
    expect(await askAs(guest)('session.passport', { passport })).toMatchObject({ user: signer })
    await refused('PASSPORT_INVALID', askAs(guest)('session.passport', { passport: 'abc' }))
    await refused('BAD_INPUT', ask('passport.sign', { certFor: 'self', units: [file as never] }))
  })
})

describe('files', () => {
  const bytes = fromText('hello')
  it('files.write, stat, read, append, truncate', async () => {
    const entry = await ask('files.write', { mid: file, path: 'docs/a.txt', bytes })
    expect(entry).toMatchObject({ path: 'docs/a.txt', size: 5, type: 'file' })
    await ask('files.append', { mid: file, path: 'docs/a.txt', bytes: fromText(', world') })
    const read = await ask('files.read', { mid: file, path: 'docs/a.txt', start: 3 })
    expect([toText(read.bytes), read.size]).toEqual(['lo, world', 12])
    const beyond = await ask('files.read', { mid: file, path: 'docs/a.txt', start: 99, end: 5 })
    expect(beyond.bytes.length).toBe(0)
    await ask('files.truncate', { mid: file, path: 'docs/a.txt', size: 5 })
    expect(await ask('files.stat', { mid: file, path: 'docs/a.txt' })).toMatchObject({ size: 5 })
    await refused('PATH_INVALID', ask('files.write', { mid: file, path: '../out', bytes }))
    await refused('PATH_UNKNOWN', ask('files.read', { mid: file, path: 'none' }))
    await refused('PATH_UNKNOWN', ask('files.stat', { mid: file, path: 'none' }))
    await refused('WRONG_KIND', ask('files.append', { mid: database, path: 'a', bytes }))
    await refused('PATH_UNKNOWN', ask('files.truncate', { mid: file, path: 'none', size: 1 }))
  })
  it('files.mkdir, copy, rename, list, remove', async () => {
    await ask('files.mkdir', { mid: file, path: 'img/small' })
    await ask('files.copy', { mid: file, from: 'docs/a.txt', to: 'img/b.txt' })
    await ask('files.rename', { mid: file, from: 'img/b.txt', to: 'img/c.txt' })
    const first = await ask('files.list', { mid: file, path: 'img', limit: 1 })
    expect([first.entries.map(({ name }) => name), first.more]).toEqual([['c.txt'], true])
    const rest = await ask('files.list', { mid: file, path: 'img', after: 'c.txt' })
    expect([rest.entries.map(({ name }) => name), rest.more]).toEqual([['small'], false])
    await refused('DIRECTORY_NOT_EMPTY', ask('files.remove', { mid: file, path: 'img' }))
    await ask('files.remove', { mid: file, path: 'img', recursive: true })
    await refused('PATH_UNKNOWN', ask('files.list', { mid: file, path: 'img' }))
    await refused('PATH_UNKNOWN', ask('files.rename', { mid: file, from: 'x', to: 'y' }))
    await refused('PATH_UNKNOWN', ask('files.copy', { mid: file, from: 'x', to: 'y' }))
    await refused('PATH_INVALID', ask('files.mkdir', { mid: file, path: 'a/../..' }))
  })
})

describe('mimei', () => {
  it('mimei.create', async () => {
    const again = await ask('mimei.create', { mark: 'site', kind: 'file' })
    expect(again).toEqual({ mid: file, kind: 'file', created: false })
    const fresh = await ask('mimei.create', { mark: '{{auto}}', kind: 'database' })
    expect(fresh.created).toBe(true)
    const asNode = await ask('mimei.create', { mark: 'n', kind: 'file', asNode: true })
    expect(await ask('mimei.show', { mid: asNode.mid })).toMatchObject({ author: scene.key.id })
  })
  it('mimei.list, show', async () => {
    const { units } = await ask('mimei.list', { ext: 'app' })
    expect(units.map(({ mid }) => mid)).toEqual([app])
    expect(await ask('mimei.show', { mid: file })).toMatchObject({ version: 0, changed: true })
    await refused('MIMEI_UNKNOWN', ask('mimei.show', { mid: nowhere }))
  })
  it('mimei.backup, log, diff, release, restore', async () => {
    await refused('NOT_BACKED_UP', ask('mimei.publish', { mid: database }))
    const made = await ask('mimei.backup', { mid: file, memo: 'first', tags: { kind: 'text' } })
    expect(made.version).toBe(1)
    expect((await ask('mimei.backup', { mid: file })).version).toBe(1)
    await ask('files.write', { mid: file, path: 'docs/b.txt', bytes: fromText('b') })
    await ask('mimei.backup', { mid: file, memo: 'second' })
    const { versions } = await ask('mimei.log', { mid: file })
    expect(versions.map(({ version, memo, here }) => [version, memo, here])).toEqual([
      [2, 'second', true],
      [1, 'first', true],
    ])
    const { changes } = await ask('mimei.diff', { mid: file, from: 1, to: '2' })
    expect(changes).toContainEqual({ path: 'docs/b.txt', change: 'added' })
    expect(await ask('mimei.release', { mid: file, version: 1 })).toMatchObject({ version: 1 })
    expect(await ask('mimei.restore', { mid: file, version: 'release' })).toEqual({
      mid: file,
      version: 1,
    })
    await refused('VERSION_UNKNOWN', ask('mimei.restore', { mid: file, version: 9 }))
    await refused('VERSION_UNKNOWN', ask('mimei.release', { mid: file, version: 9 }))
    await refused('VERSION_UNKNOWN', ask('mimei.diff', { mid: file, from: 1, to: 9 }))
    await refused('MIMEI_UNKNOWN', ask('mimei.log', { mid: nowhere }))
    await refused('MIMEI_UNKNOWN', ask('mimei.backup', { mid: nowhere }))
  })
  it('mimei.right, setDefaultApp', async () => {
    const { right } = await ask('mimei.right', { mid: file })
    const entries = [{ key: other.key.id, may: ['read' as const] }]
    expect(await ask('mimei.right', { mid: file, entries })).toEqual({ mid: file, right, entries })
    await ask('mimei.setDefaultApp', { mid: file, app: app as never })
    expect(await ask('mimei.show', { mid: file })).toMatchObject({ defaultApp: app, entries })
    await refused('RIGHT_MISSING', askAs(await scene.show(other.key))('mimei.right', { mid: file }))
    await refused('MIMEI_UNKNOWN', ask('mimei.setDefaultApp', { mid: nowhere, app: null }))
  })
  it('mimei.addRef, delRef, refs', async () => {
    expect(await ask('mimei.addRef', { mid: file, ids: [database, app] })).toEqual({ count: 2 })
    expect(await ask('mimei.addRef', { mid: file, ids: [app] })).toEqual({ count: 2 })
    expect(await ask('mimei.delRef', { mid: file, ids: [app] })).toEqual({ count: 1 })
    expect((await ask('mimei.refs', { mid: file })).refs).toEqual({ [database]: 1, [app]: 1 })
    expect((await ask('mimei.refs', { mid: database })).referrers).toEqual([file])
    await refused('MIMEI_UNKNOWN', ask('mimei.addRef', { mid: nowhere, ids: [app] }))
    await refused('BAD_INPUT', ask('mimei.delRef', { mid: file, ids: [] }))
    await refused('MIMEI_UNKNOWN', ask('mimei.refs', { mid: nowhere }))
  })
  it('mimei.publish, providers, sync, provide, unprovide, unpublish, remove', async () => {
    expect(await ask('mimei.publish', { mid: file })).toMatchObject({ mid: file, version: 2 })
    const { providers } = await ask('mimei.providers', { mid: file })
    expect(providers).toMatchObject([{ id: scene.key.id, self: true }])
    const reports: number[] = []
    const remote = other.as(await other.show(other.key))
    const progress = ({ done }: { done: number }) => void reports.push(done)
    const synced = await remote('mimei.sync', { mid: file }, { progress })
    expect(synced).toMatchObject({ version: 2, providers: [scene.key.id] })
    expect(reports.at(-1)).toBe(synced.bytes)
    expect(await remote('mimei.provide', { mid: file })).toEqual({ mid: file, version: 2 })
    await remote('mimei.unprovide', { mid: file })
    await remote('mimei.remove', { mid: file })
    await refused('MIMEI_UNKNOWN', remote('mimei.show', { mid: file }))
    for (const name of ['mimei.sync', 'mimei.provide', 'mimei.unprovide'] as const) called.add(name)
    await ask('mimei.unpublish', { mid: file })
    expect(await ask('mimei.show', { mid: file })).toMatchObject({ published: false })
    await refused('NO_PROVIDERS', ask('mimei.sync', { mid: nowhere }))
    await refused('NO_PROVIDERS', ask('mimei.provide', { mid: nowhere }))
    await refused('MIMEI_UNKNOWN', ask('mimei.unpublish', { mid: nowhere }))
    await refused('MIMEI_UNKNOWN', ask('mimei.remove', { mid: nowhere }))
    await refused('BAD_INPUT', ask('mimei.unprovide', { mid: 'x' }))
    await refused('SESSION_NEEDED', askAs(guest)('mimei.sync', { mid: file }))
    await refused('ACCOUNT_NEEDED', askAs(guest)('mimei.providers', { mid: nowhere }))
  })
})

describe('app', () => {
  it('app.list, about, grant, revoke; session.redeem', async () => {
    const page = fromText('<html><title>My &amp; Drive</title>')
    await ask('files.write', { mid: app, path: 'index.html', bytes: page })
    const { apps } = await ask('app.list')
    expect(apps).toMatchObject([{ mid: app, title: 'My & Drive' }])
    expect(await ask('app.about', { app: app as never })).toMatchObject({ granted: false })
    const granted = await ask('app.grant', { app: app as never, path: 'view?x=1' })
    expect(granted.address).toBe(`${apps[0].address}view?x=1`)
    const { origin } = new URL(apps[0].address)
    const session = await askAs({ ...guest, origin })('session.redeem', { code: granted.code })
    expect(session).toMatchObject({ app, name: 'Ann' })
    await ask('app.revoke', { app: app as never })
    await refused('SESSION_EXPIRED', askAs(session.sid)('session.who'))
    await refused('NOT_AN_APP', ask('app.grant', { app: file as never }))
    await refused('NOT_AN_APP', ask('app.about', { app: file as never }))
    await refused('BAD_INPUT', ask('app.revoke', { app: 'x' as never }))
    await refused('SESSION_NEEDED', askAs(guest)('app.list'))
  })
})

describe('events', () => {
  it('events.subscribe, unsubscribe are for faces that push', async () => {
    await refused('WEBSOCKET_NEEDED', ask('events.subscribe', {}))
    expect(await ask('events.unsubscribe', { subscription: 'x' })).toEqual({})
  })
})

describe('db', () => {
  type Case<M extends MethodName> = [M, Omit<Params<M>, 'mid'>, unknown]
  const good = <M extends MethodName>(...entry: Case<M>): Case<M> => entry
  const pairs = [
    { score: 1, member: 'a' },
    { score: 2, member: 'b' },
    { score: 3, member: 'c' },
  ]
  const cases = [
    good('db.set', { key: 'k', value: { deep: [1, null, fromText('x')] } }, {}),
    good('db.get', { key: 'k' }, { value: { deep: [1, null, fromText('x')] } }),
    good('db.get', { key: 'absent' }, { value: null }),
    good('db.mset', { pairs: [{ key: 'm', value: 'text' }] }, {}),
    good('db.mget', { keys: ['m', 'absent'] }, { values: ['text', null] }),
    good('db.exists', { key: 'm' }, { exists: true }),
    good('db.strlen', { key: 'm' }, { count: 4 }),
    good('db.incrby', { key: 'n', delta: 5 }, { value: 5 }),
    good('db.del', { keys: ['m', 'absent'] }, { count: 1 }),
    good('db.hset', { key: 'h', field: 'f', value: 1 }, { count: 1 }),
    good('db.hget', { key: 'h', field: 'f' }, { value: 1 }),
    good('db.hmset', { key: 'h', fields: [{ field: 'g', value: 2 }] }, {}),
    good('db.hmget', { key: 'h', fields: ['g', 'x'] }, { values: [2, null] }),
    good(
      'db.hgetall',
      { key: 'h' },
      {
        fields: [
          { field: 'f', value: 1 },
          { field: 'g', value: 2 },
        ],
      },
    ),
    good('db.hkeys', { key: 'h' }, { fields: ['f', 'g'] }),
    good('db.hlen', { key: 'h' }, { count: 2 }),
    good('db.hscan', { key: 'h', reverse: true, count: 1 }, { fields: [{ field: 'g', value: 2 }] }),
    good('db.hincrby', { key: 'h', field: 'f', delta: -3 }, { value: -2 }),
    good('db.hdel', { key: 'h', fields: ['g'] }, { count: 1 }),
    good('db.rpush', { key: 'l', values: ['a', 'b', 'c'] }, { count: 3 }),
    good('db.lpush', { key: 'l', values: ['z'] }, { count: 4 }),
    good('db.llen', { key: 'l' }, { count: 4 }),
    good('db.lindex', { key: 'l', index: -1 }, { value: 'c' }),
    good('db.lset', { key: 'l', index: 1, value: 'A' }, {}),
    good('db.lrange', { key: 'l' }, { values: ['z', 'A', 'b', 'c'] }),
    good('db.lpop', { key: 'l' }, { value: 'z' }),
    good('db.rpop', { key: 'l' }, { value: 'c' }),
    good('db.sadd', { key: 's', members: ['x', 'y'] }, { count: 2 }),
    good('db.sadd', { key: 't', members: ['y', 'z'] }, { count: 2 }),
    good('db.scard', { key: 's' }, { count: 2 }),
    good('db.sismember', { key: 's', member: 'x' }, { exists: true }),
    good('db.smembers', { key: 's' }, { members: ['x', 'y'] }),
    good('db.sdiff', { keys: ['s', 't'] }, { members: ['x'] }),
    good('db.sinter', { keys: ['s', 't'] }, { members: ['y'] }),
    good('db.sunion', { keys: ['s', 't'] }, { members: ['x', 'y', 'z'] }),
    good('db.srem', { key: 's', members: ['x'] }, { count: 1 }),
    good('db.zadd', { key: 'z', pairs }, { count: 3 }),
    good('db.zscore', { key: 'z', member: 'b' }, { score: 2 }),
    good('db.zscore', { key: 'z', member: 'absent' }, { score: null }),
    good('db.zcard', { key: 'z' }, { count: 3 }),
    good('db.zrank', { key: 'z', member: 'c' }, { rank: 2 }),
    good('db.zcount', { key: 'z', min: 2, max: 9 }, { count: 2 }),
    good('db.zrange', { key: 'z', stop: 1 }, { pairs: pairs.slice(0, 2) }),
    good('db.zrangebyscore', { key: 'z', min: 2, max: 3, count: 1 }, { pairs: [pairs[1]] }),
    good('db.zincrby', { key: 'z', delta: 7, member: 'a' }, { score: 8 }),
    good('db.zrem', { key: 'z', members: ['a'] }, { count: 1 }),
    good('db.zremrangebyscore', { key: 'z', min: 3, max: 3 }, { count: 1 }),
    good('db.scan', { type: 'set', match: 's*' }, { keys: ['s'] }),
    good('db.counts', {}, { string: 2, hash: 1, list: 1, set: 2, zset: 1 }),
    good('db.clear', { type: 'list', keys: ['l'] }, { count: 1 }),
  ]

  it.each(cases)('%s %j', async (name, params, expected) => {
    const target = { mid: database, ...params } as Params<typeof name>
    expect(await ask(name, target)).toEqual(expected)
  })
  it.each([...new Set(cases.map(([name]) => name))])(
    '%s refuses what it cannot take',
    async (name) => {
      const params = cases.find(([other]) => other === name)?.[1] as object
      const on = (mid: string, more = {}) => ask(name, { ...params, ...more, mid } as never)
      await refused('MIMEI_UNKNOWN', on(nowhere))
      await refused('WRONG_KIND', on(file))
      await refused('BAD_INPUT', on('x'))
      await refused('TRANSACTION_OVER', on(database, { tx: 'none' }))
      await refused('BAD_INPUT', on(database, { tx: 'none', version: 'last' }))
    },
  )
  it('db.begin, commit, rollback', async () => {
    const { tx } = await ask('db.begin', { mid: database })
    await ask('db.set', { mid: database, tx, key: 'in', value: 1 })
    expect(await ask('db.get', { mid: database, key: 'in' })).toEqual({ value: null })
    expect(await ask('db.get', { mid: database, tx, key: 'in' })).toEqual({ value: 1 })
    const second = await scene.as(guest)('session.login', { name: 'Ann', password })
    const elsewhere = askAs(second.sid)('db.get', { mid: database, tx, key: 'in' })
    await refused('TRANSACTION_OVER', elsewhere)
    await ask('db.commit', { mid: database, tx })
    expect(await ask('db.get', { mid: database, key: 'in' })).toEqual({ value: 1 })
    await refused('TRANSACTION_OVER', ask('db.commit', { mid: database, tx }))
    const given = await ask('db.begin', { mid: database, seconds: 1 })
    await ask('db.rollback', { mid: database, tx: given.tx })
    await refused('TRANSACTION_OVER', ask('db.rollback', { mid: database, tx: given.tx }))
    await refused('WRONG_KIND', ask('db.begin', { mid: file }))
  })
})

describe('at the end', () => {
  it('node.stop tells whoever runs the node, after the answer', async () => {
    let stopped = false
    scene.node.onStop(() => {
      stopped = true
    })
    clearInterval(hands)
    expect(await ask('node.stop')).toEqual({})
    expect(stopped).toBe(false)
    clock.advance(1000)
    expect(stopped).toBe(true)
  })
  it('every method of the contract was called', () => {
    expect(Object.keys(methods).filter((name) => !called.has(name as MethodName))).toEqual([])
  })
})

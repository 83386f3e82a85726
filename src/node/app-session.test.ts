import { beforeAll, describe, expect, it } from 'vitest'
import { fromText, type Id } from '#base'
import { rightWords } from '#rights'
import { guest, makeScene, type Scene } from './scene.contract.js'

describe('an app', () => {
  let scene: Scene
  let owner: string
  let app: Id
  let photos: Id
  let origin: string
  const letIn = async (units: Id[] = []): Promise<string> => {
    const { code } = await scene.as(owner)('app.grant', { app, units })
    return (await scene.as({ ...guest, origin })('session.redeem', { code })).sid
  }
  const codeOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'fine',
      (error: { code: string }) => error.code,
    )

  beforeAll(async () => {
    scene = await makeScene()
    owner = await scene.claim()
    const ask = scene.as(owner)
    app = (await ask('mimei.create', { mark: 'drive', kind: 'file', ext: 'app' })).mid as Id
    const manifest = fromText('{"name":"Drive"}')
    await ask('files.write', { mid: app, path: 'manifest.webmanifest', bytes: manifest })
    const closed = { kind: 'database', right: rightWords.closed } as const
    photos = (await ask('mimei.create', { mark: 'photos', ...closed })).mid as Id
    await ask('db.set', { mid: photos, key: 'a', value: 1 })
    const about = await ask('app.about', { app })
    expect(about).toMatchObject({ title: 'Drive', granted: false })
    origin = new URL(about.address).origin
  })

  it('gets in by a code that serves once, from its own origin, within a minute', async () => {
    const grant = () => scene.as(owner)('app.grant', { app })
    const redeem = (code: string, from: string | undefined) =>
      codeOf(scene.as({ ...guest, origin: from })('session.redeem', { code }))
    const first = await grant()
    expect(await redeem(first.code, origin)).toBe('fine')
    expect(await redeem(first.code, origin)).toBe('CODE_INVALID')
    for (const from of [undefined, 'null', 'http://localhost:4800', `${origin}0`]) {
      const { code } = await grant()
      expect(await redeem(code, from)).toBe('CODE_INVALID')
      // Shown once at the wrong place, it is used up.
      expect(await redeem(code, origin)).toBe('CODE_INVALID')
    }
    const late = await grant()
    scene.clock.advance(late.expires - scene.clock.now())
    expect(await redeem(late.code, origin)).toBe('CODE_INVALID')
    const revoked = await grant()
    await scene.as(owner)('app.revoke', { app })
    expect(await redeem(revoked.code, origin)).toBe('CODE_INVALID')
  })

  it('makes units of its own, signed by the user, and reaches no others', async () => {
    const ask = scene.as(await letIn())
    const other = { mark: 'state', kind: 'database', app: 'another', right: 0 } as const
    const { mid } = await ask('mimei.create', other)
    await ask('db.set', { mid, key: 'a', value: 1 })
    expect(await ask('mimei.backup', { mid })).toMatchObject({ version: 1 })
    const { app: of, author } = await ask('mimei.show', { mid })
    expect([of, author]).toEqual([app, (await ask('session.who')).user])
    expect(await codeOf(ask('db.get', { mid: photos, key: 'a' }))).toBe('RIGHT_MISSING')
    expect(await codeOf(ask('db.set', { mid: photos, key: 'a', value: 2 }))).toBe('RIGHT_MISSING')
    expect(await codeOf(ask('files.write', { mid: app, path: 'x', bytes: fromText('x') }))).toBe(
      'RIGHT_MISSING',
    )
    const { units } = await ask('mimei.list')
    expect(units.map((unit) => unit.mid).sort()).toEqual([app, mid].sort())
  })

  it('reaches units opened to it by name, but does not open them further', async () => {
    const ask = scene.as(await letIn([photos]))
    expect(await ask('db.get', { mid: photos, key: 'a' })).toEqual({ value: 1 })
    await ask('db.set', { mid: photos, key: 'b', value: 2 })
    expect(await ask('mimei.backup', { mid: photos })).toMatchObject({ version: 1 })
    const opened = ask('mimei.right', { mid: photos, right: rightWords.open })
    expect(await codeOf(opened)).toBe('RIGHT_MISSING')
    // The person is asked once: the next session has it, too.
    expect(await scene.as(owner)('app.about', { app })).toMatchObject({
      granted: true,
      units: [photos],
    })
    const again = scene.as(await letIn())
    expect(await again('db.get', { mid: photos, key: 'b' })).toEqual({ value: 2 })
  })

  it('never acts as the person with an account or as the owner', async () => {
    const ask = scene.as(await letIn())
    expect(await codeOf(ask('app.grant', { app, units: [photos] }))).toBe('ACCOUNT_NEEDED')
    expect(await codeOf(ask('passport.sign'))).toBe('ACCOUNT_NEEDED')
    const passwd = { password: 'correct horse battery', newPassword: 'taken over' }
    expect(await codeOf(ask('user.passwd', passwd))).toBe('ACCOUNT_NEEDED')
    expect(await codeOf(ask('node.stop'))).toBe('OWNER_NEEDED')
    const asNode = { mark: 'n', kind: 'file', asNode: true } as const
    expect(await codeOf(ask('mimei.create', asNode))).toBe('OWNER_NEEDED')
  })

  it('leaves with the session that let it in', async () => {
    const login = { name: 'Ann', password: 'correct horse battery' }
    const { sid } = await scene.as(guest)('session.login', login)
    const { code } = await scene.as(sid)('app.grant', { app })
    const waiting = await scene.as(sid)('app.grant', { app })
    const inside = await scene.as({ ...guest, origin })('session.redeem', { code })
    await scene.as(sid)('session.logout')
    expect(await codeOf(scene.as(inside.sid)('session.who'))).toBe('SESSION_EXPIRED')
    const late = scene.as({ ...guest, origin })('session.redeem', { code: waiting.code })
    expect(await codeOf(late)).toBe('CODE_INVALID')
  })

  it('opens at its own pages only', async () => {
    const grant = (path: string) => codeOf(scene.as(owner)('app.grant', { app, path }))
    expect(await grant('a/b?c=d#e')).toBe('fine')
    for (const path of ['../x', '/x', '//evil.example/', 'a/../../x']) {
      const { address } = await scene.as(owner)('app.grant', { app, path: 'in' })
      const end = await grant(path)
      if (end === 'fine') {
        const opened = await scene.as(owner)('app.grant', { app, path })
        expect(new URL(opened.address).origin).toBe(new URL(address).origin)
      } else expect(end).toBe('BAD_INPUT')
    }
    const { address } = await scene.as(owner)('app.grant', { app, version: '7' })
    expect(address).toMatch(/^http:\/\/[0-9a-z]+-v7\.localhost:4800\/$/)
  })

  it('acts for nobody where it has no origin of its own', async () => {
    const ip = await makeScene({ address: 'http://192.168.1.5:4800/' })
    const ask = ip.as(await ip.claim())
    const unit = await ask('mimei.create', { mark: 'drive', kind: 'file', ext: 'app' })
    const about = await ask('app.about', { app: unit.mid as Id })
    expect(about.address).toBe(`http://192.168.1.5:4800/mm/${unit.mid}/`)
    expect(about.title).toBe('drive')
    expect(await codeOf(ask('app.grant', { app: unit.mid as Id }))).toBe('APP_ORIGIN_NEEDED')
    // From another name of the node, the app is beside that one.
    const here = ip.as({ ...guest, origin: 'http://box.lan:4800' })
    const beside = await here('app.about', { app: unit.mid as Id })
    expect(beside.address).toMatch(/^http:\/\/[0-9a-z]+\.box\.lan:4800\/$/)
    const inside = ip.as({ ...guest, origin: new URL(beside.address).origin })
    expect((await inside('app.about', { app: unit.mid as Id })).address).toBe(beside.address)
    ip.node.setAddress('http://cloud.example/')
    const { address } = await ask('app.grant', { app: unit.mid as Id })
    expect(address).toMatch(/^http:\/\/[0-9a-z]+\.cloud\.example\/$/)
  })
})

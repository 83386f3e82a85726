import { beforeAll, describe, expect, it } from 'vitest'
import { type MethodName, methods } from '#api'
import { BadInput } from '#base'
import { makeKey } from '#identity'
import {
  AccountNeeded,
  OwnerNeeded,
  SessionExpired,
  SessionNeeded,
  UnknownMethod,
} from './index.js'
import { guest, makeScene, type Scene } from './scene.contract.js'

const names = Object.keys(methods) as MethodName[]
const needing = (need: string): MethodName[] => names.filter((name) => methods[name].needs === need)

describe('a call', () => {
  let scene: Scene
  let owner: string
  let stranger: string
  beforeAll(async () => {
    scene = await makeScene()
    owner = await scene.claim()
    stranger = await scene.show(makeKey(scene.random))
  })
  const attempt = (sid: string | undefined, name: string, params?: unknown): Promise<unknown> =>
    scene.node.call(name as MethodName, params, { caller: { ...guest, sid } })

  it.each(['no.such', 'toString', '__proto__', '', 'mimei'])('of "%s" is unknown', async (name) => {
    await expect(attempt(owner, name)).rejects.toThrow(UnknownMethod)
  })

  it.each(names.filter((name) => methods[name].needs !== 'anyone'))(
    'of %s is not for guests',
    async (name) => {
      await expect(attempt(undefined, name)).rejects.toThrow(SessionNeeded)
    },
  )

  it.each(needing('account'))('of %s is not for strangers', async (name) => {
    await expect(attempt(stranger, name)).rejects.toThrow(AccountNeeded)
  })

  it.each(needing('owner'))('of %s is for the owner', async (name) => {
    await expect(attempt(stranger, name)).rejects.toThrow(OwnerNeeded)
  })

  it.each(names)('of %s with parameters that are none is refused', async (name) => {
    await expect(attempt(owner, name, 'all of them')).rejects.toThrow(BadInput)
    await expect(attempt(owner, name, [1])).rejects.toThrow(BadInput)
  })

  it('with a session that nobody has is refused, but for sessions that begin', async () => {
    const sid = 'ab'.repeat(20)
    await expect(attempt(sid, 'session.who')).rejects.toThrow(SessionExpired)
    await expect(attempt(sid, 'node.id')).resolves.toMatchObject({ claimed: true })
    await expect(attempt(sid, 'session.redeem', { code: 'x' })).rejects.toMatchObject({
      code: 'CODE_INVALID',
    })
  })

  it.each([
    ['mimei.create', { mark: 'a', kind: 'directory' }, 'parameter "kind" of mimei.create'],
    ['mimei.create', { mark: 'a', kind: 'directory' }, 'it must be "file" or "database"'],
    ['mimei.create', { mark: '', kind: 'file' }, 'it must have at least 1 characters'],
    ['mimei.create', { kind: 'file' }, 'parameter "mark" of mimei.create'],
    ['mimei.show', { mid: 'short' }, 'an id has 27 characters'],
    ['mimei.restore', { mid: 'a'.repeat(27), version: 'cur' }, 'cur is not backed up'],
    ['user.add', { name: 'a b', password: 'long enough' }, 'letters, digits, dots, dashes'],
    ['user.add', { name: 'ab', password: 'short' }, 'at least 8 characters'],
    ['db.zadd', { mid: 'a'.repeat(27), key: 'k', pairs: [{ score: 0.5, member: 'm' }] }, 'pairs.0'],
    ['files.write', { mid: 'a'.repeat(27), path: 'a', bytes: 'text' }, '"bytes"'],
    ['db.get', { mid: 'a'.repeat(27), key: 'k', version: -1 }, 'parameter "version"'],
  ])('of %s with %j says what is wrong', async (name, params, words) => {
    const error = await attempt(owner, name, params).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(BadInput)
    expect((error as Error).message).toContain(words)
    expect((error as Error).message).not.toMatch(/invalid_|ZodError|undefined/)
  })
})

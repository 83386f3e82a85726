/** What each class of caller may do to units of each openness, through calls. */
import { beforeAll, describe, expect, it } from 'vitest'
import { fromText, type Id } from '#base'
import { makeKey } from '#identity'
import { rightWords } from '#rights'
import { guest, makeScene, type Scene } from './scene.contract.js'

type Deed = 'list' | 'read' | 'readCur' | 'write' | 'backup' | 'release' | 'grant'
const deeds: Deed[] = ['list', 'read', 'readCur', 'write', 'backup', 'release', 'grant']
type Class = 'author' | 'owner' | 'user' | 'named' | 'stranger' | 'guest'

/** Everything that each class may do; the rest must be refused. */
const matrix: Record<keyof typeof rightWords, Record<Class, string>> = {
  closed: {
    author: deeds.join(' '),
    owner: '',
    user: '',
    named: 'list read readCur write',
    stranger: '',
    guest: '',
  },
  readable: {
    author: deeds.join(' '),
    owner: 'list read',
    user: 'list read',
    named: 'list read readCur write',
    stranger: 'list read',
    guest: 'list read',
  },
  open: {
    author: deeds.join(' '),
    owner: 'list read readCur',
    user: 'list read readCur',
    named: 'list read readCur write',
    stranger: 'list read readCur',
    guest: 'list read readCur',
  },
  writable: {
    author: deeds.join(' '),
    owner: 'list read readCur write',
    user: 'list read readCur write',
    named: 'list read readCur write',
    stranger: 'list read readCur write',
    guest: 'list read readCur write',
  },
}

describe.each(['file', 'database'] as const)('a %s unit', (kind) => {
  let scene: Scene
  const sids = {} as Record<Class, string | undefined>
  const mids = {} as Record<keyof typeof rightWords, string>

  beforeAll(async () => {
    scene = await makeScene()
    sids.owner = await scene.claim()
    sids.author = await scene.addUser(sids.owner, 'author')
    sids.user = await scene.addUser(sids.owner, 'user')
    sids.named = await scene.addUser(sids.owner, 'named')
    sids.stranger = await scene.show(makeKey(scene.random))
    sids.guest = undefined
    const named = (await scene.as(sids.named)('session.who')).user as Id
    const ask = scene.as(sids.author)
    for (const word of Object.keys(rightWords) as (keyof typeof rightWords)[]) {
      const { mid } = await ask('mimei.create', { mark: word, kind, right: rightWords[word] })
      if (kind === 'file') await ask('files.write', { mid, path: 'a', bytes: fromText('1') })
      else await ask('db.set', { mid, key: 'a', value: 1 })
      await ask('mimei.backup', { mid })
      await ask('mimei.right', { mid, entries: [{ key: named, may: ['read', 'write'] }] })
      mids[word] = mid
    }
  })

  const attempt = async (who: Class, deed: Deed, mid: string): Promise<string> => {
    const ask = scene.as({ ...guest, sid: sids[who] })
    const read = (version: 'cur' | 'last') =>
      kind === 'file'
        ? ask('files.read', { mid, path: 'a', version })
        : ask('db.get', { mid, key: 'a', version })
    const write = () =>
      kind === 'file'
        ? scene.node.writeUnitPath(
            { caller: { ...guest, sid: sids[who] } },
            mid,
            'a',
            (async function* () {
              yield fromText('1')
            })(),
          )
        : ask('db.set', { mid, key: 'a', value: 1 })
    const deedsDone: Record<Deed, () => Promise<unknown>> = {
      list: () => ask('mimei.show', { mid }),
      read: () => read('last'),
      readCur: () => read('cur'),
      write,
      backup: () => ask('mimei.backup', { mid }),
      release: () => ask('mimei.release', { mid }),
      grant: () => ask('mimei.right', { mid }),
    }
    try {
      await deedsDone[deed]()
      return 'done'
    } catch (error) {
      return (error as { code: string }).code
    }
  }

  const words = Object.keys(matrix) as (keyof typeof rightWords)[]
  const classes = Object.keys(matrix.closed) as Class[]
  const cases = words.flatMap((word) => classes.map((who) => [word, who] as const))
  it.each(cases)('that is %s, to the %s', async (word, who) => {
    const may = matrix[word][who].split(' ')
    for (const deed of deeds) {
      const end = await attempt(who, deed, mids[word])
      // Files are written by who is signed in, whatever the unit allows.
      const needsSession =
        who === 'guest' &&
        (['backup', 'release', 'grant'].includes(deed) || (deed === 'write' && kind === 'file'))
      const expected = needsSession
        ? 'SESSION_NEEDED'
        : may.includes(deed)
          ? 'done'
          : 'RIGHT_MISSING'
      expect(`${deed}: ${end}`).toBe(`${deed}: ${expected}`)
    }
  })

  it('is listed to whom it may be', async () => {
    const seen = async (who: Class) => {
      const { units } = await scene.as({ ...guest, sid: sids[who] })('mimei.list')
      return units.map(({ mid }) => mid).sort()
    }
    expect(await seen('author')).toEqual(Object.values(mids).sort())
    expect(await seen('named')).toEqual(Object.values(mids).sort())
    const open = Object.values(mids).filter((mid) => mid !== mids.closed)
    expect(await seen('owner')).toEqual(open.sort())
    expect(await seen('stranger')).toEqual(open.sort())
  })
})

describe('reading without a version', () => {
  it('gives cur to who may read it, the last backup to others', async () => {
    const scene = await makeScene()
    const ask = scene.as(await scene.claim())
    const { mid } = await ask('mimei.create', { mark: 'm', kind: 'database' })
    await ask('db.set', { mid, key: 'a', value: 'old' })
    await ask('mimei.backup', { mid })
    await ask('db.set', { mid, key: 'a', value: 'new' })
    expect(await ask('db.get', { mid, key: 'a' })).toEqual({ value: 'new' })
    const other = scene.as(guest)
    expect(await other('db.get', { mid, key: 'a' })).toEqual({ value: 'old' })
    expect(await other('db.get', { mid, key: 'a', version: '1' })).toEqual({ value: 'old' })
    expect(await other('mimei.show', { mid })).toMatchObject({ changed: false, mine: false })
    await expect(other('db.set', { mid, key: 'a', value: 1, version: 1 })).rejects.toMatchObject({
      code: 'RIGHT_MISSING',
    })
    await expect(ask('db.set', { mid, key: 'a', value: 1, version: 1 })).rejects.toMatchObject({
      code: 'READ_ONLY_VERSION',
    })
  })

  it('does not let who may only write learn what is there', async () => {
    const scene = await makeScene()
    const ask = scene.as(await scene.claim())
    const writeOnly = (rightWords.closed & ~0xf) | 2
    const { mid } = await ask('mimei.create', { mark: 'm', kind: 'database', right: writeOnly })
    const other = scene.as(guest)
    await other('db.rpush', { mid, key: 'box', values: ['note'] })
    for (const call of [
      other('db.lpop', { mid, key: 'box' }),
      other('db.rpop', { mid, key: 'box' }),
      other('db.incrby', { mid, key: 'n' }),
      other('db.llen', { mid, key: 'box' }),
    ]) {
      await expect(call).rejects.toMatchObject({ code: 'RIGHT_MISSING' })
    }
    expect(await ask('db.lpop', { mid, key: 'box' })).toEqual({ value: 'note' })
  })
})

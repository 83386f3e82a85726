import { beforeAll, describe, expect, it } from 'vitest'
import { concat, fromText, parseCid, toText } from '#base'
import { rightWords } from '#rights'
import type { Caller, Content } from './index.js'
import { guest, makeScene, type Scene } from './scene.contract.js'

const textOf = async (content: Content, range?: { start?: number; end?: number }) => {
  const parts: Uint8Array[] = []
  for await (const part of content.read(range)) parts.push(part)
  return toText(concat(...parts))
}
async function* stream(...texts: string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield fromText(text)
}

describe('content behind web addresses', () => {
  let scene: Scene
  let owner: Caller
  let user: Caller
  let open: string
  let closed: string
  const put = (mid: string, path: string, text: string, caller = owner) =>
    scene.node.writeUnitPath({ caller }, mid, path, stream(text))
  const codeOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'fine',
      (error: { code: string }) => error.code,
    )

  beforeAll(async () => {
    scene = await makeScene()
    owner = { ...guest, sid: await scene.claim() }
    user = { ...guest, sid: await scene.addUser(owner.sid as string, 'bob') }
    const ask = scene.as(owner)
    open = (await ask('mimei.create', { mark: 'open', kind: 'file' })).mid
    const shut = { mark: 'closed', kind: 'file', right: rightWords.closed } as const
    closed = (await ask('mimei.create', shut)).mid
    for (const mid of [open, closed]) {
      await put(mid, 'index.html', `<title>page of ${mid}</title>`)
      await put(mid, 'img/LICENSE', `text of ${mid}`)
      await ask('mimei.backup', { mid })
    }
  })

  it('is a file with its type, range and tag', async () => {
    const page = await scene.node.openUnitPath(guest, open, 'last', 'index.html')
    expect(page).toMatchObject({ type: 'file', open: true, immutable: false })
    expect(page.mime).toContain('text/html')
    expect(await textOf(page)).toBe(`<title>page of ${open}</title>`)
    expect(await textOf(page, { start: 1, end: 6 })).toBe('title')
    const numbered = await scene.node.openUnitPath(guest, open, '1', 'img/LICENSE')
    expect(numbered.immutable).toBe(true)
    expect(numbered.mime).toContain('text/plain')
  })

  it('is a directory with its entries', async () => {
    const root = await scene.node.openUnitPath(owner, open, 'cur', '')
    const names: string[] = []
    for await (const { name, type } of root.entries()) names.push(`${type} ${name}`)
    expect(names).toEqual(['directory img', 'file index.html'])
    expect(() => root.read()).toThrow('is no file')
    await put(open, 'later/file.txt', 'x')
    const fresh = await scene.node.openUnitPath(owner, open, 'cur', 'later')
    expect(fresh).toMatchObject({ type: 'directory', open: false })
    await scene.as(owner)('files.remove', { mid: open, path: 'later', recursive: true })
  })

  it('of cur is not for everyone', async () => {
    expect(await codeOf(scene.node.openUnitPath(guest, open, 'cur', ''))).toBe('RIGHT_MISSING')
    expect(await codeOf(scene.node.openUnitPath(guest, closed, 'last', ''))).toBe('RIGHT_MISSING')
    const page = await scene.node.openUnitPath(owner, closed, 'last', 'index.html')
    expect(page.open).toBe(false)
    expect(await codeOf(scene.node.openUnitPath(guest, open, 'newest', ''))).toBe('BAD_INPUT')
    expect(await codeOf(scene.node.openUnitPath(guest, open, '9', ''))).toBe('VERSION_UNKNOWN')
    expect(await codeOf(scene.node.openUnitPath(guest, open, 'last', 'no'))).toBe('PATH_UNKNOWN')
  })

  it('stays what its tag says while the file is written anew', async () => {
    await put(open, 'note.txt', 'first')
    const note = await scene.node.openUnitPath(owner, open, 'cur', 'note.txt')
    await put(open, 'note.txt', 'second')
    expect(await textOf(note)).toBe('first')
    expect(await textOf(await scene.node.openUnitPath(owner, open, 'cur', 'note.txt'))).toBe(
      'second',
    )
  })

  it('by CID is for everyone where it lies in an open version', async () => {
    const { node } = scene
    const root = (await scene.as(guest)('mimei.show', { mid: open })).root as string
    const page = await node.openCidPath(guest, parseCid(root), 'index.html')
    expect(page).toMatchObject({ immutable: true, open: true })
    expect(await textOf(page)).toContain('page of')
    const image = await scene.as(guest)('files.stat', { mid: open, path: 'img' })
    for (const cid of [page.cid, parseCid(image.cid as string)]) {
      expect(await codeOf(node.openCidPath(guest, cid, ''))).toBe('fine')
      const car: Uint8Array[] = []
      for await (const part of await node.exportCar(guest, cid)) car.push(part)
      expect(concat(...car).length).toBeGreaterThan(30)
    }
    const none = node.openCidPath(guest, parseCid(root), 'none')
    expect(await codeOf(none)).toBe('ENTRY_UNKNOWN')
  })

  it('by CID is for nobody else where it is closed', async () => {
    const { node } = scene
    const { root, cid } = await scene.as(owner)('mimei.show', { mid: closed })
    const page = await scene.as(owner)('files.stat', { mid: closed, path: 'index.html' })
    for (const text of [root, cid, page.cid] as string[]) {
      for (const caller of [guest, user]) {
        expect(await codeOf(node.openCidPath(caller, parseCid(text), ''))).toBe('CONTENT_CLOSED')
        expect(await codeOf(node.exportCar(caller, parseCid(text)))).toBe('CONTENT_CLOSED')
      }
    }
    const own = await node.openCidPath(owner, parseCid(page.cid as string), '')
    expect([await textOf(own), own.open]).toEqual([`<title>page of ${closed}</title>`, false])
    // What is nowhere is answered alike.
    const nowhere = parseCid('bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy')
    expect(await codeOf(node.openCidPath(guest, nowhere, ''))).toBe('CONTENT_CLOSED')
  })

  it('by CID follows the rights of the moment', async () => {
    const { node } = scene
    const ask = scene.as(owner)
    const { cid } = await ask('files.stat', { mid: closed, path: 'img/LICENSE' })
    const look = () => codeOf(node.openCidPath(guest, parseCid(cid as string), ''))
    await ask('mimei.right', { mid: closed, right: rightWords.readable })
    expect(await look()).toBe('fine')
    await ask('mimei.right', { mid: closed, right: rightWords.closed })
    expect(await look()).toBe('CONTENT_CLOSED')
  })

  it('is written whole or not at all', async () => {
    const { node } = scene
    const gone = new AbortController()
    const broken = (async function* () {
      yield fromText('half')
      gone.abort()
    })()
    const context = { caller: owner, signal: gone.signal }
    expect(await codeOf(node.writeUnitPath(context, open, 'half.txt', broken))).toBe('ABORTED')
    const half = scene.as(owner)('files.stat', { mid: open, path: 'half.txt' })
    expect(await codeOf(half)).toBe('PATH_UNKNOWN')
    expect(await codeOf(put(open, 'a.txt', 'x', user))).toBe('RIGHT_MISSING')
    expect(await codeOf(put(open, 'a.txt', 'x', guest))).toBe('SESSION_NEEDED')
    expect(await codeOf(put(open, '../a.txt', 'x'))).toBe('PATH_INVALID')
    const done: number[] = []
    const progress = (report: { done: number }) => void done.push(report.done)
    const time = 1_600_000_000_000
    const whole = stream('one', 'two')
    const entry = await node.writeUnitPath({ caller: owner, progress }, open, 'b', whole, time)
    expect(entry).toMatchObject({ size: 6, modified: time })
    expect(done.at(-1)).toBe(6)
  })
})

import { describe, expect, it } from 'vitest'
import { fromText, idToLabel, type KeyId, midOf } from '#base'
import { handClock, memoryDisk } from '#world'
import { appAddress, appTitle, openGrants, pageAddress } from './index.js'

const ann = 'a'.repeat(27) as KeyId
const app = midOf({ author: ann, app: '', ext: 'app', mark: 'drive', kind: 'file' })
const label = idToLabel(app)

/** A unit with these files. */
const tree = (files: Record<string, string>) => ({
  read: (path: string) =>
    (async function* () {
      if (files[path] === undefined) throw new Error(`nothing at ${path}`)
      yield fromText(files[path])
    })(),
})

describe('the title of an app', () => {
  it.each([
    ['<html><head><title>My Drive</title>', 'My Drive'],
    ['<TITLE lang="en">\n  Fotos &amp; mehr\n</TITLE>', 'Fotos & mehr'],
    ['<title>&lt;b&gt;&quot;x&#39;</title>', '<b>"x\''],
    ['<title></title>', ''],
    ['no page at all', ''],
    [`<title>${'x'.repeat(1000)}</title>`, 'x'.repeat(200)],
  ])('of %j is %j', async (page, title) => {
    expect(await appTitle(tree({ 'index.html': page }))).toBe(title)
  })
  it('is the name in its manifest, where that has one', async () => {
    const page = '<title>page</title>'
    const read = (manifest: string) =>
      appTitle(tree({ 'index.html': page, 'manifest.webmanifest': manifest }))
    expect(await read('{"name":"Drive"}')).toBe('Drive')
    for (const manifest of ['{"name":7}', '{', 'null', '{"name":"  "}']) {
      expect(await read(manifest)).toBe('page')
    }
    expect(await appTitle(tree({}))).toBe('')
  })
})

describe('the address of an app', () => {
  it.each([
    ['http://localhost:4800/', undefined, `http://${label}.localhost:4800/`],
    ['http://127.0.0.1:80/x', undefined, `http://${label}.localhost/`],
    ['http://[::1]:4800/', 7, `http://${label}-v7.localhost:4800/`],
    ['https://cloud.example', 'last', `https://${label}-last.cloud.example/`],
    [`http://${label}-v7.box.lan:81/`, undefined, `http://${label}.box.lan:81/`],
  ] as const)('beside %s at version %s is %s', (desktop, version, address) => {
    expect(appAddress(app, desktop, version)).toEqual({ address, origin: address.slice(0, -1) })
  })
  it.each([
    ['http://192.168.1.5:4800/', undefined, `http://192.168.1.5:4800/mm/${app}/`],
    ['http://[fe80::1]:4800', 3, `http://[fe80::1]:4800/mm/${app}:3/`],
  ] as const)('beside %s is no origin', (desktop, version, address) => {
    expect(appAddress(app, desktop, version)).toEqual({ address, origin: undefined })
  })
  it('has its pages below it', () => {
    const home = { address: 'http://192.0.2.1/mm/x/', origin: undefined }
    expect(pageAddress(home, '')).toBe(home.address)
    expect(pageAddress(home, 'a/b?c=d#e')).toBe(`${home.address}a/b?c=d#e`)
    expect(() => pageAddress(home, '../y')).toThrow('is not inside the app')
    expect(() => pageAddress(home, 'a/../../y')).toThrow('is not inside the app')
  })
})

describe('grants', () => {
  it('are remembered, grow, and are taken back', async () => {
    const disk = memoryDisk()
    const grants = openGrants({ disk, clock: handClock(5) })
    const bob = 'b'.repeat(27) as KeyId
    expect(grants.of(ann, app)).toBeUndefined()
    await grants.add(ann, app, [])
    expect(grants.of(ann, app)).toEqual({ units: [], time: 5 })
    await grants.add(ann, app, [bob])
    await grants.add(ann, app, [ann, bob])
    await grants.add(bob, app, [bob])
    const again = openGrants({ disk, clock: handClock() })
    expect(again.of(ann, app)?.units).toEqual([ann, bob])
    await again.remove(ann, app)
    expect([again.of(ann, app), again.of(bob, app)?.units]).toEqual([undefined, [bob]])
    await again.add(ann, ann, [])
    await again.forgetApp(app)
    expect([again.of(bob, app), again.of(ann, ann)?.units]).toEqual([undefined, []])
  })
})

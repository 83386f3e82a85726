/**
 * Things that nobody here made, in Chromium: Debian's documentation of Python, a built HTML5 app
 * from npm, and file names in many scripts. They go into node A by the command line; node B has
 * them after a sync, and shows the same with A stopped.
 */
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { idToLabel, type Mid } from '../../dist/base/index.js'
import { freshFolder, type NodeProcess, startNode, until } from '../processes/leither.js'
import { shoot } from './browser.js'
import { openWatched, signIn, type Watched } from './watched.js'

const password = 'correct horse'
const slides = 'node_modules/reveal.js'

/** Accents composed and taken apart, four more scripts, an emoji, and what addresses escape. */
const names = [
  'Café.txt'.normalize('NFC'),
  'Café.txt'.normalize('NFD'),
  '弥媒 說明.txt',
  'ملف.txt',
  'файл с пробелом.txt',
  'दस्तावेज़.txt',
  'party 🎉👩‍🚀.txt',
  "100% #1? a&b=c;d+e 'f' %41.txt",
]
const deep = '文件 夹/Ünï/नया #2.txt'

interface Made {
  readonly mid: Mid
  readonly version: number
  readonly cid: string
}

/** Debian's documentation of Python, whichever version: over a thousand files, links followed. */
function documentationSite(): string {
  const folder = freshFolder()
  const docs = '/usr/share/doc'
  const found = readdirSync(docs).find((name) => /^python3\.\d+$/.test(name))
  cpSync(join(docs, found ?? 'python3-doc', 'html'), folder, { recursive: true, dereference: true })
  return folder
}

function namesFolder(): string {
  const folder = freshFolder()
  for (const name of [...names, deep]) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), `${name}\n`.repeat(3))
  }
  return folder
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** The unit's own origin at a node. */
const originOf = (node: NodeProcess, mid: Mid): string =>
  node.address.replace('//', `//${idToLabel(mid)}.`)

/** Paths whose bytes at the node are not those in the folder. */
async function different(node: NodeProcess, mid: Mid, folder: string, paths: readonly string[]) {
  const wrong: string[] = []
  for (const path of paths) {
    const at = `${node.address}/mm/${mid}/${path.split('/').map(encodeURIComponent).join('/')}`
    const answer = await fetch(at)
    const served = digest(new Uint8Array(await answer.arrayBuffer()))
    if (!answer.ok || served !== digest(readFileSync(join(folder, path)))) wrong.push(path)
  }
  return wrong
}

let a: NodeProcess
let b: NodeProcess
let reader: Watched
let page: Page
const folders: Record<string, string> = {}
const made: Record<string, Made> = {}

async function put(mark: string): Promise<void> {
  const { mid } = await a.ask<Made>(['mimei', 'create', mark, '--kind', 'file'])
  await a.ask(['mimei', 'add', mid, folders[mark]])
  made[mark] = await a.ask<Made>(['mimei', 'backup', mid, '-m', `all of ${mark}`])
  await a.ask(['mimei', 'publish', mid])
}

beforeAll(async () => {
  folders.site = documentationSite()
  folders.names = namesFolder()
  a = await startNode()
  b = await startNode(['--bootstrap', await a.wireAddress()])
  for (const [node, name] of [
    [a, 'ann'],
    [b, 'bob'],
  ] as const) {
    expect((await node.call('user.claim', { name, password })).status).toBe(200)
  }
  await put('site')
  await put('names')
  made.app = await a.ask<Made>(['app', 'upload', slides, '--name', 'slides', '--release'])
  await a.ask(['mimei', 'publish', made.app.mid])
  reader = await openWatched()
  page = reader.page
})

const loaded = (): Promise<boolean> =>
  page.evaluate(() =>
    [...document.images].every(({ complete, naturalWidth }) => complete && naturalWidth > 0),
  )

/** Opens the site as a reader does: a link, a page with its style and pictures, a search. */
async function readSite(node: NodeProcess): Promise<void> {
  const origin = originOf(node, made.site.mid)
  await page.goto(`${node.address}/mm/${made.site.mid}/`)
  expect(page.url()).toBe(`${origin}/`)
  await page.getByRole('link', { name: 'Library Reference' }).first().click()
  await page.getByRole('heading', { name: 'The Python Standard Library' }).waitFor()
  await page.goto(`${origin}/howto/logging.html`)
  await page.getByRole('heading', { name: 'Logging HOWTO' }).waitFor()
  await until('the pictures', loaded)
  expect(await page.locator('img[src*="logging_flow"]').count()).toBeGreaterThan(0)
  // The style sheets beside the pages are in force: the side bar stands beside the text.
  const side = await page.locator('.sphinxsidebar').boundingBox()
  expect(side?.width).toBeLessThan(400)
  await page.goto(`${origin}/search.html?q=asyncio`)
  await page.locator('#search-results li').first().waitFor()
}

/** Opens the slides and goes on by a key, as a speaker does. */
async function showSlides(node: NodeProcess): Promise<void> {
  const { address } = await node.ask<{ address: string }>([
    'app',
    'open',
    made.app.mid,
    '--no-browser',
  ])
  expect(address).toBe(`${originOf(node, made.app.mid)}/`)
  await page.goto(address)
  const slide = page.locator('section.present')
  await slide.waitFor()
  expect(await slide.innerText()).toBe('Slide 1')
  await page.keyboard.press('ArrowRight')
  await until('slide 2', async () => (await slide.innerText()) === 'Slide 2')
  await page.waitForURL(`${address}#/1`)
}

/** The list of a folder without an index page: every name, each a link to the same bytes. */
async function readNames(node: NodeProcess): Promise<void> {
  await page.goto(`${originOf(node, made.names.mid)}/`)
  const links = page.getByRole('link')
  expect((await links.allInnerTexts()).sort()).toEqual([...names, '文件 夹/'].sort())
  const served = await links.evaluateAll((all) =>
    Promise.all(
      all.map(async (link) => [
        link.textContent,
        await (await fetch((link as HTMLAnchorElement).href)).text(),
      ]),
    ),
  )
  for (const [name, text] of served.filter(([each]) => each?.endsWith('/') === false)) {
    expect(text).toBe(readFileSync(join(folders.names, String(name)), 'utf8'))
  }
  await shoot(page, `names-listing-${node === a ? 'a' : 'b'}`)
  for (const step of ['文件 夹/', 'Ünï/', 'नया #2.txt']) {
    await page.getByRole('link', { name: step, exact: true }).click()
  }
  expect(await page.locator('body').innerText()).toContain(deep)
  expect(await different(node, made.names.mid, folders.names, [...names, deep])).toEqual([])
}

/** The same in the desktop of somebody at that node. */
async function readNamesInDesktop(node: NodeProcess, name: string): Promise<void> {
  await page.goto(`${node.address}/unit/${made.names.mid}/content`)
  await signIn(page, name, password)
  const rows = page.locator('.rows .file-link .cut')
  await until('all rows', async () => (await rows.count()) === names.length + 1)
  const shown = await rows.evaluateAll((all) => all.map((each) => each.textContent))
  expect(shown.sort()).toEqual([...names, '文件 夹'].sort())
  await shoot(page, `names-desktop-${name}`)
}

/** Every fiftieth file, and those with the longest paths. */
function sampleOf(folder: string): string[] {
  const paths = filesIn(folder).sort((x, y) => y.length - x.length)
  return paths.filter((_, index) => index < 5 || index % 50 === 0)
}

async function showAll(node: NodeProcess, name: string): Promise<void> {
  await readSite(node)
  await showSlides(node)
  await readNames(node)
  await readNamesInDesktop(node, name)
  expect([...reader.errors, ...reader.failed]).toEqual([])
  for (const [mark, folder] of Object.entries({ ...folders, app: slides })) {
    expect(await different(node, made[mark].mid, folder, sampleOf(folder))).toEqual([])
  }
}

describe('real input', () => {
  it('opens from node A', async () => {
    expect(filesIn(folders.site).length).toBeGreaterThan(1000)
    await showAll(a, 'ann')
  })

  it('keeps what units store in the browser apart', async () => {
    const stored = () => page.evaluate(() => localStorage.getItem('place'))
    await page.goto(`${originOf(a, made.app.mid)}/`)
    await page.evaluate(() => localStorage.setItem('place', 'slide 2'))
    await page.reload()
    expect(await stored()).toBe('slide 2')
    for (const other of [originOf(a, made.site.mid), a.address, originOf(b, made.app.mid)]) {
      await page.goto(`${other}/leither/client.js`)
      expect(await stored()).toBeNull()
    }
  })

  it('opens the same from node B, with A stopped', async () => {
    for (const { mid, version, cid } of Object.values(made)) {
      expect(await b.ask<Made>(['mimei', 'sync', mid])).toMatchObject({ version, cid })
    }
    expect(await a.stop()).toBe(0)
    await showAll(b, 'bob')
  })
})

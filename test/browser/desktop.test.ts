/** The web desktop in a real browser on a real node, as a person uses it. */
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { type Page } from 'playwright-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { freshFolder, type NodeProcess, startNode } from '../processes/leither.js'
import {
  claim,
  createUnit,
  desk,
  drop,
  expectNoOverflow,
  layoutShift,
  openPerson,
  type Person,
  phone,
  shoot,
} from './browser.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

let node: NodeProcess
let ada: Person
let page: Page
let folder: string
let album: string

/** A folder as people have it: scripts of several languages, pictures, documents, an empty one. */
async function makeFolder(): Promise<string> {
  const made = join(freshFolder(), 'Sommer 夏天')
  mkdirSync(join(made, 'Bilder', 'пусто'), { recursive: true })
  cpSync(join(root, 'src/api'), join(made, 'code'), { recursive: true })
  cpSync(join(root, 'console/public/icon.svg'), join(made, 'Bilder/icon.svg'))
  writeFileSync(join(made, 'README.md'), '# Summer\n\nPictures of the **summer**.\n')
  writeFileSync(join(made, 'привет, мир.txt'), 'Привет, мир\n你好，世界\n')
  const painter = await openPerson()
  await painter.page.setContent('<h1 style="color:teal">A picture</h1>')
  writeFileSync(join(made, 'Bilder/Bild 10.png'), await painter.page.screenshot())
  writeFileSync(join(made, 'Bilder/Bild 9.png'), await painter.page.screenshot())
  writeFileSync(join(made, 'report.pdf'), await painter.page.pdf())
  await painter.context.close()
  return made
}

/** Files below a folder. */
const filesIn = (path: string): string[] =>
  readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(path, name)).isFile(),
  )

const rowNames = (): Promise<string[]> =>
  page
    .locator('.rows .file-link .col-name > :first-child')
    .evaluateAll((all) => all.map((each) => each.textContent ?? ''))

beforeAll(async () => {
  node = await startNode(['--no-network'])
  ada = await openPerson()
  page = ada.page
  folder = await makeFolder()
})

describe('first start', () => {
  it('makes the owner, and then asks to sign in', async () => {
    await page.goto(`${node.address}/`)
    await page.getByRole('heading', { name: 'Welcome' }).waitFor()
    await shoot(page, 'welcome-1280-light')
    await claim(page, node.address, 'ada')
    const stranger = await openPerson()
    await stranger.page.goto(`${node.address}/units`)
    await stranger.page.getByRole('textbox', { name: 'Name' }).fill('ada')
    await stranger.page.getByLabel('Password').fill('not her password')
    await stranger.page.keyboard.press('Enter')
    await stranger.page.getByText('Name and password do not fit.').waitFor()
    await stranger.page.getByLabel('Password').fill('correct horse battery')
    await stranger.page.keyboard.press('Enter')
    await stranger.page.getByText('No units yet').waitFor()
    await stranger.page.getByRole('button', { name: 'Account of ada' }).click()
    await stranger.page.getByRole('menuitem', { name: 'Sign out' }).click()
    await stranger.page.getByRole('heading', { name: 'Sign in' }).waitFor()
    await stranger.context.close()
  })

  it('loads at most 200 KB, compressed', () => {
    const assets = join(root, 'console/dist/assets')
    const files = readdirSync(assets).filter((name) => /\.(js|css)$/.test(name))
    const sizes = files.map((name) => gzipSync(readFileSync(join(assets, name))).length)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(200_000)
  })
})

describe('a file unit', () => {
  it('takes a folder by drag and drop, with all that is in it', async () => {
    album = await createUnit(page, node.address, 'Sommer')
    await page.getByText('Drop files or folders here').waitFor()
    await drop(page, [folder])
    await page.getByText('Uploaded Sommer 夏天').waitFor()
    await page.getByRole('link', { name: 'Sommer 夏天' }).click()
    await page.getByRole('link', { name: 'README.md' }).waitFor()
    expect(await rowNames()).toEqual([
      'Bilder',
      'code',
      'README.md',
      'report.pdf',
      'привет, мир.txt',
    ])
    await page.getByRole('link', { name: 'Bilder' }).click()
    await page.getByRole('link', { name: 'icon.svg' }).waitFor()
    expect(await rowNames()).toEqual(['пусто', 'Bild 9.png', 'Bild 10.png', 'icon.svg'])
  })

  it('shows pictures, texts and documents of a closed unit', async () => {
    const viewer = page.locator('dialog.viewer')
    for (const name of ['Bild 9.png', 'icon.svg']) {
      await page.getByRole('link', { name }).click()
      const picture = viewer.getByRole('img', { name })
      await picture.waitFor()
      await expect
        .poll(() => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth))
        .toBeGreaterThan(0)
      await page.keyboard.press('Escape')
    }
    await page.getByRole('link', { name: 'Sommer 夏天' }).click()
    await page.getByRole('link', { name: 'README.md' }).click()
    await viewer.getByRole('heading', { name: 'Summer' }).waitFor()
    await shoot(page, 'text-1280-light')
    await page.keyboard.press('ArrowRight')
    await viewer.locator('iframe').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: 'привет, мир.txt' }).click()
    await viewer.getByText('你好，世界').waitFor()
    await page.keyboard.press('Escape')
    await viewer.waitFor({ state: 'detached' })
  })

  it('backs up, shows what changed, releases and goes back', async () => {
    await page.getByRole('button', { name: 'Back up' }).click()
    await page.getByLabel('What is new?').fill('All of it')
    await page
      .getByRole('dialog')
      .getByText(`${filesIn(folder).length + 1} added`)
      .waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Back up' }).click()
    await page.getByRole('button', { name: 'Backed up' }).waitFor()

    await page.getByRole('link', { name: 'README.md' }).click()
    await page.getByRole('button', { name: 'Edit' }).click()
    await page.getByRole('textbox', { name: 'README.md' }).fill('# Autumn\n')
    await page.keyboard.press('Control+s')
    await page.getByRole('heading', { name: 'Autumn' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Back up' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Back up' }).click()
    await page.getByRole('button', { name: 'Backed up' }).waitFor()

    await page.getByRole('link', { name: 'History' }).click()
    await page.getByRole('button', { name: 'What changed since version 1' }).click()
    const changes = page.getByRole('list', { name: 'Changes' })
    await changes.getByText('Sommer 夏天/README.md').waitFor()
    expect(await changes.getByRole('listitem').count()).toBe(1)
    await page.getByRole('button', { name: 'More for version 1' }).click()
    await page.getByRole('menuitem', { name: 'Make it the release' }).click()
    await page.getByText('Release 1', { exact: true }).waitFor()
    await shoot(page, 'history-1280-light')

    await page.getByRole('button', { name: 'More for version 1' }).click()
    await page.getByRole('menuitem', { name: 'Go back to it' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Go back to it' }).click()
    await page.getByText('The working copy is at version 1 again.').waitFor()
    await page.goto(
      `${node.address}/unit/${album}/content/${encodeURIComponent('Sommer 夏天')}?show=README.md`,
    )
    await page.getByRole('heading', { name: 'Summer' }).waitFor()
  })

  it('deletes with a way back', async () => {
    await page.goto(`${node.address}/unit/${album}/content/${encodeURIComponent('Sommer 夏天')}`)
    const report = page.getByRole('link', { name: 'report.pdf' })
    await report.focus()
    await page.keyboard.press('Delete')
    await report.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Undo' }).click()
    await report.waitFor()
    await report.focus()
    await page.keyboard.press('Delete')
    await expect
      .poll(
        async () => {
          const sid = await page.evaluate(() => sessionStorage.getItem('leither.sid') ?? '')
          const { body } = await node.call('files.list', { mid: album, path: 'Sommer 夏天' }, sid)
          return (body['entries'] as { name: string }[]).map(({ name }) => name)
        },
        { timeout: 15_000 },
      )
      .not.toContain('report.pdf')
  })
})

describe('the keyboard', () => {
  it('finds, opens, previews and goes up', async () => {
    await page.goto(`${node.address}/`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.keyboard.press('/')
    await page.getByRole('combobox').waitFor()
    await page.keyboard.type('somm')
    await page.getByRole('option', { name: 'Sommer' }).waitFor()
    await shoot(page, 'palette-1280-light')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Sommer 夏天' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'Bilder' }).focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    const focused = (): Promise<string> =>
      page.evaluate(() => document.activeElement?.textContent ?? '')
    expect(await focused()).toContain('README.md')
    await page.keyboard.press('Space')
    await page.locator('dialog.viewer').waitFor()
    await page.keyboard.press('Space')
    await page.locator('dialog.viewer').waitFor({ state: 'detached' })
    expect(await focused()).toContain('README.md')
    await page.keyboard.press('Backspace')
    await page.getByRole('link', { name: 'Sommer 夏天' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.keyboard.type('settings')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Settings' }).waitFor()
  })
})

describe('a database unit', () => {
  it('is filled and read by hand, and by others at the same time', async () => {
    const mid = await createUnit(page, node.address, 'Address book', ['A database'])
    await page.getByRole('button', { name: 'New key' }).click()
    await page.getByLabel('Kind', { exact: true }).selectOption('hash')
    await page.getByLabel('Name of the key').fill('person:ada')
    await page.getByLabel('Field').fill('email')
    await page.getByLabel('Value', { exact: true }).fill('ada@example.org')
    await page.getByRole('button', { name: 'Create' }).click()
    await page.getByText('ada@example.org').waitFor()
    const sid = await page.evaluate(() => sessionStorage.getItem('leither.sid') ?? '')
    await node.call('db.hset', { mid, key: 'person:ada', field: 'born', value: 1815 }, sid)
    await page.getByText('1815').waitFor()
    await page.getByRole('link', { name: 'Records 1' }).waitFor()
    await shoot(page, 'database-1280-light')
  })
})

describe('an app', () => {
  it('is installed from a folder and acts for the person on its own origin', async () => {
    await page.goto(`${node.address}/apps`)
    const choosing = page.waitForEvent('filechooser')
    await page.getByRole('button', { name: 'Install from a folder' }).click()
    await (await choosing).setFiles(join(root, 'examples/notes'))
    await page.getByRole('dialog').getByRole('button', { name: 'Install' }).click()
    await page.getByText('Notes is installed, version 1.').waitFor()
    const opening = ada.context.waitForEvent('page')
    await page.getByRole('button', { name: 'Open Notes' }).click()
    const app = await opening
    await app.getByRole('heading', { name: 'Notes asks for your permission' }).waitFor()
    await shoot(app, 'permission-1280-light')
    await app.getByRole('button', { name: 'Allow' }).click()
    await app.waitForURL(/\.localhost:/)
    await app.getByRole('button', { name: 'New note' }).waitFor()
    expect(new URL(app.url()).origin).not.toBe(node.address)
    expect(app.url()).not.toContain('leither=')
    await app.close()
  })
})

describe('two windows', () => {
  it('show the same without a reload', async () => {
    const other = await ada.context.newPage()
    await other.goto(`${node.address}/units`)
    const signIn = other.getByRole('button', { name: 'Sign in' })
    await other.getByRole('textbox', { name: 'Name' }).fill('ada')
    await other.getByLabel('Password').fill('correct horse battery')
    await signIn.click()
    await other.getByRole('link', { name: /Sommer/ }).waitFor()
    await createUnit(page, node.address, 'Letters')
    await other.getByRole('link', { name: /Letters/ }).waitFor()
    await other.close()
  })
})

describe('every screen', () => {
  const places = (mid: string): Record<string, string> => ({
    home: '/',
    units: '/units',
    content: `/unit/${mid}/content/${encodeURIComponent('Sommer 夏天')}`,
    history: `/unit/${mid}/history`,
    sharing: `/unit/${mid}/sharing`,
    apps: '/apps',
    network: '/network',
    settings: '/settings',
  })

  it('stands still while it loads and fits desks and phones, light and dark', async () => {
    const storageState = await ada.context.storageState()
    const sid = await page.evaluate(() => sessionStorage.getItem('leither.sid') ?? '')
    for (const viewport of [desk, phone]) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const person = await openPerson({ viewport, colorScheme, storageState })
        await person.context.addInitScript(
          (value) => sessionStorage.setItem('leither.sid', value),
          sid,
        )
        for (const [name, path] of Object.entries(places(album))) {
          await person.page.goto(`${node.address}${path}`, { waitUntil: 'networkidle' })
          await person.page.getByRole('heading', { level: 1 }).waitFor()
          await shoot(person.page, `${name}-${viewport.width}-${colorScheme}`)
          await expectNoOverflow(person.page)
          const shift = await layoutShift(person.page)
          expect(shift, `${name} at ${viewport.width} moves`).toBeLessThan(0.02)
        }
        expect(person.errors).toEqual([])
        await person.context.close()
      }
    }
  })

  it('says so when the node is gone, and goes on when it is back', async () => {
    await page.goto(`${node.address}/units`)
    await page.getByRole('link', { name: /Sommer/ }).waitFor()
    const { port } = new URL(node.address)
    await node.kill()
    await page.getByText('The node does not answer. Trying again').waitFor()
    await page.getByRole('link', { name: /Sommer/ }).waitFor()
    node = await startNode(['--no-network', '--port', port], node.home)
    await page.getByText('The node does not answer. Trying again').waitFor({ state: 'detached' })
  })
})

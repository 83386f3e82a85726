/** Both example apps in Chromium, on their own origins, against a real node. */
import { readdirSync, readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type NodeProcess, startNode, until } from '../processes/leither.js'
import { phone as phoneSize } from './browser.js'
import { filmOf, paint } from './media.js'
import { openWatched, shootAll, signIn, type Watched } from './watched.js'

const ann = { name: 'ann', password: 'correct horse' }

interface App {
  readonly mid: string
  readonly address: string
  readonly version: number
}

let node: NodeProcess

beforeAll(async () => {
  node = await startNode()
  expect((await node.call('user.claim', ann)).status).toBe(200)
})

afterAll(async () => {
  expect(await node.stop()).toBe(0)
})

/** Opens an app at its address as somebody who never used it: sign in, allow, and be back in it. */
async function enter(watched: Watched, app: App, title: string): Promise<void> {
  const { page } = watched
  await page.goto(app.address)
  await page.waitForURL(`${node.address}/allow?**`)
  await signIn(page, ann.name, ann.password)
  await page.getByRole('heading', { name: title }).waitFor()
  await shootAll(page, `${title.toLowerCase()}-allow`)
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.waitForURL(app.address)
}

describe('the examples', () => {
  it.each(['notes', 'album'])('%s is small enough to be read in one go', (app) => {
    const sources = readdirSync(`examples/${app}`).map((name) => `examples/${app}/${name}`)
    const lines = sources.flatMap((file) => readFileSync(file, 'utf8').trimEnd().split('\n'))
    expect(lines.length).toBeLessThan(300)
  })
})

describe('notes', () => {
  let app: App
  let desk: Watched
  let phone: Watched

  const note = (page: Page, title: string) =>
    page.getByRole('list', { name: 'Notes' }).getByRole('button', { name: title })
  const said = (page: Page, words: string | RegExp) =>
    page.getByRole('status').filter({ hasText: words }).waitFor()

  it('opens on its own origin once the person allowed it', async () => {
    app = await node.ask<App>(['app', 'upload', 'examples/notes', '--release'])
    const open = await node.ask<App>(['app', 'open', app.mid])
    expect(open).toMatchObject({ title: 'Notes', address: app.address })
    expect(new URL(app.address).hostname).toMatch(/^[0-9a-z]{31,33}\.localhost$/)
    desk = await openWatched()
    await enter(desk, app, 'Notes')
    await desk.page.getByText('Nothing here yet').waitFor()
    await shootAll(desk.page, 'notes-empty')
    phone = await openWatched({ viewport: phoneSize })
    await enter(phone, app, 'Notes')
  })

  it('shows in one browser what is typed in the other', async () => {
    await desk.page.getByRole('button', { name: 'New note' }).click()
    await desk.page.getByLabel('Title').fill('Garden')
    await desk.page.getByLabel('Text').fill('Sow the peas.')
    await said(desk.page, 'Saved')
    await note(phone.page, 'Garden').click()
    const text = phone.page.getByLabel('Text')
    await until('the text at the phone', async () => (await text.inputValue()) === 'Sow the peas.')

    await text.press('End')
    await text.pressSequentially(' And the beans: 种豆得豆 🌱')
    await said(phone.page, 'Saved')
    const both = 'Sow the peas. And the beans: 种豆得豆 🌱'
    await until(
      'the text of both at the desk',
      async () => (await desk.page.getByLabel('Text').inputValue()) === both,
    )
  })

  it('keeps notes over a reload, and what is deleted can be brought back', async () => {
    const { page } = desk
    await phone.page.getByRole('button', { name: 'Done' }).click()
    for (const [title, text] of [
      ['Trip to the coast', 'Train at 8:12 from platform 4.\n\nTake the small tent, and the map.'],
      ['Books to read', 'The Dispossessed. The Waves. 紅樓夢.'],
    ]) {
      await page.getByRole('button', { name: 'New note' }).click()
      await page.getByLabel('Title').fill(title)
      await page.getByLabel('Text').fill(text)
      await said(page, 'Saved')
    }
    await note(phone.page, 'Books to read').waitFor()
    await page.reload()
    expect(page.url()).toBe(app.address)
    await note(page, 'Books to read').click()
    expect(await page.getByLabel('Text').inputValue()).toContain('The Waves')
    await page.getByRole('button', { name: 'Delete' }).click()
    await said(page, 'Deleted')
    await until(
      'the note gone at the phone',
      async () => (await note(phone.page, 'Books to read').count()) === 0,
    )
    await page.getByRole('button', { name: 'Undo' }).click()
    await until(
      'the note back at the phone',
      async () => (await note(phone.page, 'Books to read').count()) === 1,
    )
    expect(await page.getByLabel('Title').inputValue()).toBe('Books to read')
    await note(page, 'Trip to the coast').click()
    await shootAll(page, 'notes')
    await shootAll(phone.page, 'notes-list')
  })

  it('backs up by its button, closed to everybody else', async () => {
    await desk.page.getByRole('button', { name: 'Back up' }).click()
    await said(desk.page, 'Backed up as version 1')
    const { body } = await node.call('session.login', ann)
    const units = await node.call('mimei.list', {}, String(body.sid))
    const all = units.body.units as { mid: string; mark: string; kind: string; version: number }[]
    const unit = all.find(({ mark, kind }) => mark === 'notes' && kind === 'database')
    expect(unit).toMatchObject({ version: 1 })
    const guest = await node.call('db.hgetall', { mid: unit?.mid, key: 'notes' })
    expect(guest.body.error?.code).toBe('RIGHT_MISSING')
  })

  it('did all that without a failed request or an error', () => {
    for (const { errors, failed } of [desk, phone]) expect([...errors, ...failed]).toEqual([])
  })
})

describe('album', () => {
  let app: App
  let ann: Watched
  let page: Page

  const tiles = () => page.getByRole('main').getByRole('button')
  const versions = () => page.getByLabel('Version').getByRole('option').allTextContents()

  const widths = () =>
    page
      .getByRole('main')
      .locator('img')
      .evaluateAll((all) => all.map((image) => (image as HTMLImageElement).naturalWidth))

  it('opens empty on its own origin', async () => {
    app = await node.ask<App>(['app', 'upload', 'examples/album', '--release'])
    ann = await openWatched()
    page = ann.page
    await enter(ann, app, 'Album')
    await page.getByText('Nothing here.').waitFor()
    await shootAll(page, 'album-empty')
  })

  it('adds pictures with thumbnails; each batch is a version', async () => {
    const pictures = await paint(page, 7)
    await page.getByLabel('Add').setInputFiles(pictures.slice(0, 5))
    await page.getByLabel('Version').filter({ hasText: '1: 5 added' }).waitFor()
    expect(await tiles().count()).toBe(5)
    await page.getByLabel('Add').setInputFiles(pictures.slice(5))
    await page.getByLabel('Version').filter({ hasText: '2: 2 added' }).waitFor()
    expect(await tiles().count()).toBe(7)
    expect((await versions()).map((text) => text.split(',')[0])).toEqual([
      '2: 2 added',
      '1: 5 added',
    ])
    await until('all thumbnails', async () => (await widths()).every((width) => width > 0))
    expect(Math.max(...(await widths()))).toBeLessThan(1600)
  })

  it('plays a film by parts of its file', async () => {
    await page.getByLabel('Add').setInputFiles(await filmOf(page))
    await page.getByLabel('Version').filter({ hasText: '3: 1 added' }).waitFor()
    await until('the thumbnail', async () => (await widths())[0] > 0)
    await shootAll(page, 'album')
    await page.getByRole('button', { name: 'film.webm' }).click()
    await page.waitForFunction(() => {
      const film = document.querySelector('video')
      return film !== null && film.videoWidth > 0 && film.currentTime > 0.2
    })
    await shootAll(page, 'album-film')
    const parts = ann.answered.filter(({ url }) => url.includes(':3/photos/'))
    expect(parts.length).toBeGreaterThan(0)
    for (const part of parts) expect(part).toMatchObject({ status: 206, type: 'video/webm' })
    await page.keyboard.press('ArrowRight')
    await page.getByRole('dialog').locator('img').waitFor()
    await shootAll(page, 'album-picture')
    await page.keyboard.press('Escape')
  })

  it('removes a picture, looks back, and goes back', async () => {
    await tiles().last().click()
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByLabel('Version').filter({ hasText: '4: 1 removed' }).waitFor()
    expect(await tiles().count()).toBe(7)
    await page.getByLabel('Version').selectOption('1')
    await until('the first version', async () => (await tiles().count()) === 5)
    await page.getByLabel('Version').selectOption('3')
    await until('the third version', async () => (await tiles().count()) === 8)
    await shootAll(page, 'album-before')
    await page.getByRole('button', { name: 'Restore' }).click()
    await page.getByLabel('Version').filter({ hasText: '5: back to 3' }).waitFor()
    expect(await tiles().count()).toBe(8)
  })

  it('did all that without a failed request or an error', () => {
    expect([...ann.errors, ...ann.failed]).toEqual([])
  })
})

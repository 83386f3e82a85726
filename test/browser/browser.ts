/** Debian's Chromium on real nodes: windows, screenshots, drops of real files, layout shifts. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'
import { afterAll, expect } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const screenshots = join(root, 'artifacts/screenshots')

const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

let browser: Promise<Browser> | undefined

afterAll(async () => {
  await (await browser)?.close()
})

function open(): Promise<Browser> {
  const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
  browser ??= chromium.launch({ executablePath, args: quiet })
  return browser
}

export const desk = { width: 1280, height: 800 }
export const phone = { width: 390, height: 844 }

/** A person with a browser of their own: nothing is shared with others but the node. */
export interface Person {
  readonly context: BrowserContext
  readonly page: Page
  /** errors of pages and their consoles; a test ends with none */
  readonly errors: readonly string[]
}

/** Sums up layout shifts that no press of a key or button explains. */
function countShifts(): void {
  const shifts = { sum: 0 }
  Object.assign(window, { layoutShifts: shifts })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as unknown as LayoutShift[]) {
      if (!entry.hadRecentInput) shifts.sum += entry.value
    }
  }).observe({ type: 'layout-shift', buffered: true })
}

interface LayoutShift {
  readonly value: number
  readonly hadRecentInput: boolean
}

export async function openPerson(
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<Person> {
  const context = await (await open()).newContext({ viewport: desk, ...options })
  await context.addInitScript(countShifts)
  const errors: string[] = []
  context.on('page', (page) => {
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(`${message.text()} (${page.url()})`)
    })
  })
  return { context, page: await context.newPage(), errors }
}

/** The sum of layout shifts since the page was loaded. */
export const layoutShift = (page: Page): Promise<number> =>
  page.evaluate(() => (window as unknown as { layoutShifts: { sum: number } }).layoutShifts.sum)

/** Keeps a picture for people to look at, outside git. */
export async function shoot(page: Page, name: string): Promise<void> {
  mkdirSync(screenshots, { recursive: true })
  writeFileSync(join(screenshots, `${name}.png`), await page.screenshot())
}

/** Drops files and folders of this machine onto the page, as a hand with a mouse does. */
export async function drop(page: Page, paths: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const data = { items: [], files: [...paths], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await session.send('Input.dispatchDragEvent', { type, x: 640, y: 500, data })
  }
  await session.detach()
}

/** Becomes the owner of a fresh node. */
export async function claim(page: Page, address: string, name: string): Promise<void> {
  await page.goto(`${address}/`)
  await page.getByRole('textbox', { name: 'Name' }).fill(name)
  await page.getByLabel('Password').fill('correct horse battery')
  await page.getByRole('button', { name: 'Make this node mine' }).click()
  await page.getByRole('heading', { name: 'All is well' }).waitFor()
}

/** Makes a unit by the dialog and stays on its page. @returns its mid */
export async function createUnit(
  page: Page,
  address: string,
  name: string,
  choices: readonly string[] = [],
): Promise<string> {
  await page.goto(`${address}/units?new=1`)
  await page.getByRole('textbox', { name: 'Name' }).fill(name)
  for (const choice of choices) await page.getByRole('radio', { name: choice }).check()
  await page.getByRole('button', { name: 'Create' }).click()
  await page.getByRole('heading', { name, level: 1 }).waitFor()
  return new URL(page.url()).pathname.split('/')[2]
}

/** Nothing is wider than the window. */
export async function expectNoOverflow(page: Page): Promise<void> {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
  expect(over, `${page.url()} is wider than the window`).toBeLessThanOrEqual(0)
}

/** What goes over the wire of a person's browser, and the ways of a person through it. */
import type { Browser, Page } from 'playwright-core'
import { desk, openPerson, type Person, phone, shoot } from './browser.js'

export interface Answered {
  readonly status: number
  /** content type */
  readonly type: string
  readonly url: string
}

export interface Watched extends Person {
  /** requests without an answer, or with one that says no: why and where */
  readonly failed: readonly string[]
  readonly answered: readonly Answered[]
}

/** A person whose browser's requests are noted. */
export async function openWatched(
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<Watched> {
  const person = await openPerson({ locale: 'en-GB', ...options })
  // A picture for the tab, which the browser asks for by itself: no page misses it.
  await person.context.route('**/favicon.ico', (route) => route.fulfill({ status: 204 }))
  const failed: string[] = []
  const answered: Answered[] = []
  person.context.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? ''
    // A player that has enough of a film lets go of the rest; so does a page that is left.
    if (reason !== 'net::ERR_ABORTED') failed.push(`${reason} ${request.url()}`)
  })
  person.context.on('response', (response) => {
    const [status, url] = [response.status(), response.url()]
    answered.push({ status, type: response.headers()['content-type'] ?? '', url })
    if (status >= 400) failed.push(`${status} ${url}`)
  })
  return { ...person, failed, answered }
}

/** Signs in at the form that the page shows. */
export async function signIn(page: Page, name: string, password: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Name' }).fill(name)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** Pictures of the page at phone and desk width, in light and dark. */
export async function shootAll(page: Page, name: string): Promise<void> {
  const before = page.viewportSize()
  for (const size of [phone, desk]) {
    await page.setViewportSize(size)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      await shoot(page, `${name}-${size.width}-${colorScheme}`)
    }
  }
  await page.emulateMedia({ colorScheme: null })
  if (before !== null) await page.setViewportSize(before)
}

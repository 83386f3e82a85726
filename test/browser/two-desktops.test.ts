/** Two people on two nodes: what one publishes, the other brings home and sees change. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { freshFolder, type NodeProcess, startNode } from '../processes/leither.js'
import { claim, createUnit, drop, openPerson, type Person, shoot } from './browser.js'

let here: NodeProcess
let there: NodeProcess
let ada: Person
let bob: Person
let recipe: string
let mid: string

const viewer = (): ReturnType<Person['page']['locator']> => bob.page.locator('dialog.viewer')

beforeAll(async () => {
  here = await startNode()
  there = await startNode()
  ada = await openPerson()
  bob = await openPerson()
  await claim(ada.page, here.address, 'ada')
  await claim(bob.page, there.address, 'bob')
  recipe = join(freshFolder(), 'soup.txt')
})

async function save(text: string, version: number): Promise<void> {
  const { page } = ada
  writeFileSync(recipe, text)
  await page.goto(`${here.address}/unit/${mid}`)
  await page.getByRole('heading', { name: 'Recipes' }).waitFor()
  await drop(page, [recipe])
  if (version > 1) await page.getByRole('button', { name: 'Replace' }).click()
  await page.getByText('Uploaded soup.txt').waitFor()
  await page.getByRole('button', { name: 'Back up', exact: true }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Back up' }).click()
  await page.getByText(`“Recipes” is backed up as version ${version}.`).waitFor()
}

describe('two desktops', () => {
  it('see each other after one gave the other its address', async () => {
    const { page } = bob
    await page.goto(`${there.address}/network`)
    await page.getByText('No other node in sight').waitFor()
    await page.getByLabel('Address of another node').fill(await here.wireAddress())
    await page.getByRole('button', { name: 'Connect' }).click()
    await page.getByText(/^Connected to /).waitFor()
    await ada.page.goto(`${here.address}/network`)
    await ada.page.getByText(`${there.id.slice(0, 6)}…${there.id.slice(-4)}`).waitFor()
    await shoot(page, 'network-connected-1280-light')
  })

  it('share a unit that the first publishes', async () => {
    const { page } = ada
    mid = await createUnit(page, here.address, 'Recipes', ['Everyone with the link'])
    await save('Water\n', 1)
    await page.getByRole('link', { name: 'Sharing' }).click()
    await page.getByRole('switch', { name: 'Publish' }).click()
    await page.getByText('Published', { exact: true }).waitFor()

    await bob.page.goto(`${there.address}/unit/${mid}`)
    await bob.page.getByText('This unit is not on this node.').waitFor()
    await bob.page.getByRole('link', { name: 'Bring it here' }).click()
    await bob.page.getByRole('button', { name: 'Bring it here' }).click()
    await bob.page.getByText('“Recipes” is here').waitFor()
    await shoot(bob.page, 'brought-1280-light')
    await bob.page.getByRole('link', { name: 'Open' }).click()
    await bob.page.getByRole('link', { name: 'soup.txt' }).click()
    await viewer().getByText('Water').waitFor()
    await bob.page.keyboard.press('Escape')
  })

  it('show a new version on the other node without a reload', async () => {
    await save('Water and salt\n', 2)
    await bob.page.getByText(/^Saved .*version 2/).waitFor()
    await bob.page.getByRole('link', { name: 'soup.txt' }).click()
    await viewer().getByText('Water and salt').waitFor()
    await bob.page.keyboard.press('Escape')
    expect(bob.errors).toEqual([])
  })
})

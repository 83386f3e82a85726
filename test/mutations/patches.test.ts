/** Planted bugs fit the sources that they are planted in; whether they are found, `mutations` says. */
import { readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'

interface Patch {
  readonly name: string
  /** below `src/` */
  readonly file: string
  readonly find: string
  readonly replace: string
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const list = pathToFileURL(`${root}test/mutations/patches.js`).href
const { patches } = (await import(list)) as { patches: readonly Patch[] }

describe('the mutation check', () => {
  it('has at least 25 planted bugs, each with its own name', () => {
    expect(patches.length).toBeGreaterThanOrEqual(25)
    expect(new Set(patches.map(({ name }) => name)).size).toBe(patches.length)
  })

  it.each(patches)('can plant "$name"', ({ file, find, replace }) => {
    const source = readFileSync(`${root}src/${file}`, 'utf8')
    expect(source.split(find).length - 1).toBe(1)
    expect(replace).not.toBe(find)
  })
})

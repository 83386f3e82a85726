import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { methods } from './index.js'

const text = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8')

it('docs/api.md lists every method of the contract, in its words', () => {
  const rows = text.split('\n').filter((line) => /^\| `[a-z]+\.\w+` \|/.test(line))
  const expected = Object.entries(methods).map(
    ([name, { needs, summary }]) => `| \`${name}\` | ${needs} | ${summary} |`,
  )
  expect(rows).toEqual(expected)
})

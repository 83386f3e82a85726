import { readFileSync } from 'node:fs'
import { build } from 'esbuild'
import { expect, it } from 'vitest'
import { fromHex } from '#base'
import type * as Checker from './check.js'

const source = new URL('../../', import.meta.url).pathname
const vectors = JSON.parse(
  readFileSync(new URL('../../../vectors/ledger-proofs.json', import.meta.url), 'utf8'),
) as {
  org: string
  members: { publicKey: string }[]
  valid: { kind: string; bytes: string }[]
  invalid: { why: string; bytes: string }[]
}

/** The checker as a page would load it: the browser's digests, nothing of Node. */
async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`${source}ledger/proof/check.ts`],
    ...{ bundle: true, format: 'esm', platform: 'browser', write: false, minify: true },
    plugins: [
      {
        name: 'doors',
        setup({ onResolve }) {
          onResolve({ filter: /^#/ }, ({ path }) => {
            const file = path === '#digest' ? 'base/digest-browser' : `${path.slice(1)}/index`
            return { path: `${source}${file}.ts` }
          })
        },
      },
    ],
  })
  return outputFiles[0].text
}

const bytesOf = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array(0)

it('proofs are checked in a browser, by the same code', async () => {
  const code = await bundled()
  expect(code).not.toMatch(/node:|require\(/)
  const url = `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`
  const { checkProof, decodeProof } = (await import(url)) as typeof Checker
  const keys = vectors.members.map(({ publicKey }) => bytesOf(publicKey))
  const trusted = {
    ...{ org: bytesOf(vectors.org), committee: () => keys },
    acceptsUnreplicated: false,
  }
  // The seals of these vectors are checked with Ed25519 where they are made.
  const check = (bytes: string) =>
    checkProof(decodeProof(bytesOf(bytes)), trusted, { verify: () => true })
  for (const { kind, bytes } of vectors.valid) expect(check(bytes).kind).toBe(kind)
  for (const { bytes } of vectors.invalid) expect(() => check(bytes)).toThrow()
})

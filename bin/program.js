/** Finds the built program: the bundle, or the plain files where they are newer. */
import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const timeOf = (url) => statSync(fileURLToPath(url), { throwIfNoEntry: false })?.mtimeMs ?? 0

/** URL of the module that exports `main`; undefined where nothing is built. */
export function programUrl() {
  const bundle = new URL('../dist/bundle/index.js', import.meta.url)
  const plain = new URL('../dist/cli/index.js', import.meta.url)
  const [bundled, compiled] = [timeOf(bundle), timeOf(plain)]
  if (bundled === 0 && compiled === 0) return undefined
  return bundled >= compiled ? bundle.href : plain.href
}

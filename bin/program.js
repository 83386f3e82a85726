/** Finds the built program: the bundle, or the plain files where they are newer. */
import { readFileSync, statSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { fileURLToPath } from 'node:url'

const bundle = new URL('../dist/bundle/', import.meta.url).href
const plain = new URL('../dist/cli/index.js', import.meta.url).href

const timeOf = (url) => statSync(fileURLToPath(url), { throwIfNoEntry: false })?.mtimeMs ?? 0

/** URL of the module that exports `main`; undefined where nothing is built. */
function programUrl() {
  const [bundled, compiled] = [timeOf(`${bundle}index.js`), timeOf(plain)]
  if (bundled === 0 && compiled === 0) return undefined
  return bundled >= compiled ? `${bundle}index.js` : plain
}

/** The program, undefined where nothing is built. @returns the module that exports `main` */
export async function loadProgram() {
  const url = programUrl()
  if (url === undefined) return undefined
  Error.prepareStackTrace = (error, calls) =>
    [error, ...calls.map(sourceOf)].map(String).join('\n    at ')
  return import(url)
}

/** Maps of the bundle's files by URL, null where there is none. */
const maps = new Map()

/**
 * A call as the sources name it. Node could do so itself, but would read all maps at the start: 10 MB
 * of memory for what is seldom asked. Here a map is read when the first error has its stack shown.
 */
function sourceOf(call) {
  const text = String(call)
  const url = call.getFileName()
  if (!url?.startsWith(bundle)) return text
  if (!maps.has(url)) maps.set(url, readMap(url))
  const from = maps.get(url)?.findEntry(call.getLineNumber() - 1, call.getColumnNumber() - 1)
  if (from?.originalSource === undefined) return text
  const source = new URL(from.originalSource, url).href
  return text.replace(
    /file:[^()]+/,
    `${source}:${from.originalLine + 1}:${from.originalColumn + 1}`,
  )
}

function readMap(url) {
  try {
    return new SourceMap(JSON.parse(readFileSync(fileURLToPath(`${url}.map`), 'utf8')))
  } catch {
    return null
  }
}

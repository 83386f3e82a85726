/** The web desktop's files: hashed assets for ever, the page itself always anew. */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { PageUnknown } from './errors.js'
import { type Exchange, reply } from './exchange.js'
import { decodePath } from './gateway/address.js'
import { matchesTag } from './gateway/range.js'
import { always, desktopHeaders } from './headers.js'

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json; charset=utf-8',
  webmanifest: 'application/manifest+json; charset=utf-8',
  svg: 'image/svg+xml; charset=utf-8',
  png: 'image/png',
  ico: 'image/x-icon',
  webp: 'image/webp',
  woff2: 'font/woff2',
  txt: 'text/plain; charset=utf-8',
  map: 'application/json; charset=utf-8',
}

const encodings = [
  { name: 'br', ending: '.br' },
  { name: 'gzip', ending: '.gz' },
] as const

interface Found {
  readonly file: string
  readonly size: number
  readonly changed: number
}

async function find(file: string): Promise<Found | undefined> {
  try {
    const { size, mtimeMs } = await stat(file).then((stats) => {
      if (!stats.isFile()) throw new Error('no file')
      return stats
    })
    return { file, size, changed: mtimeMs }
  } catch {
    return undefined
  }
}

/** The file itself or a copy compressed at build time, whichever the browser takes. */
async function choose(
  file: string,
  accepted: string,
): Promise<(Found & { encoding: Record<string, string> }) | undefined> {
  const plain = await find(file)
  if (plain === undefined) return undefined
  for (const { name, ending } of encodings) {
    if (!accepted.includes(name)) continue
    const packed = await find(file + ending)
    // A copy that is older was made of another build.
    if (packed === undefined || packed.changed < plain.changed) continue
    return { ...packed, encoding: { 'Content-Encoding': name } }
  }
  return { ...plain, encoding: {} }
}

/** Sends one file of a folder. @returns false where there is none */
async function sendFrom(
  exchange: Exchange,
  folder: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<boolean> {
  const { headers: asked } = exchange.incoming
  const found = await choose(join(folder, path), String(asked['accept-encoding'] ?? ''))
  if (found === undefined) return false
  const etag = `"${found.size.toString(36)}-${Math.round(found.changed).toString(36)}"`
  const ending = /\.([a-z0-9]+)$/.exec(path)?.[1] ?? ''
  const all = {
    ...headers,
    ...found.encoding,
    Vary: 'Accept-Encoding',
    ETag: etag,
    'Content-Type': types[ending] ?? 'application/octet-stream',
  }
  if (matchesTag(asked['if-none-match'], etag)) reply(exchange, 304, all)
  else reply(exchange, 200, all, await readFile(found.file))
  return true
}

const immutable = 'public, max-age=31536000, immutable'

/** File names that carry a hash of their content, as Vite makes them. */
const isHashed = (path: string): boolean => /^assets\/.*-[\w-]{8}\.[a-z0-9]+$/.test(path)

const notBuilt =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>Leither</title>' +
  '<p>This node runs, but its desktop is not built. Run <code>npm run build</code>.</p></html>'

/** Whether a path can only mean a file: folders of units may have a dot in their name, too. */
const isFile = (path: string): boolean => /^(assets\/.*|[^/]+\.[a-z0-9]+)$/.test(path)

/** Serves the desktop; addresses inside it get its page. @throws PageUnknown */
export async function serveDesktop(exchange: Exchange, folder: string | undefined): Promise<void> {
  const { path } = decodePath(exchange.path)
  const headers = desktopHeaders(exchange.site.host)
  const caching = { 'Cache-Control': isHashed(path) ? immutable : 'no-cache' }
  if (folder !== undefined && path !== '') {
    if (await sendFrom(exchange, folder, path, { ...headers, ...caching })) return
  }
  if (isFile(path)) throw new PageUnknown(exchange.path)
  const fresh = { ...headers, 'Cache-Control': 'no-cache' }
  if (folder !== undefined && (await sendFrom(exchange, folder, 'index.html', fresh))) return
  reply(exchange, path === '' ? 200 : 404, { ...fresh, 'Content-Type': types.html }, notBuilt)
}

/** `/leither/client.js`: the client library, for apps without a bundler. @throws PageUnknown */
export async function serveClient(exchange: Exchange, file: string | undefined): Promise<void> {
  const headers = {
    ...always,
    'Cache-Control': 'no-cache',
    'Access-Control-Allow-Origin': '*',
    'Cross-Origin-Resource-Policy': 'cross-origin',
  }
  const cut = file?.lastIndexOf('/') ?? -1
  if (file !== undefined && cut >= 0) {
    if (await sendFrom(exchange, file.slice(0, cut), file.slice(cut + 1), headers)) return
  }
  throw new PageUnknown(exchange.path)
}

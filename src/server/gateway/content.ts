/** Answers GET and HEAD with a file: types, tags, ranges, caching. */
import type { Content } from '#node'
import { type Exchange, reply } from '../exchange.js'
import { always, corsRead } from '../headers.js'
import { matchesTag, rangeHolds, readRange, type Wanted } from './range.js'
import { type Started, startReading, writeAll } from './stream.js'

const textual = /^(text\/|application\/(javascript|json|xml|[\w.-]+\+(json|xml)))|\+xml\b/

function isUtf8(bytes: Uint8Array): boolean {
  try {
    // A character may be cut at the end of the piece: `stream` lets it wait.
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

/**
 * The content type. A text says that it is UTF-8 where its beginning is; else the page's own words
 * about its charset count.
 */
export function typeOf(mime: string, beginning: Uint8Array | undefined): string {
  if (mime === '') return 'application/octet-stream'
  const [type] = mime.split(';')
  if (!textual.test(type)) return mime
  return beginning === undefined || isUtf8(beginning) ? `${type}; charset=utf-8` : type
}

/** How long the answer may be kept, and by whom. */
export function cachingOf({ immutable, open }: Pick<Content, 'immutable' | 'open'>): string {
  if (immutable) return `${open ? 'public' : 'private'}, max-age=31536000, immutable`
  return open ? 'no-cache' : 'private, no-cache'
}

export const tagOf = (content: Pick<Content, 'cid'>): string => `"${content.cid.toString()}"`

function headersOf(content: Content, extra: Readonly<Record<string, string>>) {
  const modified: Record<string, string> =
    content.modified === null ? {} : { 'Last-Modified': new Date(content.modified).toUTCString() }
  return {
    ...always,
    ...corsRead,
    'Accept-Ranges': 'bytes',
    ETag: tagOf(content),
    'Cache-Control': cachingOf(content),
    ...modified,
    ...extra,
  }
}

function wantedOf(exchange: Exchange, content: Content): Wanted {
  const { headers } = exchange.incoming
  if (!rangeHolds(headers['if-range']?.toString(), tagOf(content))) return { kind: 'whole' }
  return readRange(headers.range, content.size)
}

/** The beginning of a text, for its charset; nothing is read of other files. */
async function beginningOf(content: Content): Promise<Uint8Array | undefined> {
  if (!textual.test(content.mime) || content.size === 0) return undefined
  const started = await startReading(content.read({ start: 0, end: Math.min(content.size, 4096) }))
  await started.rest.return?.()
  return started.first
}

/**
 * Sends a file or the part of it that was asked for.
 * @param extra headers of this address
 */
export async function sendFile(
  exchange: Exchange,
  content: Content,
  extra: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { incoming, outgoing } = exchange
  const headers = headersOf(content, extra)
  if (matchesTag(incoming.headers['if-none-match'], tagOf(content))) {
    reply(exchange, 304, headers)
    return
  }
  const wanted = wantedOf(exchange, content)
  if (wanted.kind === 'outside') {
    reply(exchange, 416, { ...headers, 'Content-Range': `bytes */${content.size}` })
    return
  }
  const start = wanted.kind === 'part' ? wanted.start : 0
  const end = wanted.kind === 'part' ? wanted.end : content.size
  const isHead = incoming.method === 'HEAD'
  let started: Started | undefined
  if (!isHead && end > start) {
    started = await startReading(content.read(wanted.kind === 'part' ? { start, end } : undefined))
  }
  const beginning =
    start === 0 && started !== undefined ? started.first : await beginningOf(content)
  const part: Record<string, string> =
    wanted.kind === 'part' ? { 'Content-Range': `bytes ${start}-${end - 1}/${content.size}` } : {}
  outgoing.writeHead(wanted.kind === 'part' ? 206 : 200, {
    ...headers,
    'Content-Type': typeOf(content.mime, beginning),
    'Content-Length': end - start,
    ...part,
  })
  if (started === undefined) outgoing.end()
  else await writeAll(started, outgoing)
}

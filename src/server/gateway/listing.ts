/** A directory as a page that people read. */
import type { Content } from '#node'

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as it may stand in HTML. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (c) => escapes[c])

const units = ['bytes', 'KB', 'MB', 'GB', 'TB'] as const

/** A size as people read it, such as `1.4 MB`. */
export function readableSize(bytes: number): string {
  let size = bytes
  let unit = 0
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000
    unit++
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`
}

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }
body { max-width: 50rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.1rem; overflow-wrap: anywhere }
table { width: 100%; border-collapse: collapse }
td { border-top: 1px solid color-mix(in srgb, currentColor 15%, transparent); padding: .35rem 0 }
td:last-child { text-align: right; white-space: nowrap; opacity: .7 }
a { color: inherit; overflow-wrap: anywhere }`

/** The page, piece by piece: a directory of any size needs little memory. */
export async function* listingPage(
  title: string,
  content: Pick<Content, 'entries'>,
  isRoot: boolean,
): AsyncGenerator<Uint8Array> {
  const name = escapeHtml(title)
  const head =
    `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>${name}</title>` +
    '<meta name="viewport" content="width=device-width">' +
    `<style>${style}\n</style></head><body><h1>${name}</h1><table>\n`
  yield Buffer.from(isRoot ? head : `${head}<tr><td><a href="../">..</a></td><td></td></tr>\n`)
  let rows = ''
  for await (const entry of content.entries()) {
    const slash = entry.type === 'directory' ? '/' : ''
    // "./" keeps a name such as "a:b" from being read as a scheme.
    const link = `./${encodeURIComponent(entry.name)}${slash}`
    const size = entry.type === 'directory' ? '' : readableSize(entry.size)
    const shown = escapeHtml(entry.name) + slash
    rows += `<tr><td><a href="${link}">${shown}</a></td><td>${size}</td></tr>\n`
    if (rows.length > 65_536) {
      yield Buffer.from(rows)
      rows = ''
    }
  }
  yield Buffer.from(`${rows}</table></body></html>\n`)
}

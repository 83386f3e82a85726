/** What an app calls itself: the name of its web manifest, or the title of its first page. */
import { concat, toText } from '#base'
import type { FileTree } from '#mimei'

const pageBytes = 64 * 1024
const mostCharacters = 200

async function start(tree: Pick<FileTree, 'read'>, path: string): Promise<string> {
  const parts: Uint8Array[] = []
  try {
    for await (const part of tree.read(path, { start: 0, end: pageBytes })) parts.push(part)
  } catch {
    // An app may have neither a page nor a manifest yet; then it goes by its mark.
    return ''
  }
  return toText(concat(...parts))
}

const characters: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  '#39': "'",
}

function titleOfPage(html: string): string {
  const inner = /<title[^>]*>([^<]*)<\/title>/i.exec(html)?.[1] ?? ''
  return inner.replace(/&(amp|lt|gt|quot|apos|#39);/g, (_, name: string) => characters[name])
}

function nameInManifest(json: string): string {
  try {
    const name = (JSON.parse(json) as { name?: unknown } | null)?.name
    return typeof name === 'string' ? name : ''
  } catch {
    return ''
  }
}

const tidy = (text: string): string =>
  [...text.replace(/\s+/g, ' ').trim()].slice(0, mostCharacters).join('')

/** The app's title; `""` where it names none. */
export async function appTitle(tree: Pick<FileTree, 'read'>): Promise<string> {
  const named = tidy(nameInManifest(await start(tree, 'manifest.webmanifest')))
  return named === '' ? tidy(titleOfPage(await start(tree, 'index.html'))) : named
}

/** Which files can be looked at in the desktop, and how. */
import type { FileEntry } from '../state/node'

export type Sort = 'image' | 'video' | 'audio' | 'pdf' | 'text' | 'other'

const textEndings =
  /\.(txt|md|markdown|json|jsonl|csv|tsv|xml|ya?ml|toml|ini|conf|log|html?|css|js|mjs|cjs|jsx|ts|tsx|svelte|vue|py|rb|go|rs|c|h|cc|cpp|hpp|java|kt|swift|sh|bash|sql|lua|php|tex|srt|vtt|gitignore|env)$/i
const textNames = /^(readme|license|licence|copying|changelog|makefile|dockerfile|authors)$/i
const textTypes = /^(text\/|application\/(json|javascript|xml|x-sh|toml|yaml|sql|typescript))/

export function sortOf({ mime, name }: Pick<FileEntry, 'mime' | 'name'>): Sort {
  if (mime.startsWith('image/')) return 'image'
  if (mime === 'application/pdf') return 'pdf'
  // `.ts` is TypeScript here far more often than a video stream.
  if (textTypes.test(mime) || textEndings.test(name) || textNames.test(name)) return 'text'
  if (mime.startsWith('video/')) return 'video'
  if (mime.startsWith('audio/')) return 'audio'
  return 'other'
}

export const isMarkdown = (name: string): boolean => /\.(md|markdown)$/i.test(name)

/** bytes of a text that is shown; the rest is one download away */
export const textLimit = 1024 * 1024

/** bytes of a closed file that is brought into the browser to be played */
export const mediaLimit = 512 * 1024 * 1024

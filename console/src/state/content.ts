/**
 * Content of file units. What everyone may read is loaded by its plain address; what is closed
 * needs the session in a header, which no `<img>` sends: it is fetched and shown as a blob.
 */
import { node } from './node'

export type VersionName = 'cur' | 'last' | 'release' | number

/** A file of a version of a unit. */
export interface FileAt {
  readonly mid: string
  readonly version: VersionName
  readonly path: string
}

/** Plain address of a file: for what everyone may read. */
export const addressOf = ({ mid, version, path }: FileAt): string =>
  `/mm/${mid}:${version}/${path.split('/').map(encodeURIComponent).join('/')}`

/** What everyone may read: last digit of the right word, 4 backed-up versions, 1 working copy. */
export const isOpen = (right: number, version: VersionName): boolean =>
  (right & (version === 'cur' ? 1 : 4)) !== 0

/** The node's answer to GET, with the session's rights. @throws LeitherError */
export async function fetchFile(file: FileAt, signal?: AbortSignal): Promise<Response> {
  const client = await node()
  const init = signal === undefined ? {} : { signal }
  return client.files(file.mid).download(file.path, file.version, init)
}

/** Whole file as a blob of a type that was decided here, not by the file. @throws LeitherError */
export async function blobOf(file: FileAt, type: string, signal?: AbortSignal): Promise<Blob> {
  const response = await fetchFile(file, signal)
  return new Blob([await response.blob()], { type })
}

/** Saves a file on the person's machine. @param open everyone may read it @throws LeitherError */
export async function download(file: FileAt, name: string, open: boolean): Promise<void> {
  const link = document.createElement('a')
  link.download = name
  link.href = open
    ? addressOf(file)
    : URL.createObjectURL(await blobOf(file, 'application/octet-stream'))
  link.click()
  // The browser needs the blob until it has begun to save it.
  if (!open) setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

/**
 * Writes a file into the working copy; resolved when the node has it safe.
 * @param onSent bytes sent up to now
 * @throws LeitherError
 */
export async function sendFile(
  { mid, path }: Pick<FileAt, 'mid' | 'path'>,
  content: Blob & { lastModified?: number },
  signal: AbortSignal,
  onSent: (bytes: number) => void,
): Promise<void> {
  const client = await node()
  const { lastModified } = content
  await client.files(mid).upload(path, content, {
    signal,
    onProgress: (sent) => onSent(Math.min(sent, content.size)),
    ...(lastModified === undefined ? {} : { modified: lastModified }),
  })
}

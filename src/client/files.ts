/** A file unit in a few words: `await client.files(mid).upload('a.txt', 'hello')`. */
import type { Params, Result } from '#api'
import { fromJson, LeitherError } from '#base'
import { ConnectionLost, errorOf, NodeUnreachable } from './errors.js'
import { type BoundGroup, type Call, groupOver } from './groups.js'

type Version = NonNullable<Params<'files.list'>['version']>
type Entry = Result<'files.stat'>

/** What a file can be made of. */
export type FileContent = string | Blob | ArrayBuffer | Uint8Array<ArrayBuffer> | ReadableStream

export interface UploadOptions {
  /** milliseconds since 1970 */
  readonly modified?: number
  /** bytes sent so far, in browsers; `total` is 0 where it is not known */
  readonly onProgress?: (sent: number, total: number) => void
  readonly signal?: AbortSignal
}

export interface FilesClient extends BoundGroup<'files', 'mid'> {
  /** Web address of a file; what is not open to everyone also needs the session: `download`. */
  url(path: string, version?: Version): string
  /** The node's answer to GET, with the session's rights; `cur` unless said otherwise. */
  download(path: string, version?: Version, init?: RequestInit): Promise<Response>
  /** Writes a whole file of any size; it is on the node's disk when this resolves. */
  upload(path: string, content: FileContent, options?: UploadOptions): Promise<Entry>
}

interface FilesParts {
  readonly call: Call
  /** web address of the node */
  readonly address: string
  readonly sid: () => string | undefined
}

const encodePath = (path: string): string =>
  path
    .split('/')
    .filter((name) => name !== '')
    .map(encodeURIComponent)
    .join('/')

function bodyError(status: number, text: string): LeitherError {
  try {
    const { error } = fromJson(text) as unknown as { error: Record<string, unknown> }
    const { message, data, ...rest } = error
    return errorOf(message, { ...(data as object), ...rest })
  } catch {
    return new LeitherError('HTTP_FAILED', 'internal', `the node answered with status ${status}`)
  }
}

/** PUT by XMLHttpRequest: the only way to learn in a browser how much was sent. */
function putByXhr(
  url: string,
  content: Exclude<FileContent, ReadableStream>,
  headers: Readonly<Record<string, string>>,
  { onProgress, signal }: UploadOptions,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('PUT', url)
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress?.(loaded, total))
    request.addEventListener('load', () => {
      if (request.status < 300) resolve(request.responseText)
      else reject(bodyError(request.status, request.responseText))
    })
    request.addEventListener('error', () => reject(new ConnectionLost('PUT')))
    request.addEventListener('abort', () => reject(new ConnectionLost('PUT')))
    signal?.addEventListener('abort', () => request.abort())
    request.send(content)
  })
}

export function filesClient({ call, address, sid }: FilesParts, mid: string): FilesClient {
  const authority = (): Record<string, string> => {
    const session = sid()
    return session === undefined ? {} : { Authorization: `Bearer ${session}` }
  }
  const send = async (path: string, version: Version | undefined, init: RequestInit) => {
    const headers = { ...authority(), ...(init.headers as Record<string, string> | undefined) }
    let response: Response
    try {
      response = await fetch(own.url(path, version), { ...init, headers })
    } catch (error) {
      init.signal?.throwIfAborted()
      throw new NodeUnreachable(address, error)
    }
    if (!response.ok) throw bodyError(response.status, await response.text())
    return response
  }

  const own: Pick<FilesClient, 'url' | 'download' | 'upload'> = {
    url: (path, version) =>
      `${address}/mm/${mid}${version === undefined ? '' : `:${version}`}/${encodePath(path)}`,
    download: (path, version = 'cur', init = {}) => send(path, version, init),
    async upload(path, content, options = {}) {
      const { modified, onProgress, signal } = options
      const headers: Record<string, string> =
        modified === undefined ? {} : { 'X-Modified': String(Math.round(modified)) }
      const streams = content instanceof ReadableStream
      if (onProgress !== undefined && typeof XMLHttpRequest !== 'undefined' && !streams) {
        const all = { ...authority(), ...headers }
        return entryOf(await putByXhr(own.url(path, 'cur'), content, all, options))
      }
      // Engines ask for `duplex` where a body streams, and types do not know it yet.
      const more = { ...(streams ? { duplex: 'half' } : {}), ...(signal ? { signal } : {}) }
      const init = { method: 'PUT', headers, body: content, ...more }
      return entryOf(await (await send(path, 'cur', init)).text())
    },
  }
  return groupOver(own, 'files', call, { mid }) as FilesClient
}

const entryOf = (text: string): Entry => fromJson(text) as unknown as Entry

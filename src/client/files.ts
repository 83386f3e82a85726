/** A file unit in a few words: `await client.files(mid).write('a.txt', 'hello')`. */
import type { Params, Result } from '#api'
import { fromJson, LeitherError } from '#base'
import { ConnectionLost, errorOf, NodeUnreachable } from './errors.js'
import type { Call } from './groups.js'

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

export function filesClient({ call, address, sid }: FilesParts, mid: string) {
  const authority = (): Record<string, string> => {
    const session = sid()
    return session === undefined ? {} : { Authorization: `Bearer ${session}` }
  }
  /** Web address of a file; what is not open to everyone also needs the session: see `fetch`. */
  const url = (path: string, version?: Version): string =>
    `${address}/mm/${mid}${version === undefined ? '' : `:${version}`}/${encodePath(path)}`

  const get = async (path: string, version: Version = 'cur', init: RequestInit = {}) => {
    const headers = { ...authority(), ...(init.headers as Record<string, string> | undefined) }
    let response: Response
    try {
      response = await fetch(url(path, version), { ...init, headers })
    } catch (error) {
      throw new NodeUnreachable(address, error)
    }
    if (!response.ok) throw bodyError(response.status, await response.text())
    return response
  }

  /** Writes a whole file of any size; it is on the node's disk when this resolves. */
  const write = async (path: string, content: FileContent, options: UploadOptions = {}) => {
    const { modified, onProgress, signal } = options
    const headers = {
      ...authority(),
      ...(modified === undefined ? {} : { 'X-Modified': String(Math.round(modified)) }),
    }
    const target = url(path, 'cur')
    if (
      onProgress !== undefined &&
      typeof XMLHttpRequest !== 'undefined' &&
      !(content instanceof ReadableStream)
    ) {
      const text = await putByXhr(target, content, headers, options)
      return fromJson(text) as unknown as Entry
    }
    const streaming = content instanceof ReadableStream ? { duplex: 'half' } : {}
    let response: Response
    try {
      response = await fetch(target, {
        method: 'PUT',
        headers,
        body: content,
        ...(signal === undefined ? {} : { signal }),
        ...streaming,
      })
    } catch (error) {
      throw new NodeUnreachable(address, error)
    }
    const text = await response.text()
    if (!response.ok) throw bodyError(response.status, text)
    return fromJson(text) as unknown as Entry
  }

  return {
    url,
    /** The answer of the node to GET, with the session's rights; `cur` unless said otherwise. */
    fetch: get,
    read: async (path: string, version?: Version) =>
      new Uint8Array(await (await get(path, version)).arrayBuffer()),
    text: async (path: string, version?: Version) => (await get(path, version)).text(),
    /** For pages: an address of the file's bytes in this browser, to be revoked when done. */
    objectUrl: async (path: string, version?: Version) =>
      URL.createObjectURL(await (await get(path, version)).blob()),
    write,
    list: async (path = '', version?: Version): Promise<Entry[]> => {
      const entries: Entry[] = []
      for (let more = true; more;) {
        const after = entries.at(-1)?.name ?? ''
        const page = await call('files.list', { mid, path, after, ...versionOf(version) })
        entries.push(...page.entries)
        more = page.more && page.entries.length > 0
      }
      return entries
    },
    stat: (path: string, version?: Version) =>
      call('files.stat', { mid, path, ...versionOf(version) }),
    append: (path: string, bytes: Uint8Array) => call('files.append', { mid, path, bytes }),
    mkdir: async (path: string) => void (await call('files.mkdir', { mid, path })),
    rename: async (from: string, to: string) =>
      void (await call('files.rename', { mid, from, to })),
    copy: async (from: string, to: string) => void (await call('files.copy', { mid, from, to })),
    remove: async (path: string, recursive = false) =>
      void (await call('files.remove', { mid, path, recursive })),
  }
}

const versionOf = (version: Version | undefined) => (version === undefined ? {} : { version })

export interface FilesClient extends ReturnType<typeof filesClient> {}

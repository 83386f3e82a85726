/** What a person dropped or chose: files, and folders with all that is in them. */
import type { Picked, Picking } from './uploads'

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject))
}

/** A reader gives a folder's entries by the hundred; an empty answer is the end. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (some.length === 0) return all
    all.push(...some)
  }
}

async function walk(
  entry: FileSystemEntry,
  above: string,
  files: Picked[],
  folders: string[],
): Promise<void> {
  const path = above + entry.name
  if (entry.isFile) {
    files.push({ path, file: await fileOf(entry as FileSystemFileEntry) })
    return
  }
  const inside = await entriesOf(entry as FileSystemDirectoryEntry)
  if (inside.length === 0) folders.push(path)
  for (const each of inside) await walk(each, `${path}/`, files, folders)
}

/** Takes everything out of a drop. It must be called before the event ends. */
export async function fromDrop(transfer: DataTransfer): Promise<Picking> {
  const entries = [...transfer.items]
    .filter(({ kind }) => kind === 'file')
    .map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null)
  const plain = [...transfer.files]
  if (entries.length === 0) return fromInput(plain)
  const files: Picked[] = []
  const folders: string[] = []
  for (const entry of entries) await walk(entry, '', files, folders)
  return { files, folders }
}

/** Takes the files of an input; those of a chosen folder know their path. */
export function fromInput(chosen: Iterable<File>): Picking {
  const files = [...chosen].map((file) => ({ path: file.webkitRelativePath || file.name, file }))
  return { files, folders: [] }
}

/** Asks for files, or for a folder, by the browser's own window; nothing where it is closed. */
export function ask(what: 'files' | 'folder'): Promise<Picking> {
  const input = document.createElement('input')
  input.type = 'file'
  input.multiple = true
  input.webkitdirectory = what === 'folder'
  return new Promise((resolve) => {
    input.onchange = () => resolve(fromInput(input.files ?? []))
    input.oncancel = () => resolve({ files: [], folders: [] })
    input.click()
  })
}

/** Files of a chosen folder, by their path below it. */
export function below({ files, folders }: Picking): Picking {
  const cut = (path: string): string => path.slice(path.indexOf('/') + 1)
  const tops = new Set(files.map(({ path }) => (path.includes('/') ? path.split('/')[0] : '')))
  if (tops.size !== 1 || tops.has('')) return { files, folders }
  return {
    files: files.map(({ path, file }) => ({ path: cut(path), file })),
    folders: folders.map(cut),
  }
}

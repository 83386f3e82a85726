import { act, type FileEntry } from '../state/node'
import { store } from '../state/store'
import { withUndo } from '../state/toasts'
import { t } from '../texts/texts'

/** `mid/path` of what is about to be deleted: no list shows it while it can still be undone. */
export const hiddenPaths = store<ReadonlySet<string>>(new Set())

/** Deletes a file, or a folder with all that is in it, after a while in which it can be undone. */
export function removeWithUndo(mid: string, { path, name, type }: FileEntry): void {
  const key = `${mid}/${path}`
  const show = (there: boolean): void =>
    hiddenPaths.change((now) => {
      const next = new Set(now)
      if (there) next.delete(key)
      else next.add(key)
      return next
    })
  withUndo(t.files.deleted(name), show, async () => {
    await act('files.remove', { mid, path, recursive: type === 'directory' })
    // The list is on its way; until it is here the entry stays hidden.
    setTimeout(() => show(true), 2000)
  })
}

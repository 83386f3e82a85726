import { Ago } from '../parts/ago'
import { Icon, type IconName } from '../parts/icon'
import { Menu, type MenuItem } from '../parts/menu'
import { download, isOpen } from '../state/content'
import type { FileEntry } from '../state/node'
import { attempt } from '../state/toasts'
import { size } from '../texts/format'
import { t } from '../texts/texts'
import type { Place } from './place'
import { removeWithUndo } from './files-remove'
import { sortOf } from './viewer-kinds'

const icons: Record<ReturnType<typeof sortOf>, IconName> = {
  image: 'image',
  video: 'video',
  audio: 'audio',
  text: 'text',
  pdf: 'text',
  other: 'file',
}

export const iconOfEntry = (entry: FileEntry): IconName =>
  entry.type === 'directory' ? 'folder' : icons[sortOf(entry)]

export function saveFile({ unit, version }: Place, entry: FileEntry): void {
  const file = { mid: unit.mid, version, path: entry.path }
  void attempt(() => download(file, entry.name, isOpen(unit.right, version)))
}

/** A file or folder: its name opens it, its menu does the rest. */
export function FileRow(props: {
  entry: FileEntry
  place: Place
  href: string
  onRename: () => void
}) {
  const { entry, place, href, onRename } = props
  const isFile = entry.type === 'file'
  const items: MenuItem[] = [
    ...(isFile
      ? [{ label: t.download, icon: 'download' as const, run: () => saveFile(place, entry) }]
      : []),
    ...(place.writable
      ? [
          { label: t.files.rename, icon: 'edit' as const, run: onRename },
          {
            label: t.delete,
            icon: 'trash' as const,
            danger: true,
            run: () => removeWithUndo(place.unit.mid, entry),
          },
        ]
      : []),
  ]
  return (
    <div class="file-row">
      <a href={href} class="file-link">
        <span class={`file-icon ${isFile ? '' : 'folder'}`}>
          <Icon name={iconOfEntry(entry)} />
        </span>
        <span class="col-name">
          <span class="cut">{entry.name}</span>
          <span class="only-phone small quiet">{isFile ? size(entry.size) : t.files.folder}</span>
        </span>
        <span class="col-time quiet">
          {entry.modified !== null && <Ago time={entry.modified} />}
        </span>
        <span class="col-size quiet tabular">{isFile ? size(entry.size) : '—'}</span>
      </a>
      {items.length > 0 ? (
        <Menu label={t.files.menuOf(entry.name)} items={items} />
      ) : (
        <span class="icon-gap" />
      )}
    </div>
  )
}

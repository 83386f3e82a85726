import { useMemo, useState } from 'preact/hooks'
import { Button } from '../parts/button'
import { Empty, ErrorNote, Note, SkeletonRows } from '../parts/states'
import { useRowHeight, VirtualList } from '../parts/virtual-list'
import { useData } from '../state/data'
import { call, type FileEntry, type UnitDetail } from '../state/node'
import { ask } from '../state/picking'
import { go, type Route, withQuery } from '../state/route'
import { useStore } from '../state/store'
import type { Picking } from '../state/uploads'
import { t } from '../texts/texts'
import { DropArea } from './files-drop'
import { FileRow } from './files-row'
import { FilesToolbar } from './files-toolbar'
import { NewFolder, Rename } from './files-dialogs'
import { hiddenPaths, removeWithUndo } from './files-remove'
import { UploadCheck } from './files-upload'
import { type Place, placeAddress, versionOf } from './place'
import { Viewer } from './viewer'

/** Folders first, then by name as people sort names: 2 before 10. */
function sorted(entries: readonly FileEntry[]): FileEntry[] {
  const byName = new Intl.Collator(undefined, { numeric: true }).compare
  return [...entries].sort((one, other) =>
    one.type === other.type ? byName(one.name, other.name) : one.type === 'directory' ? -1 : 1,
  )
}

/** entries of a folder that are asked for in one go */
const page = 10_000

function useEntries({ unit, version, path }: Place) {
  const hidden = useStore(hiddenPaths)
  const { mid } = unit
  const loaded = useData(`unit:${mid}:files:${version}:${path}`, () =>
    call('files.list', { mid, version, path, limit: page }),
  )
  const entries = useMemo(
    () =>
      sorted(loaded.value?.entries ?? []).filter(
        ({ path: at }) => version !== 'cur' || !hidden.has(`${mid}/${at}`),
      ),
    [loaded.value, hidden],
  )
  return { ...loaded, entries }
}

function Nothing({ place, pick }: { place: Place; pick: (what: 'files' | 'folder') => void }) {
  if (!place.writable) {
    return (
      <Empty icon="folder" title={t.files.emptyTitle}>
        {t.files.emptyPast}
      </Empty>
    )
  }
  return (
    <Empty
      icon="upload"
      title={place.path === '' ? t.files.emptyUnit : t.files.emptyTitle}
      actions={
        <>
          <Button tone="primary" icon="upload" onClick={() => pick('files')}>
            {t.files.chooseFiles}
          </Button>
          <Button icon="folder" onClick={() => pick('folder')}>
            {t.files.chooseFolder}
          </Button>
        </>
      }
    >
      {t.files.emptyText}
    </Empty>
  )
}

/** Says that the past cannot be changed, and leads back to the present. */
function PastNote({ place }: { place: Place }) {
  if (place.writable || !place.unit.mine) return null
  const number =
    typeof place.version === 'number'
      ? place.version
      : place.version === 'release'
        ? (place.unit.release ?? 0)
        : place.unit.version
  return (
    <Note
      actions={
        <Button onClick={() => go(withQuery({ v: undefined, show: undefined }))}>
          {t.files.toWorkingCopy}
        </Button>
      }
    >
      {t.files.past(number)}
    </Note>
  )
}

/** Files and folders of a unit: browse, preview, and in the working copy change. */
export function FileContent({ unit, route }: { unit: UnitDetail; route: Route }) {
  const version = versionOf(unit, route)
  const path = route.parts.slice(3).join('/')
  const writable = version === 'cur' && unit.mine
  const place: Place = { unit, version, path, writable }
  const { entries, value, error, reload } = useEntries(place)
  const rowHeight = useRowHeight()
  const [making, setMaking] = useState(false)
  const [renaming, setRenaming] = useState<FileEntry>()
  const [picked, setPicked] = useState<Picking>()
  const shownName = route.query.get('show')
  const files = entries.filter(({ type }) => type === 'file')
  const shown = files.find(({ name }) => name === shownName)

  const pick = (what: 'files' | 'folder'): void => void ask(what).then(setPicked)
  const open = (entry: FileEntry): void =>
    go(
      entry.type === 'directory'
        ? placeAddress(place, route, entry.path)
        : placeAddress(place, route, path, entry.name),
    )
  const onKey = (event: KeyboardEvent, entry: FileEntry): void => {
    const acts: Record<string, (() => void) | undefined> = {
      ' ': () => open(entry),
      Backspace:
        path === ''
          ? undefined
          : () => go(placeAddress(place, route, path.split('/').slice(0, -1).join('/'))),
      Delete: writable ? () => removeWithUndo(unit.mid, entry) : undefined,
      F2: writable ? () => setRenaming(entry) : undefined,
    }
    const act = acts[event.key]
    if (act === undefined) return
    event.preventDefault()
    act()
  }

  return (
    <DropArea active={writable} onPicked={setPicked} label={t.files.dropHere(path || unit.mark)}>
      <FilesToolbar place={place} route={route} pick={pick} onNewFolder={() => setMaking(true)} />
      <PastNote place={place} />
      {error !== undefined && value === undefined && <ErrorNote error={error} onRetry={reload} />}
      {value === undefined && error === undefined && <SkeletonRows />}
      {value !== undefined && entries.length === 0 && <Nothing place={place} pick={pick} />}
      {entries.length > 0 && (
        <VirtualList
          label={t.files.listLabel(path || unit.mark)}
          items={entries}
          rowHeight={rowHeight}
          keyOf={({ name }) => name}
          onKey={onKey}
          row={(entry) => (
            <FileRow
              entry={entry}
              place={place}
              href={
                entry.type === 'directory'
                  ? placeAddress(place, route, entry.path)
                  : placeAddress(place, route, path, entry.name)
              }
              onRename={() => setRenaming(entry)}
            />
          )}
        />
      )}
      {value?.more === true && <Note>{t.files.tooMany(page)}</Note>}
      {shown !== undefined && (
        <Viewer
          place={place}
          file={shown}
          files={files}
          onShow={(file) => go(placeAddress(place, route, path, file.name), true)}
          onClose={() => go(placeAddress(place, route, path), true)}
        />
      )}
      {making && <NewFolder place={place} onClose={() => setMaking(false)} />}
      {renaming !== undefined && (
        <Rename place={place} entry={renaming} onClose={() => setRenaming(undefined)} />
      )}
      {picked !== undefined && (
        <UploadCheck
          key={picked.files.length}
          place={place}
          picking={picked}
          entries={entries}
          onClose={() => setPicked(undefined)}
        />
      )}
    </DropArea>
  )
}

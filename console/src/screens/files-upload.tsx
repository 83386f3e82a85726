import { useEffect } from 'preact/hooks'
import { Confirm } from '../parts/confirm'
import type { FileEntry } from '../state/node'
import { type Picking, upload } from '../state/uploads'
import { t } from '../texts/texts'
import type { Place } from './place'

/** Names that are there already and would be replaced; folders are joined, not replaced. */
function replaced({ files }: Picking, entries: readonly FileEntry[]): string[] {
  const there = new Set(entries.filter(({ type }) => type === 'file').map(({ name }) => name))
  return files.map(({ path }) => path).filter((path) => there.has(path))
}

/** Starts an upload; asks first where it would replace what is there. */
export function UploadCheck(props: {
  place: Place
  picking: Picking
  entries: readonly FileEntry[]
  onClose: () => void
}) {
  const { place, picking, entries, onClose } = props
  const names = replaced(picking, entries)
  const start = async (): Promise<void> => {
    onClose()
    if (picking.files.length + picking.folders.length > 0) {
      void upload(place.unit.mid, place.path, picking)
    }
  }
  useEffect(() => {
    if (names.length === 0) void start()
  }, [])
  if (names.length === 0) return null
  return (
    <Confirm
      title={t.upload.replaceTitle(names.length)}
      text={t.upload.replaceText(names)}
      action={t.upload.replace}
      onClose={onClose}
      onConfirm={start}
    />
  )
}

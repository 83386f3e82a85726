import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { Button, IconButton } from '../parts/button'
import { Icon } from '../parts/icon'
import { Empty, ErrorNote, Progress } from '../parts/states'
import { addressOf, blobOf, isOpen } from '../state/content'
import type { FileEntry } from '../state/node'
import { size } from '../texts/format'
import { t } from '../texts/texts'
import type { Place } from './place'
import { iconOfEntry, saveFile } from './files-row'
import { mediaLimit, type Sort, sortOf } from './viewer-kinds'
import { TextView } from './viewer-text'

interface Shown {
  readonly url?: string
  readonly error?: unknown
}

/**
 * An address that an element can load: the plain one where everyone may read, else a blob with a
 * type that is never a page.
 */
function useMedia(place: Place, file: FileEntry, wanted: boolean, sort: Sort): Shown {
  const [shown, setShown] = useState<Shown>({})
  const { unit, version } = place
  const at = { mid: unit.mid, version, path: file.path }
  // A PDF is shown in a frame, and a frame shows a blob of ours rather than a foreign page.
  const direct = isOpen(unit.right, version) && sort !== 'pdf'
  useEffect(() => {
    setShown(direct && wanted ? { url: `${addressOf(at)}?at=${file.modified ?? 0}` } : {})
    if (direct || !wanted) return
    const stop = new AbortController()
    let url: string | undefined
    blobOf(at, sort === 'pdf' ? 'application/pdf' : file.mime, stop.signal).then(
      (blob) => {
        url = URL.createObjectURL(blob)
        setShown({ url })
      },
      (error: unknown) => {
        if (!stop.signal.aborted) setShown({ error })
      },
    )
    return () => {
      stop.abort()
      if (url !== undefined) URL.revokeObjectURL(url)
    }
  }, [unit.mid, version, file.path, file.cid, file.modified, wanted])
  return shown
}

function Media({ place, file, sort }: { place: Place; file: FileEntry; sort: Sort }) {
  const [broken, setBroken] = useState(false)
  const small = file.size <= mediaLimit || isOpen(place.unit.right, place.version)
  const { url, error } = useMedia(place, file, small, sort)
  useEffect(() => setBroken(false), [file.path])
  if (!small) return <NoPreview place={place} file={file} text={t.viewer.tooLarge} />
  if (broken) return <NoPreview place={place} file={file} text={t.viewer.broken} />
  if (error !== undefined) return <ErrorNote error={error} />
  if (url === undefined) return <Progress part={undefined} label={t.loading} />
  const onError = (): void => setBroken(true)
  if (sort === 'image') return <img src={url} alt={file.name} onError={onError} />
  if (sort === 'video') return <video src={url} controls autoplay onError={onError} />
  if (sort === 'audio') return <audio src={url} controls autoplay onError={onError} />
  return <iframe src={url} title={file.name} />
}

function NoPreview({ place, file, text }: { place: Place; file: FileEntry; text: string }) {
  return (
    <Empty
      icon={iconOfEntry(file)}
      title={text}
      actions={
        <Button tone="primary" icon="download" onClick={() => saveFile(place, file)}>
          {t.download} ({size(file.size)})
        </Button>
      }
    />
  )
}

/** One file over the whole window; arrow keys go through its folder. */
export function Viewer(props: {
  place: Place
  file: FileEntry
  files: readonly FileEntry[]
  onShow: (file: FileEntry) => void
  onClose: () => void
}) {
  const { place, file, files, onShow, onClose } = props
  const dialog = useRef<HTMLDialogElement>(null)
  const sort = sortOf(file)
  const at = files.findIndex(({ path }) => path === file.path)
  const before = files[at - 1]
  const after = files[at + 1]
  useLayoutEffect(() => {
    const back = document.activeElement
    dialog.current?.showModal()
    dialog.current?.focus()
    return () => {
      if (back instanceof HTMLElement && back.isConnected) back.focus()
    }
  }, [])
  const onKeyDown = (event: KeyboardEvent): void => {
    if (/^(TEXTAREA|INPUT|VIDEO|AUDIO)$/.test((event.target as Element).tagName)) return
    if (event.key === 'ArrowLeft' && before !== undefined) onShow(before)
    if (event.key === 'ArrowRight' && after !== undefined) onShow(after)
    if (event.key === ' ' && (event.target as Element).tagName !== 'BUTTON') {
      event.preventDefault()
      onClose()
    }
  }
  return (
    <dialog
      ref={dialog}
      class="viewer"
      tabIndex={-1}
      aria-label={file.name}
      onKeyDown={onKeyDown}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
    >
      <header class="viewer-head">
        <Icon name={iconOfEntry(file)} />
        <div class="viewer-title">
          <strong class="cut">{file.name}</strong>
          <span class="small quiet">
            {size(file.size)} · {t.viewer.position(at + 1, files.length)}
          </span>
        </div>
        <IconButton
          icon="back"
          label={t.viewer.before}
          disabled={before === undefined}
          onClick={() => before !== undefined && onShow(before)}
        />
        <IconButton
          icon="next"
          label={t.viewer.after}
          disabled={after === undefined}
          onClick={() => after !== undefined && onShow(after)}
        />
        <IconButton icon="download" label={t.download} onClick={() => saveFile(place, file)} />
        <IconButton icon="close" label={t.close} onClick={onClose} />
      </header>
      <div class={`viewer-body ${sort}`}>
        {sort === 'text' && <TextView key={file.path} place={place} file={file} />}
        {sort === 'other' && <NoPreview place={place} file={file} text={t.viewer.none} />}
        {sort !== 'text' && sort !== 'other' && <Media place={place} file={file} sort={sort} />}
      </div>
    </dialog>
  )
}

import { useState } from 'preact/hooks'
import { Button } from '../parts/button'
import { Markdown } from '../parts/markdown'
import { ErrorNote, Note, Skeleton } from '../parts/states'
import { type FileAt, fetchFile, sendFile } from '../state/content'
import { refresh, useData } from '../state/data'
import type { FileEntry } from '../state/node'
import { tell } from '../state/toasts'
import { size } from '../texts/format'
import { t } from '../texts/texts'
import type { Place } from './place'
import { isMarkdown, textLimit } from './viewer-kinds'

interface TextOf {
  readonly text: string
  /** there is more than is shown */
  readonly cut: boolean
  /** the bytes are text, so that they can be edited without harm */
  readonly exact: boolean
}

async function load(file: FileAt): Promise<TextOf> {
  const response = await fetchFile(file)
  const blob = await response.blob()
  const bytes = await blob.slice(0, textLimit).arrayBuffer()
  const cut = blob.size > textLimit
  try {
    return { text: new TextDecoder('utf-8', { fatal: !cut }).decode(bytes), cut, exact: !cut }
  } catch {
    return { text: new TextDecoder().decode(bytes), cut, exact: false }
  }
}

function Editor(props: { place: Place; file: FileEntry; text: string; onDone: () => void }) {
  const { place, file, onDone } = props
  const [text, setText] = useState(props.text)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const save = async (): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      const stop = new AbortController()
      const at = { mid: place.unit.mid, path: file.path }
      await sendFile(at, new Blob([text]), stop.signal, () => undefined)
      refresh(`unit:${place.unit.mid}`)
      tell(t.viewer.saved(file.name))
      onDone()
    } catch (failed) {
      setError(failed)
      setBusy(false)
    }
  }
  return (
    <div class="text-view">
      <div class="text-actions">
        <Button onClick={onDone}>{t.cancel}</Button>
        <Button
          tone="primary"
          busy={busy}
          disabled={text === props.text}
          onClick={() => void save()}
        >
          {t.save}
        </Button>
      </div>
      {error !== undefined && <ErrorNote error={error} />}
      <textarea
        class="editor mono"
        aria-label={file.name}
        spellcheck={false}
        autofocus
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          event.stopPropagation()
          if (event.key === 's' && (event.metaKey || event.ctrlKey)) {
            event.preventDefault()
            void save()
          }
        }}
      />
    </div>
  )
}

/** A text file: Markdown as it is meant, everything else as it is written; simple ones editable. */
export function TextView({ place, file }: { place: Place; file: FileEntry }) {
  const [editing, setEditing] = useState(false)
  const [source, setSource] = useState(false)
  const { unit, version } = place
  const key = `unit:${unit.mid}:text:${version}:${file.path}`
  const { value, error, reload } = useData(key, () =>
    load({ mid: unit.mid, version, path: file.path }),
  )
  if (error !== undefined && value === undefined)
    return <ErrorNote error={error} onRetry={reload} />
  if (value === undefined) {
    return (
      <div class="text-view">
        <Skeleton width="70%" height="200px" />
      </div>
    )
  }
  if (editing) {
    const done = (): void => setEditing(false)
    return <Editor place={place} file={file} text={value.text} onDone={done} />
  }
  const markdown = isMarkdown(file.name)
  return (
    <div class="text-view">
      <div class="text-actions">
        {markdown && (
          <Button onClick={() => setSource(!source)}>
            {source ? t.viewer.rendered : t.viewer.source}
          </Button>
        )}
        {place.writable && value.exact && (
          <Button icon="edit" onClick={() => setEditing(true)}>
            {t.edit}
          </Button>
        )}
      </div>
      {value.cut && <Note>{t.viewer.cut(size(textLimit))}</Note>}
      {markdown && !source ? <Markdown text={value.text} /> : <pre tabIndex={0}>{value.text}</pre>}
    </div>
  )
}

import { useEffect, useState } from 'preact/hooks'
import { Button } from '../parts/button'
import { Dialog } from '../parts/dialog'
import { Field } from '../parts/field'
import { ErrorNote, Note } from '../parts/states'
import { act, call } from '../state/node'
import { refresh } from '../state/data'
import { rightOf } from '../state/rights'
import { attempt, tell } from '../state/toasts'
import { type Picking, upload } from '../state/uploads'
import { openApp } from '../state/apps'
import { size } from '../texts/format'
import { t } from '../texts/texts'

/** The title of the app's own page, without running it. */
async function titleIn({ files }: Picking): Promise<string | undefined> {
  const page = files.find(({ path }) => path === 'index.html')
  if (page === undefined) return undefined
  const document = new DOMParser().parseFromString(await page.file.text(), 'text/html')
  return document.title.trim()
}

/** Uploads the folder into a unit with ext "app" and makes its first, or next, version. */
async function install(mark: string, picking: Picking): Promise<boolean> {
  const { mid } = await call('mimei.create', {
    mark,
    kind: 'file',
    ext: 'app',
    right: rightOf('readable'),
  })
  const { state, failed } = await upload(mid, '', picking)
  // A half app is not made a version: the batch shows what failed and offers to try again.
  if (state !== 'done' || failed.length > 0) return false
  const { version } = await act('mimei.backup', { mid, memo: t.apps.installMemo })
  refresh('apps')
  tell(t.apps.installed(mark, version), {
    label: t.apps.open,
    run: () => void attempt(() => openApp(mid)),
  })
  return true
}

/** Asks for the app's name and installs it. @param name of the folder */
export function InstallApp(props: { picking: Picking; name: string; onClose: () => void }) {
  const { picking, onClose } = props
  const [mark, setMark] = useState(props.name)
  const [title, setTitle] = useState<string>()
  const complete = picking.files.some(({ path }) => path === 'index.html')
  const bytes = picking.files.reduce((sum, { file }) => sum + file.size, 0)
  useEffect(() => {
    void titleIn(picking).then((found) => {
      setTitle(found)
      if (found !== undefined && found !== '') setMark(found)
    })
  }, [])
  const start = (): void => {
    if (!complete || mark.trim() === '') return
    onClose()
    void attempt(() => install(mark.trim(), picking))
  }
  return (
    <Dialog
      title={t.apps.install}
      onClose={onClose}
      onSubmit={start}
      actions={
        <>
          <Button onClick={onClose}>{t.cancel}</Button>
          <Button type="submit" tone="primary" disabled={!complete || mark.trim() === ''}>
            {t.apps.installAction}
          </Button>
        </>
      }
    >
      {complete ? (
        <p class="quiet">{t.apps.installLead(picking.files.length, size(bytes))}</p>
      ) : (
        <ErrorNote error={{ code: 'NO_INDEX' }} />
      )}
      {complete && (
        <>
          <Field label={t.name} value={mark} onValue={setMark} autofocus hint={t.apps.nameHint} />
          {title === '' && <Note>{t.apps.noTitle}</Note>}
        </>
      )}
    </Dialog>
  )
}

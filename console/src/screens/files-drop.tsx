import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useState } from 'preact/hooks'
import { Icon } from '../parts/icon'
import { fromDrop } from '../state/picking'
import { attempt } from '../state/toasts'
import type { Picking } from '../state/uploads'

const carriesFiles = (event: DragEvent): boolean =>
  event.dataTransfer?.types.includes('Files') === true

/** Takes files and folders that are dropped anywhere on the page while this is shown. */
export function DropArea(props: {
  active: boolean
  label: string
  onPicked: (picking: Picking) => void
  children: ComponentChildren
}) {
  const { active, onPicked } = props
  const [over, setOver] = useState(false)
  // With the first drawing: what is dropped on a shown list is never missed.
  useLayoutEffect(() => {
    let depth = 0
    const enter = (event: DragEvent): void => {
      if (!carriesFiles(event)) return
      depth++
      setOver(active)
    }
    const leave = (event: DragEvent): void => {
      if (!carriesFiles(event)) return
      depth = Math.max(0, depth - 1)
      if (depth === 0) setOver(false)
    }
    // Without this the browser would leave the page and open the file.
    const allow = (event: DragEvent): void => {
      if (!carriesFiles(event) || event.dataTransfer === null) return
      event.preventDefault()
      event.dataTransfer.dropEffect = active ? 'copy' : 'none'
    }
    const drop = (event: DragEvent): void => {
      if (!carriesFiles(event) || event.dataTransfer === null) return
      event.preventDefault()
      depth = 0
      setOver(false)
      const picking = fromDrop(event.dataTransfer)
      if (active) void attempt(async () => onPicked(await picking))
    }
    addEventListener('dragenter', enter)
    addEventListener('dragleave', leave)
    addEventListener('dragover', allow)
    addEventListener('drop', drop)
    return () => {
      removeEventListener('dragenter', enter)
      removeEventListener('dragleave', leave)
      removeEventListener('dragover', allow)
      removeEventListener('drop', drop)
    }
  }, [active, onPicked])
  return (
    <div class="drop-area">
      {props.children}
      {over && (
        <div class="drop-here" aria-hidden="true">
          <Icon name="upload" size={32} />
          {props.label}
        </div>
      )}
    </div>
  )
}

import { IFA11yConfig, IFA11yMessages, mergeA11yConfig } from '@foblex/flow';
import { TranslocoService } from '@jsverse/transloco';

/** What the canvas tells screen readers, in the language that the page has at that moment. */
export function canvasWords(transloco: TranslocoService): IFA11yConfig {
  const t = (key: string, values: Record<string, unknown> = {}): string =>
    transloco.translate(`flows.canvas.${key}`, values);
  const messages: IFA11yMessages = {
    get flow() {
      return t('flow');
    },
    get node() {
      return t('node');
    },
    get group() {
      return t('node');
    },
    get connection() {
      return t('connection');
    },
    get instructions() {
      return t('instructions');
    },
    get selectionCleared() {
      return t('cleared');
    },
    get connectCancelled() {
      return t('connectCancelled');
    },
    get connectUnavailable() {
      return t('connectUnavailable');
    },
    get connectRequiresSingleNode() {
      return t('connectSingle');
    },
    connectionLabel: () => t('connection'),
    nodeFocused: (label, index, total) => t('focused', { label, index, total }),
    connectionFocused: (label) => label,
    allSelected: (count) => t('selected', { count }),
    itemsCount: (count) => t('items', { count }),
    grabbed: (label) => t('grabbed', { label }),
    moved: (x, y) => t('moved', { x, y }),
    dropped: (label, x, y) => t('dropped', { label, x, y }),
    moveCancelled: (label) => t('moveCancelled', { label }),
    connectStarted: (label) => t('connectStarted', { label }),
    connectTarget: (label, index, total) => t('connectTarget', { label, index, total }),
    connected: (from, to) => t('connected', { from, to }),
    deleteRequested: (count) => t('deleted', { count }),
    zoom: (percent) => t('zoom', { percent }),
  };
  return { ...mergeA11yConfig({}), messages };
}
